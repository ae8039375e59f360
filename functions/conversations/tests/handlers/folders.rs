//! Folders: made, changed, ordered, deleted, and the conversations in them.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_people::contact_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use super::my_settings::mine;
use super::room::{Room, User, names};

const FOLDERS: &str = "/v1/me/folders";

async fn make(room: &Room, who: &User, body: Value) -> Answer {
    room.post(who, FOLDERS, body).await
}

async fn made(room: &Room, who: &User, body: Value) -> String {
    let made = make(room, who, body).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn listed(room: &Room, who: &User, folder: &str) -> Vec<String> {
    let path = format!("/v1/conversations?folder={folder}");
    let list = room.get(who, &path).await;
    names(&list).into_iter().map(str::to_owned).collect()
}

async fn folders(room: &Room, who: &User) -> Vec<String> {
    let list = room.get(who, FOLDERS).await;
    names(&list).into_iter().map(str::to_owned).collect()
}

async fn order(room: &Room, who: &User, ids: Value) -> Answer {
    let body = json!({"folderIds": ids});
    room.send(Method::PUT, who, FOLDERS, &body).await
}

fn at(folder: &str) -> String {
    format!("{FOLDERS}/{folder}")
}

#[test]
fn a_folder_is_made_changed_ordered_and_deleted() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        let body = json!({
            "name": "Work", "icon": "💼", "kinds": ["groups"], "exclusions": ["muted", "muted"],
            "includedConversationIds": [id], "excludedConversationIds": [],
        });
        let work = make(&room, &ann, body).await;
        assert!(
            work.response.headers()["location"]
                .to_str()
                .unwrap()
                .starts_with(FOLDERS)
        );
        let work = work.expect(201);
        assert_eq!(work["exclusions"], json!(["muted"]));
        let first = work["id"].as_str().unwrap();
        let second = made(&room, &ann, json!({"name": "People", "kinds": ["direct"]})).await;
        assert_eq!(folders(&room, &ann).await, [first, &second]);
        order(&room, &ann, json!([second, first])).await.expect(204);
        assert_eq!(folders(&room, &ann).await, [&second, first]);
        let change = json!({"name": "Job", "icon": null, "exclusions": []});
        let changed = room.patch(&ann, &at(first), change).await;
        assert_eq!(
            (&changed["name"], &changed["icon"]),
            (&json!("Job"), &Value::Null)
        );
        assert_eq!(
            (&changed["kinds"], &changed["exclusions"]),
            (&json!(["groups"]), &json!([]))
        );
        let list = room.get(&ann, FOLDERS).await;
        assert_eq!(list["items"][1], changed);
        room.send(Method::DELETE, &ann, &at(first), &Value::Null)
            .await
            .expect(204);
        room.send(Method::DELETE, &ann, &at(first), &Value::Null)
            .await
            .expect_problem(404, "not_found");
        assert_eq!(folders(&room, &ann).await, [second.as_str()]);
        for (kind, count) in [
            ("folder.created", 2),
            ("folder.changed", 1),
            ("folders.reordered", 1),
            ("folder.deleted", 1),
        ] {
            assert_eq!(room.events(kind).await, count, "{kind}");
        }
    });
}

#[test]
#[allow(clippy::too_many_lines)]
fn kinds_and_exclusions_decide_and_named_ones_stand_out() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, cid) = (room.user().await, room.user().await, room.user().await);
        let contact = Contact {
            id: contact_id(&ann.id, &bob.id),
            user_id: ann.id.clone(),
            contact_user_id: bob.id.clone(),
            ..Contact::default()
        };
        room.commit(Batch::new().insert(&contact)).await;
        let with_contact = room.direct(&ann, &bob).await;
        room.edge.advance(1000);
        let with_other = room.direct(&ann, &cid).await;
        room.edge.advance(1000);
        let group = room.group(&ann, &[&bob]).await;
        room.edge.advance(1000);
        let loud = room.group(&bob, &[&ann]).await;
        room.message(&loud, &bob, "m1").await;
        room.patch(&ann, &mine(&group), json!({"isMuted": true}))
            .await;
        room.patch(&ann, &mine(&with_other), json!({"isArchived": true}))
            .await;
        let all = [&loud, &group, &with_other, &with_contact];
        let cases: Vec<(Value, Vec<&String>)> = vec![
            (json!({"kinds": ["direct", "groups"]}), all.to_vec()),
            (
                json!({"kinds": ["direct"]}),
                vec![&with_other, &with_contact],
            ),
            (json!({"kinds": ["groups"]}), vec![&loud, &group]),
            (json!({"kinds": ["contacts"]}), vec![&with_contact]),
            (json!({"kinds": ["non_contacts"]}), vec![&with_other]),
            (
                json!({"kinds": ["contacts", "non_contacts"]}),
                vec![&with_other, &with_contact],
            ),
            (
                json!({"kinds": ["groups"], "exclusions": ["muted"]}),
                vec![&loud],
            ),
            (
                json!({"kinds": ["direct"], "exclusions": ["archived"]}),
                vec![&with_contact],
            ),
            (
                json!({"kinds": ["direct", "groups"], "exclusions": ["read"]}),
                vec![&loud],
            ),
            (
                json!({"kinds": ["groups"], "excludedConversationIds": [loud]}),
                vec![&group],
            ),
            (
                json!({"includedConversationIds": [with_other]}),
                vec![&with_other],
            ),
            (
                json!({"kinds": ["contacts"], "exclusions": ["muted", "read", "archived"], "includedConversationIds": [group, with_other]}),
                vec![&group, &with_other],
            ),
        ];
        for (mut body, expected) in cases {
            body["name"] = json!("Case");
            let folder = made(&room, &ann, body.clone()).await;
            assert_eq!(
                listed(&room, &ann, &folder)
                    .await
                    .iter()
                    .collect::<Vec<_>>(),
                expected,
                "{body}"
            );
            room.send(Method::DELETE, &ann, &at(&folder), &Value::Null)
                .await
                .expect(204);
        }
        // A mark by hand is unread; muting that is over is none; a conversation that was left or deleted is in no folder.
        let unread = made(
            &room,
            &ann,
            json!({"name": "News", "kinds": ["direct", "groups"], "exclusions": ["read", "muted"]}),
        )
        .await;
        room.patch(&ann, &mine(&with_contact), json!({"isMarkedUnread": true}))
            .await;
        assert_eq!(
            listed(&room, &ann, &unread).await,
            [loud.as_str(), &with_contact]
        );
        let named = made(
            &room,
            &ann,
            json!({"name": "Named", "includedConversationIds": [loud, group]}),
        )
        .await;
        room.post(&ann, &format!("/v1/conversations/{loud}/leave"), json!({}))
            .await
            .expect(204);
        room.send(Method::DELETE, &ann, &mine(&group), &Value::Null)
            .await
            .expect(204);
        assert_eq!(listed(&room, &ann, &named).await, Vec::<String>::new());
        // It may still be changed though it names one that was left.
        room.patch(&ann, &at(&named), json!({"name": "Former"}))
            .await;
    });
}

#[test]
fn its_pages_are_those_of_the_list_that_belong_to_it() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let mut groups = Vec::new();
        for n in 0..7 {
            room.edge.advance(1000);
            let id = room.group(&ann, &[]).await;
            if n % 2 == 0 {
                groups.push(id);
            } else {
                room.patch(&ann, &mine(&id), json!({"isMuted": true})).await;
            }
        }
        room.direct(&ann, &bob).await;
        room.patch(&ann, &mine(&groups[1]), json!({"isPinned": true}))
            .await;
        let folder = made(
            &room,
            &ann,
            json!({"name": "Loud", "kinds": ["groups"], "exclusions": ["muted"]}),
        )
        .await;
        let expected = [&groups[1], &groups[3], &groups[2], &groups[0]];
        for limit in 1..6 {
            let base = format!("/v1/conversations?folder={folder}&limit={limit}");
            let (mut seen, mut path) = (Vec::new(), base.clone());
            for _ in 0..10 {
                let part = room.get(&ann, &path).await;
                assert!(names(&part).len() <= limit);
                seen.extend(names(&part).into_iter().map(str::to_owned));
                let Some(next) = part["next"].as_str() else {
                    break;
                };
                path = format!("{base}&after={next}");
            }
            assert_eq!(seen.iter().collect::<Vec<_>>(), expected, "{limit}");
        }
        let refused = async |query: &str, status: u16, code: &str| {
            let path = format!("/v1/conversations?folder={query}");
            room.send(Method::GET, &ann, &path, &Value::Null)
                .await
                .expect_problem(status, code);
        };
        refused(&format!("{folder}&archived=true"), 400, "invalid_query").await;
        refused(&format!("{folder}&requests=true"), 400, "invalid_query").await;
        refused("nowhere", 404, "not_found").await;
        let list = room.get(&ann, "/v1/conversations?limit=1").await;
        let cursor = list["next"].as_str().unwrap();
        refused(&format!("{folder}&after={cursor}"), 400, "invalid_cursor").await;
    });
}

#[test]
fn a_page_of_few_among_many_costs_no_more_than_its_rounds() {
    block_on(async {
        let room = Room::with(&[("group_rate_per_hour", "0")]);
        let ann = room.user().await;
        let first = room.group(&ann, &[]).await;
        for _ in 0..450 {
            room.edge.advance(10);
            let id = room.group(&ann, &[]).await;
            let muted = Patch::new().set(ConversationMember::IS_MUTED, true);
            let member = whisper_people::ids::member_id(&id, &ann.id);
            room.commit(Batch::new().update(&member, muted)).await;
        }
        let body = json!({"name": "Loud", "kinds": ["groups"], "exclusions": ["muted"]});
        let folder = made(&room, &ann, body).await;
        let base = format!("/v1/conversations?folder={folder}");
        room.edge.statements();
        let part = room.get(&ann, &base).await;
        assert!(room.edge.statements().len() <= 16);
        assert_eq!(names(&part).len(), 0);
        let next = part["next"].as_str().expect("there is more");
        let part = room.get(&ann, &format!("{base}&after={next}")).await;
        assert_eq!(
            (names(&part), &part["next"]),
            (vec![first.as_str()], &Value::Null)
        );
    });
}

#[test]
fn twenty_are_made_and_no_more_also_of_two_at_once() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let new = || json!({"name": "One", "kinds": ["groups"]});
        for _ in 0..19 {
            made(&room, &ann, new()).await;
        }
        let (one, other) = join!(make(&room, &ann, new()), make(&room, &ann, new()));
        let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        make(&room, &ann, new())
            .await
            .expect_problem(409, "too_many_folders");
        assert_eq!(folders(&room, &ann).await.len(), 20);
    });
}

#[test]
#[allow(clippy::too_many_lines)]
fn what_makes_no_sense_is_refused_and_folders_are_ones_own() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let (own, strange) = (room.group(&ann, &[]).await, room.group(&bob, &[]).await);
        let many: Vec<String> = (0..201).map(|n| format!("c{n}")).collect();
        for (body, field) in [
            (json!({"name": "x"}), "kinds"),
            (json!({"kinds": ["groups"]}), "name"),
            (json!({"name": "", "kinds": ["groups"]}), "name"),
            (json!({"name": "x".repeat(51), "kinds": ["groups"]}), "name"),
            (
                json!({"name": "x", "icon": "x".repeat(33), "kinds": ["groups"]}),
                "icon",
            ),
            (json!({"name": "x", "kinds": ["pets"]}), "kinds[0]"),
            (
                json!({"name": "x", "kinds": ["groups"], "exclusions": ["loud"]}),
                "exclusions[0]",
            ),
            (
                json!({"name": "x", "includedConversationIds": [own, strange]}),
                "includedConversationIds[1]",
            ),
            (
                json!({"name": "x", "kinds": ["groups"], "excludedConversationIds": ["nowhere"]}),
                "excludedConversationIds[0]",
            ),
            (
                json!({"name": "x", "includedConversationIds": [own], "excludedConversationIds": [own]}),
                "excludedConversationIds[0]",
            ),
            (
                json!({"name": "x", "includedConversationIds": many}),
                "includedConversationIds",
            ),
            (
                json!({"name": "x", "kinds": ["groups"], "colour": "red"}),
                "colour",
            ),
        ] {
            let problem = make(&room, &ann, body.clone())
                .await
                .expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["field"], field, "{body}");
        }
        assert_eq!(folders(&room, &ann).await.len(), 0, "nothing was written");
        let folder = made(&room, &ann, json!({"name": "x", "kinds": ["groups"]})).await;
        for body in [
            json!({"kinds": []}),
            json!({"includedConversationIds": [strange]}),
        ] {
            let refused = room.send(Method::PATCH, &ann, &at(&folder), &body).await;
            refused.expect_problem(422, "validation_failed");
        }
        for ids in [json!([]), json!([folder, "other"]), json!([folder, folder])] {
            order(&room, &ann, ids)
                .await
                .expect_problem(422, "validation_failed");
        }
        // Another user's folder is a 404.
        for (method, body) in [
            (Method::PATCH, json!({"name": "y"})),
            (Method::DELETE, Value::Null),
        ] {
            room.send(method, &bob, &at(&folder), &body)
                .await
                .expect_problem(404, "not_found");
        }
        let path = format!("/v1/conversations?folder={folder}");
        room.send(Method::GET, &bob, &path, &Value::Null)
            .await
            .expect_problem(404, "not_found");
        assert_eq!(folders(&room, &bob).await.len(), 0);
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        for (method, path, body) in [
            (Method::GET, FOLDERS, Value::Null),
            (
                Method::POST,
                FOLDERS,
                json!({"name": "x", "kinds": ["groups"]}),
            ),
            (Method::PUT, FOLDERS, json!({"folderIds": []})),
            (Method::PATCH, &at(&folder), json!({"name": "y"})),
            (Method::DELETE, &at(&folder), Value::Null),
        ] {
            room.send(method, &nobody, path, &body)
                .await
                .expect_problem(401, "unauthenticated");
        }
    });
}
