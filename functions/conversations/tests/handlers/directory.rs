//! Public groups: the right to list one, the ways to find it, and the words that follow the group.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch, Query};

use super::hall::{Hall, problem, status};
use super::room::User;

/// The names of the groups that somebody finds, page by page.
async fn found(hall: &Hall, who: &User, query: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut path = format!("/v1/directory?{query}");
    loop {
        let page = hall.room.get(who, &path).await;
        let items = page["items"].as_array().unwrap().iter();
        names.extend(items.map(|item| item["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/directory?{query}&after={next}"),
            None => return names,
        }
    }
}

async fn tags(hall: &Hall) -> Vec<String> {
    let tags = Query::<PublicConversationTag>::new()
        .filter(Filter::eq(
            PublicConversationTag::CONVERSATION_ID,
            hall.id.as_str(),
        ))
        .order(whisper_store::Order::asc(PublicConversationTag::TAG));
    let tags = hall.room.edge.store().read(tags).await.unwrap();
    tags.into_iter().map(|tag| tag.into_inner().tag).collect()
}

/// A public group with that many members, by its column alone.
async fn public(hall: &Hall, name: &str, listing: Value, members: i64) -> String {
    let body = json!({"type": "group", "name": name});
    let made = hall.room.post(&hall.ann, "/v1/conversations", body).await;
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/conversations/{id}/listing");
    let listed = hall.room.send(Method::PUT, &hall.ann, &path, &listing);
    listed.await.expect(200);
    let count = Patch::new().set(Conversation::PARTICIPANT_COUNT, members);
    hall.room.commit(Batch::new().update(&id, count)).await;
    id
}

#[test]
fn a_group_is_made_public_found_and_joined() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let path = format!("/v1/directory/{}", hall.id);
        let look = || hall.room.send(Method::GET, &bob, &path, &Value::Null);
        look().await.expect_problem(404, "not_found");
        hall.join(&bob).await.expect_problem(404, "not_found");
        let listing = json!({"category": "Games", "tags": ["Chess", "chess", " Go "]});
        let listed = hall.publish(listing.clone()).await.expect(200);
        assert_eq!(
            (&listed["isPublic"], &listed["category"], &listed["tags"]),
            (&json!(true), &json!("games"), &json!(["chess", "go"]))
        );
        assert_eq!(
            hall.told().await,
            json!({"event": "made_public", "by": hall.ann.id})
        );
        hall.publish(listing).await.expect(200);
        assert_eq!(
            hall.room.events("conversation.updated").await,
            1,
            "the same again is nothing"
        );

        let seen = look().await.expect(200);
        assert_eq!(
            seen,
            json!({"conversationId": hall.id, "name": "Room", "participantCount": 2, "needsApproval": false,
                "isMember": false, "category": "games", "tags": ["chess", "go"]})
        );
        let list = hall.room.get(&bob, "/v1/directory").await;
        assert_eq!(list["items"], json!([seen]));
        let joined = hall.join(&bob).await.expect(201);
        assert_eq!(
            joined,
            json!({"outcome": "joined", "conversationId": hall.id})
        );
        assert_eq!(
            hall.told().await,
            json!({"event": "member_joined", "byLink": false, "by": bob.id})
        );
        hall.join(&bob).await.expect(200);
        assert_eq!(hall.room.participants(&hall.id).await, (3, 3));
        assert_eq!(look().await.expect(200)["isMember"], true);
        let list = hall.room.get(&bob, "/v1/directory").await;
        assert_eq!(list["items"][0]["isMember"], true);
        hall.call(Method::POST, &bob, "/leave", Value::Null)
            .await
            .expect(204);
        assert_eq!(look().await.expect(200)["participantCount"], 2);
    });
}

#[test]
fn only_the_owner_makes_a_group_public() {
    block_on(async {
        let hall = Hall::new().await;
        let eve = hall.room.user().await;
        hall.give(&hall.mia, "admin").await;
        for method in [Method::PUT, Method::DELETE] {
            for (who, status, code) in [(&hall.mia, 403, "forbidden"), (&eve, 404, "not_found")] {
                let refused = hall
                    .call(method.clone(), who, "/listing", Value::Null)
                    .await;
                refused.expect_problem(status, code);
            }
        }
        let direct = hall.room.direct(&hall.ann, &hall.mia).await;
        let path = format!("/v1/conversations/{direct}/listing");
        let refused = hall.room.send(Method::PUT, &hall.ann, &path, &Value::Null);
        refused.await.expect_problem(409, "direct_conversation");
        let many: Vec<String> = (0..11).map(|n| format!("t{n}")).collect();
        for (body, field) in [
            (json!({"tags": many}), "tags"),
            (json!({"tags": ["a\nb"]}), "tags[0]"),
            (json!({"tags": ["ok", ""]}), "tags[1]"),
            (json!({"tags": ["x".repeat(51)]}), "tags[0]"),
            (json!({"tags": ["İ".repeat(50)]}), "tags[0]"),
            (json!({"category": " "}), "category"),
            (json!({"category": "x".repeat(51)}), "category"),
            (json!({"isPublic": true}), "isPublic"),
        ] {
            let refused = hall.publish(body.clone()).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
        assert_eq!(
            hall.room.count::<PublicConversation>(Filter::and([])).await,
            0
        );
    });
}

#[test]
fn the_directory_is_by_category_and_tag_with_most_members_first() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        for (name, listing, members) in [
            ("One", json!({"category": "games", "tags": ["chess"]}), 5),
            (
                "Two",
                json!({"category": "games", "tags": ["go", "chess"]}),
                50,
            ),
            (
                "Three",
                json!({"category": "music", "tags": ["chess"]}),
                500,
            ),
            ("Four", json!({"tags": []}), 20),
            ("Five", json!({"category": "games"}), 50),
        ] {
            public(&hall, name, listing, members).await;
        }
        for (query, names) in [
            ("limit=2", vec!["Three", "Five", "Two", "Four", "One"]),
            ("limit=1&category=games", vec!["Five", "Two", "One"]),
            ("category=GAMES&limit=2", vec!["Five", "Two", "One"]),
            ("tag=Chess&limit=2", vec!["Three", "Two", "One"]),
            ("tag=chess&category=games&limit=1", vec!["Two", "One"]),
            ("tag=ches", vec![]),
            ("category=game", vec![]),
        ] {
            assert_eq!(found(&hall, &bob, query).await, names, "{query}");
        }
        let all = hall.room.get(&bob, "/v1/directory?limit=2").await;
        let next = all["next"].as_str().unwrap();
        let second = hall
            .room
            .get(&bob, &format!("/v1/directory?limit=2&after={next}"))
            .await;
        let back = second["previous"].as_str().unwrap();
        let back = hall
            .room
            .get(&bob, &format!("/v1/directory?limit=2&before={back}"))
            .await;
        assert_eq!(back["items"], all["items"]);
    });
}

#[test]
fn the_directory_is_searched_by_words_that_follow_the_group() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        public(&hall, "Schachfreunde Zürich", json!({"tags": ["chess"]}), 1).await;
        public(&hall, "Chess club", json!({"category": "games"}), 1).await;
        hall.publish(json!({"tags": ["knitting"]}))
            .await
            .expect(200);
        for (query, names) in [
            ("chess", vec!["Chess club", "Schachfreunde Zürich"]),
            ("chess&limit=1", vec!["Chess club", "Schachfreunde Zürich"]),
            ("che", vec!["Chess club", "Schachfreunde Zürich"]),
            ("chess&category=games", vec!["Chess club"]),
            ("zurich&tag=chess", vec!["Schachfreunde Zürich"]),
            ("zurich+schach", vec!["Schachfreunde Zürich"]),
            ("knit", vec!["Room"]),
            ("room", vec!["Room"]),
            ("hess", vec![]),
        ] {
            let query = format!("query={query}");
            assert_eq!(found(&hall, &bob, &query).await, names, "{query}");
        }
        let rename = json!({"name": "Yarn", "description": "Wool and more"});
        let path = hall.path("");
        hall.room
            .send_matching(Method::PATCH, &hall.ann, &path, &rename)
            .await
            .expect(200);
        for (word, names) in [
            ("room", vec![]),
            ("yarn", vec!["Yarn"]),
            ("wool", vec!["Yarn"]),
        ] {
            let query = format!("query={word}");
            assert_eq!(found(&hall, &bob, &query).await, names, "{query}");
        }
        let long = "x".repeat(201);
        for wrong in ["", "%3F", long.as_str()] {
            let path = format!("/v1/directory?query={wrong}");
            let refused = hall.room.send(Method::GET, &bob, &path, &Value::Null).await;
            let refused = refused.expect_problem(400, "invalid_query");
            assert_eq!(refused["errors"][0]["field"], "query");
        }
    });
}

#[test]
fn nobody_who_is_banned_or_blocked_by_the_owner_finds_a_group() {
    block_on(async {
        let hall = Hall::new().await;
        let (bob, cid, dan) = (
            hall.room.user().await,
            hall.room.user().await,
            hall.room.user().await,
        );
        hall.publish(json!({"category": "games", "tags": ["chess"]}))
            .await
            .expect(200);
        let nothing = hall
            .room
            .send(Method::GET, &bob, "/v1/directory/nothing", &Value::Null);
        let nothing = problem(nothing.await, 404, "not_found");
        let now = hall.room.edge.ctx().now();
        let ban = json!({"endsAt": now.plus(60_000)});
        hall.call(Method::PUT, &hall.ann, &format!("/bans/{}", bob.id), ban)
            .await
            .expect(201);
        hall.room.block(&hall.ann, &cid).await;
        hall.room.block(&hall.mia, &dan).await;
        let path = format!("/v1/directory/{}", hall.id);
        for who in [&bob, &cid] {
            for query in ["", "category=games", "tag=chess", "query=room"] {
                assert_eq!(found(&hall, who, query).await, [""; 0], "{query}");
            }
            let seen = hall.room.send(Method::GET, who, &path, &Value::Null).await;
            assert_eq!(problem(seen, 404, "not_found"), nothing);
            assert_eq!(problem(hall.join(who).await, 404, "not_found"), nothing);
        }
        for query in ["", "category=games", "tag=chess", "query=room"] {
            assert_eq!(found(&hall, &dan, query).await, ["Room"], "{query}");
        }
        hall.room.edge.advance(60_000);
        assert_eq!(found(&hall, &bob, "").await, ["Room"]);
        hall.join(&bob).await.expect(201);
    });
}

#[test]
fn a_group_is_taken_off_and_put_on_again() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        hall.publish(json!({"category": "games", "tags": ["chess", "go"]}))
            .await
            .expect(200);
        hall.publish(json!({"tags": ["go", "shogi"]}))
            .await
            .expect(200);
        assert_eq!(tags(&hall).await, ["go", "shogi"]);
        assert_eq!(found(&hall, &bob, "category=games").await, [""; 0]);
        assert_eq!(found(&hall, &bob, "query=chess").await, [""; 0]);
        let delist = || hall.call(Method::DELETE, &hall.ann, "/listing", Value::Null);
        for _ in 0..2 {
            delist().await.expect(204);
        }
        assert_eq!(
            hall.told().await,
            json!({"event": "made_private", "by": hall.ann.id})
        );
        assert_eq!(hall.room.events("conversation.updated").await, 3);
        assert_eq!(tags(&hall).await, [""; 0]);
        for query in ["", "tag=go", "query=room"] {
            assert_eq!(found(&hall, &bob, query).await, [""; 0], "{query}");
        }
        hall.join(&bob).await.expect_problem(404, "not_found");
        hall.join(&hall.mia).await.expect(200);
        let seen = hall.room.get(&hall.ann, &hall.path("")).await;
        assert_eq!(
            (&seen["isPublic"], &seen["tags"]),
            (&json!(false), &json!([]))
        );
        hall.publish(json!({"tags": ["go"]})).await.expect(200);
        assert_eq!(found(&hall, &bob, "tag=go").await, ["Room"]);
    });
}

#[test]
fn a_group_that_all_have_left_is_gone() {
    block_on(async {
        let hall = Hall::small(9).await;
        let bob = hall.room.user().await;
        let (_, code) = hall.invite(&hall.ann, json!({})).await;
        hall.publish(json!({"tags": ["go"]})).await.expect(200);
        hall.call(Method::POST, &hall.ann, "/leave", Value::Null)
            .await
            .expect(204);
        assert_eq!(found(&hall, &bob, "").await, [""; 0]);
        assert_eq!(tags(&hall).await, [""; 0]);
        hall.join(&bob).await.expect_problem(404, "not_found");
        hall.come(&bob, &code)
            .await
            .expect_problem(404, "not_found");
        assert_eq!(hall.room.participants(&hall.id).await, (0, 0));
    });
}

#[test]
fn the_words_are_those_of_the_group_whoever_was_first() {
    block_on(async {
        for renamed_first in [true, false] {
            let hall = Hall::new().await;
            let bob = hall.room.user().await;
            let path = hall.path("");
            let rename = json!({"name": "Yarn"});
            let rename = || {
                hall.room
                    .send_matching(Method::PATCH, &hall.ann, &path, &rename)
            };
            let (renamed, listed) = match renamed_first {
                true => join!(rename(), hall.publish(json!({}))),
                false => {
                    let (listed, renamed) = join!(hall.publish(json!({})), rename());
                    (renamed, listed)
                }
            };
            assert_eq!((status(&renamed), status(&listed)), (200, 200));
            assert_eq!(found(&hall, &bob, "query=yarn").await, ["Yarn"]);
            assert_eq!(found(&hall, &bob, "query=room").await, [""; 0]);
        }
    });
}

#[test]
fn of_two_listings_at_once_one_stands_whole() {
    block_on(async {
        let hall = Hall::new().await;
        let (one, other) = join!(
            hall.publish(json!({"category": "a", "tags": ["one", "both"]})),
            hall.publish(json!({"category": "b", "tags": ["other", "both"]}))
        );
        assert_eq!((status(&one), status(&other)), (200, 200));
        let seen = hall.room.get(&hall.ann, &hall.path("")).await;
        let mut listed: Vec<String> = serde_json::from_value(seen["tags"].clone()).unwrap();
        listed.sort();
        assert_eq!(tags(&hall).await, listed);
        let entry: PublicConversation = hall.one(&hall.id).await.unwrap();
        assert_eq!(entry.category.as_deref(), seen["category"].as_str());
        assert_eq!(json!(entry.tags), seen["tags"]);
        let told = Filter::eq(Message::CONVERSATION_ID, hall.id.as_str());
        assert_eq!(hall.room.count(told).await, 2, "it became public once");
    });
}

#[test]
fn a_public_group_that_is_full_or_grows_too_fast_refuses() {
    block_on(async {
        let hall = Hall::with(&[
            ("newcomer_rate_per_minute", "1"),
            ("directory_rate_per_minute", "1"),
        ])
        .await;
        let (bob, cid) = (hall.room.user().await, hall.room.user().await);
        hall.publish(json!({})).await.expect(200);
        hall.join(&bob).await.expect(201);
        hall.join(&cid).await.expect_problem(429, "rate_limited");
        hall.room.edge.advance(60_000);
        let full = Patch::new().set(Conversation::MAX_PARTICIPANTS, 3);
        hall.room.commit(Batch::new().update(&hall.id, full)).await;
        hall.join(&cid)
            .await
            .expect_problem(409, "conversation_full");
        found(&hall, &cid, "query=room").await;
        let again = hall
            .room
            .send(Method::GET, &cid, "/v1/directory?query=room", &Value::Null);
        again.await.expect_problem(429, "rate_limited");
        found(&hall, &cid, "").await;
    });
}

#[test]
fn finding_costs_the_same_with_many_groups() {
    block_on(async {
        let hall = Hall::new().await;
        let bob = hall.room.user().await;
        let mut costs = Vec::new();
        for _ in 0..2 {
            for i in 0..4 {
                public(&hall, &format!("Group {i}"), json!({"tags": ["t"]}), i).await;
            }
            let mut cost = Vec::new();
            for query in ["limit=3", "limit=3&tag=t", "limit=3&query=group"] {
                hall.room.edge.statements();
                let path = format!("/v1/directory?{query}");
                let page = hall.room.get(&bob, &path).await;
                assert_eq!(page["items"].as_array().unwrap().len(), 3, "{query}");
                cost.push(hall.room.edge.statements().len());
            }
            costs.push(cost);
        }
        assert_eq!(costs[1][..2], [2, 2]);
        assert_eq!(costs[1][2], 4, "with the counter");
    });
}
