//! Adding, changing, and taking off.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::testing::TestEdge;
use whisper_people::direct_ids;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::common::*;

#[test]
fn adding_twice_at_once_is_one_contact_and_one_event() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let details = json!({"nickname": "Bobby", "tags": ["club", "club", "Bern"]});
        let (one, other) = join!(
            ann.keep(&edge, &bob.id, details.clone()),
            ann.keep(&edge, &bob.id, details)
        );
        let mut statuses = [&one, &other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(one.body, other.body);
        assert_eq!(one.body["userId"], bob.id.as_str());
        assert_eq!(one.body["user"]["displayName"], "bob");
        assert_eq!(one.body["nickname"], "Bobby");
        assert_eq!(one.body["relationship"], "friend");
        assert_eq!(one.body["tags"], json!(["club", "Bern"]));
        assert_eq!(one.body["isFavorite"], false);
        assert_eq!(one.body["isBlocked"], false);
        assert!(one.body["addedAt"].is_string() && one.body["lastInteraction"].is_null());
        let event = (ann.id.clone(), json!({"userId": bob.id}));
        assert_eq!(events(&edge, "contact.added").await, [event]);
        assert_eq!(counted(&edge, &ann).await, Some(1));
        let got = ann.get(&edge, &format!("/v1/contacts/{}", bob.id)).await;
        assert_eq!(got.expect(200), one.body);
    });
}

#[test]
fn what_is_left_out_stays_and_null_takes_away() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let all = json!({"nickname": "B", "relationship": "family", "isFavorite": true, "notes": "likes tea", "tags": ["a"]});
        ann.keep(&edge, &bob.id, all).await.expect(201);
        edge.advance(5_000);
        let changed = ann
            .edit(&edge, &bob.id, json!({"nickname": null, "tags": []}))
            .await
            .expect(200);
        assert!(changed["nickname"].is_null(), "{changed}");
        assert_eq!(changed["relationship"], "family");
        assert_eq!(changed["notes"], "likes tea");
        assert_eq!(changed["isFavorite"], true);
        assert_eq!(changed["tags"], json!([]));
        assert_ne!(changed["updatedAt"], changed["addedAt"]);
        let kept = ann.keep(&edge, &bob.id, json!({"relationship": "colleague"}));
        assert_eq!(kept.await.expect(200)["relationship"], "colleague");
        let same = ann.keep(&edge, &bob.id, Value::Null).await.expect(200);
        assert_eq!(same["notes"], "likes tea");
        let fields: Vec<Value> = events(&edge, "contact.updated")
            .await
            .into_iter()
            .map(|(_, payload)| payload["fields"].clone())
            .collect();
        assert_eq!(
            fields,
            [json!(["nickname", "tags"]), json!(["relationship"])],
            "nothing is told where nothing changed"
        );
        assert_eq!(counted(&edge, &ann).await, Some(1));
    });
}

#[test]
fn somebody_who_is_no_contact_is_not_edited_into_one() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        for other in [bob.id.as_str(), "nobody", &ann.id] {
            ann.edit(&edge, other, json!({"nickname": "B"}))
                .await
                .expect_problem(404, "not_found");
            let path = format!("/v1/contacts/{other}");
            ann.get(&edge, &path).await.expect_problem(404, "not_found");
            ann.remove(&edge, other).await.expect(204);
        }
        assert_eq!(row(&edge, &ann, &bob).await, None);
        assert_eq!(counted(&edge, &ann).await, None);
        assert!(events(&edge, "contact.removed").await.is_empty());
    });
}

#[test]
fn everything_that_is_wrong_is_named_and_nothing_is_written() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let wrong = json!({
            "nickname": "\u{200b}",
            "relationship": "blocked",
            "isFavorite": null,
            "notes": "n".repeat(501),
            "tags": ["", "x".repeat(51)],
            "isBlocked": true,
        });
        let problem = ann.keep(&edge, &bob.id, wrong).await;
        let problem = problem.expect_problem(422, "validation_failed");
        assert_eq!(
            fields(&problem),
            [
                "nickname",
                "relationship",
                "isFavorite",
                "notes",
                "tags[0]",
                "tags[1]",
                "isBlocked"
            ]
        );
        let many: Vec<String> = (0..21).map(|i| format!("t{i}")).collect();
        let problem = ann.keep(&edge, &bob.id, json!({"tags": many})).await;
        assert_eq!(
            fields(&problem.expect_problem(422, "validation_failed")),
            ["tags"]
        );
        let oneself = ann.keep(&edge, &ann.id, nothing()).await;
        assert_eq!(
            fields(&oneself.expect_problem(422, "validation_failed")),
            ["userId"]
        );
        assert_eq!(row(&edge, &ann, &bob).await, None);
    });
}

#[test]
fn who_is_blocked_either_way_or_out_of_use_is_nobody() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        let batch = Batch::new()
            .insert(&block(&ann, &bob))
            .insert(&block(&cid, &ann))
            .update::<Account>(&dan.id, disabled);
        put(&edge, batch).await;
        for other in [bob.id.as_str(), &cid.id, &dan.id, "nobody"] {
            let added = ann.keep(&edge, other, json!({"nickname": "x"})).await;
            added.expect_problem(404, "not_found");
            let edited = ann.edit(&edge, other, json!({"nickname": "x"})).await;
            edited.expect_problem(404, "not_found");
            ann.remove(&edge, other).await.expect(204);
        }
        assert_eq!(row(&edge, &ann, &bob).await, Some(block(&ann, &bob)));
        assert!(ann.listed(&edge, "").await.is_empty());
        assert_eq!(counted(&edge, &ann).await, None);
    });
}

#[test]
fn a_contact_who_is_blocked_later_stays_the_owners_without_a_name() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "bob", "cid"]).await;
        for other in [&bob, &cid] {
            ann.keep(&edge, &other.id, json!({"notes": "met in May"}))
                .await
                .expect(201);
        }
        let kept = row(&edge, &ann, &bob).await.unwrap();
        let blocked = Patch::new().set(Contact::IS_BLOCKED, true);
        let batch = Batch::new()
            .update::<Contact>(&kept.id, blocked)
            .insert(&block(&cid, &ann));
        put(&edge, batch).await;
        for (other, is_blocked) in [(&bob, true), (&cid, false)] {
            let details = json!({"nickname": "mine"});
            let edited = ann.keep(&edge, &other.id, details).await.expect(200);
            assert_eq!(edited["user"], json!({"id": other.id}), "no name");
            assert_eq!(edited["isBlocked"], is_blocked);
            assert_eq!(edited["nickname"], "mine");
            assert_eq!(edited["notes"], "met in May");
        }
        // Taken off, and the block stays.
        ann.remove(&edge, &bob.id).await.expect(204);
        let left = row(&edge, &ann, &bob).await.unwrap();
        assert_eq!(left.relationship, ContactRelationship::Blocked);
        assert!(left.is_blocked && left.nickname.is_none() && left.notes.is_none());
        assert_eq!(ann.listed(&edge, "").await, [cid.id.as_str()]);
        assert_eq!(counted(&edge, &ann).await, Some(1));
        ann.remove(&edge, &cid.id).await.expect(204);
        assert_eq!(row(&edge, &ann, &cid).await, None);
    });
}

#[test]
fn taking_off_twice_at_once_is_done_once() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        let (one, other) = join!(ann.remove(&edge, &bob.id), ann.remove(&edge, &bob.id));
        one.expect(204);
        other.expect(204);
        ann.remove(&edge, &bob.id).await.expect(204);
        assert_eq!(events(&edge, "contact.removed").await.len(), 1);
        assert_eq!(counted(&edge, &ann).await, Some(0));
        ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        assert_eq!(counted(&edge, &ann).await, Some(1));
    });
}

#[test]
fn a_full_address_book_takes_nobody_until_somebody_goes() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        let nearly = Patch::new().set(ContactBook::CONTACTS, 9_999);
        put(&edge, Batch::new().update::<ContactBook>(&ann.id, nearly)).await;
        let (one, other) = join!(
            ann.keep(&edge, &cid.id, nothing()),
            ann.keep(&edge, &dan.id, nothing())
        );
        let mut statuses = [&one, &other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "one of two at once finds room");
        let refused = if one.body["code"].is_null() {
            other
        } else {
            one
        };
        refused.expect_problem(409, "contacts_full");
        ann.edit(&edge, &bob.id, json!({"nickname": "B"}))
            .await
            .expect(200);
        ann.remove(&edge, &bob.id).await.expect(204);
        ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        assert_eq!(counted(&edge, &ann).await, Some(10_000));
    });
}

#[test]
fn an_address_book_is_made_of_the_contacts_there_are() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        // As another program may have written it.
        let known = Contact {
            relationship: ContactRelationship::Family,
            is_blocked: false,
            ..block(&ann, &bob)
        };
        let batch = Batch::new().insert(&known).insert(&block(&ann, &cid));
        put(&edge, batch).await;
        ann.remove(&edge, &bob.id).await.expect(204);
        put(&edge, Batch::new().insert(&known)).await;
        ann.keep(&edge, &dan.id, nothing()).await.expect(201);
        assert_eq!(counted(&edge, &ann).await, Some(2), "blocks don't count");
    });
}

#[test]
fn changes_have_a_rate_of_which_anonymous_accounts_have_a_tenth() {
    block_on(async {
        let edge = TestEdge::new(&contacts::api(), &[("contact_rate_per_hour", "20")]);
        let [bob, cid, dan] = users(&edge, ["bob", "cid", "dan"]).await;
        let (id, token) = edge.anonymous().await;
        let guest = User { id, token };
        guest.keep(&edge, &bob.id, nothing()).await.expect(201);
        guest.keep(&edge, &cid.id, nothing()).await.expect(201);
        let refused = guest.keep(&edge, &dan.id, nothing()).await;
        assert!(refused.response.headers().contains_key("retry-after"));
        refused.expect_problem(429, "rate_limited");
        guest.keep(&edge, &bob.id, nothing()).await.expect(200);
        guest
            .edit(&edge, &bob.id, json!({"nickname": "B"}))
            .await
            .expect_problem(429, "rate_limited");
        guest.remove(&edge, &bob.id).await.expect(204);
        edge.advance(3_600_000);
        let token = edge.session(&guest.id).await;
        let guest = User { token, ..guest };
        guest.keep(&edge, &dan.id, nothing()).await.expect(201);
    });
}

/// A direct conversation that somebody began, with their message.
async fn written(edge: &TestEdge, from: &User, to: &User, at: Timestamp) -> String {
    let (id, _) = direct_ids(&edge.ctx(), &from.id, &to.id).await.unwrap();
    let conversation = Conversation {
        id: id.clone(),
        kind: ConversationKind::Direct,
        last_message_id: Some("m1".into()),
        last_message_at: Some(at),
        ..Conversation::default()
    };
    let member = |user: &User, is_request| ConversationMember {
        id: member_id(&id, &user.id),
        conversation_id: id.clone(),
        user_id: user.id.clone(),
        is_request,
        ..ConversationMember::default()
    };
    let batch = Batch::new()
        .insert(&conversation)
        .insert(&member(from, false))
        .insert(&member(to, true));
    put(edge, batch).await;
    id
}

async fn membership(edge: &TestEdge, conversation: &str, user: &User) -> Doc<ConversationMember> {
    let id = member_id(conversation, &user.id);
    edge.store().read(Get::id(&id)).await.unwrap().unwrap()
}

#[test]
fn whoever_is_added_is_no_stranger_any_more() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let at = edge.ctx().now();
        let id = written(&edge, &bob, &ann, at).await;
        let added = ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        assert_eq!(added["lastInteraction"], json!(at));
        assert!(!membership(&edge, &id, &ann).await.is_request);
        // Bob's membership stays unchanged.
        assert_eq!(membership(&edge, &id, &bob).await.revision, 1);
        // Ann's other devices list it with the others now.
        let told = Filter::and([
            Filter::eq(Event::KIND, "my_conversation.changed"),
            Filter::eq(Event::SUBJECT, ann.id.as_str()),
            Filter::eq(Event::PAYLOAD, json!({"conversationId": id}).to_string()),
        ]);
        let told = Query::<Event>::new().filter(told).count(9);
        assert_eq!(edge.store().read(told).await, Ok(1));
    });
}

#[test]
fn the_last_interaction_moves_with_the_messages() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.keep(&edge, &bob.id, nothing()).await.expect(201);
        let path = format!("/v1/contacts/{}", bob.id);
        assert!(ann.get(&edge, &path).await.expect(200)["lastInteraction"].is_null());
        let at = edge.ctx().now();
        let id = written(&edge, &bob, &ann, at).await;
        assert_eq!(
            ann.get(&edge, &path).await.expect(200)["lastInteraction"],
            json!(at)
        );
        let later = at.plus(60_000);
        let moved = Patch::new().set(Conversation::LAST_MESSAGE_AT, later);
        put(&edge, Batch::new().update::<Conversation>(&id, moved)).await;
        let listed = ann.get(&edge, "/v1/contacts").await.expect(200);
        assert_eq!(listed["items"][0]["lastInteraction"], json!(later));
        let gone = Patch::new().unset(Conversation::LAST_MESSAGE_ID);
        put(&edge, Batch::new().update::<Conversation>(&id, gone)).await;
        assert!(ann.get(&edge, &path).await.expect(200)["lastInteraction"].is_null());
    });
}

#[test]
fn adding_and_changing_cost_a_read_and_a_commit() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid] = users(&edge, ["ann", "bob", "cid"]).await;
        // Keys and forms of commits are known after the first one.
        ann.keep(&edge, &cid.id, json!({"nickname": "C"}))
            .await
            .expect(201);
        ann.edit(&edge, &cid.id, json!({"nickname": "D"}))
            .await
            .expect(200);
        edge.statements();
        ann.keep(&edge, &bob.id, json!({"nickname": "B"}))
            .await
            .expect(201);
        let added = edge.statements();
        assert_eq!(added.len(), 2, "{added:#?}");
        ann.edit(&edge, &bob.id, json!({"nickname": "E"}))
            .await
            .expect(200);
        let edited = edge.statements();
        assert_eq!(edited.len(), 2, "{edited:#?}");
    });
}
