//! Messages that somebody has begun to write.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_schema::prelude::*;
use whisper_store::Query;

use super::room::{Room, User};

const DAY: i64 = 24 * 3_600_000;

async fn save(room: &Room, who: &User, id: &str, draft: Value) -> Answer {
    let path = format!("/v1/conversations/{id}/draft");
    room.send(Method::PUT, who, &path, &draft).await
}

async fn draft(room: &Room, who: &User, id: &str) -> Answer {
    let path = format!("/v1/conversations/{id}/draft");
    room.send(Method::GET, who, &path, &Value::Null).await
}

async fn discard(room: &Room, who: &User, id: &str) -> Answer {
    let path = format!("/v1/conversations/{id}/draft");
    room.send(Method::DELETE, who, &path, &Value::Null).await
}

/// The words of all drafts of somebody, as they are listed.
async fn listed(room: &Room, who: &User) -> Vec<String> {
    let list = room.get(who, "/v1/me/drafts").await;
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|draft| draft["content"].as_str().unwrap().to_owned())
        .collect()
}

async fn told(room: &Room) -> Vec<(String, String)> {
    let events = Query::<Event>::new().limit(100);
    let events = room.edge.store().read(events).await.unwrap();
    let drafts = events
        .iter()
        .filter(|event| event.kind.starts_with("draft."));
    drafts
        .map(|event| (event.kind.clone(), event.subject.clone()))
        .collect()
}

#[test]
fn a_draft_is_kept_changed_listed_and_discarded() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let (first, second) = (
            room.group(&ann, &[&bob]).await,
            room.group(&ann, &[&bob]).await,
        );
        draft(&room, &ann, &first)
            .await
            .expect_problem(404, "not_found");
        let body =
            json!({"content": "See you at", "replyToMessageId": "m1", "custom": {"bold": [0, 3]}});
        let kept = save(&room, &ann, &first, body.clone()).await.expect(200);
        for (key, value) in body.as_object().unwrap() {
            assert_eq!(&kept[key], value, "{key}");
        }
        assert_eq!(kept["conversationId"], json!(first));
        assert_eq!(draft(&room, &ann, &first).await.expect(200), kept);

        room.edge.advance(1000);
        save(&room, &ann, &second, json!({"content": "second"}))
            .await
            .expect(200);
        room.edge.advance(1000);
        // It is replaced as a whole.
        let kept = save(&room, &ann, &first, json!({"content": "first"}))
            .await
            .expect(200);
        assert_eq!(kept.get("custom"), None);
        assert_eq!(kept.get("replyToMessageId"), None);
        assert_eq!(listed(&room, &ann).await, ["first", "second"]);

        discard(&room, &ann, &first).await.expect(204);
        discard(&room, &ann, &first).await.expect(204);
        draft(&room, &ann, &first)
            .await
            .expect_problem(404, "not_found");
        assert_eq!(listed(&room, &ann).await, ["second"]);
        let saved = |_| ("draft.saved".to_owned(), ann.id.clone());
        let mut expected: Vec<_> = (0..3).map(saved).collect();
        expected.push(("draft.discarded".to_owned(), ann.id.clone()));
        assert_eq!(told(&room).await, expected);
    });
}

#[test]
fn nobody_else_sees_it_and_nobody_from_outside_keeps_one() {
    block_on(async {
        let room = Room::new();
        let (ann, bob, eve) = (room.user().await, room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        save(&room, &ann, &id, json!({"content": "private"}))
            .await
            .expect(200);
        draft(&room, &bob, &id)
            .await
            .expect_problem(404, "not_found");
        assert!(listed(&room, &bob).await.is_empty());
        for outside in [&id, "00000000-0000-7000-8000-000000000000"] {
            let words = json!({"content": "x"});
            save(&room, &eve, outside, words)
                .await
                .expect_problem(404, "not_found");
            draft(&room, &eve, outside)
                .await
                .expect_problem(404, "not_found");
            discard(&room, &eve, outside)
                .await
                .expect_problem(404, "not_found");
        }
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        draft(&room, &nobody, &id)
            .await
            .expect_problem(401, "unauthenticated");
        let list = room
            .send(Method::GET, &nobody, "/v1/me/drafts", &Value::Null)
            .await;
        list.expect_problem(401, "unauthenticated");
    });
}

#[test]
fn whoever_is_sent_away_has_no_draft_there_until_they_are_back() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        save(&room, &bob, &id, json!({"content": "but I"}))
            .await
            .expect(200);
        let path = format!("/v1/conversations/{id}/members/{}", bob.id);
        room.send(Method::DELETE, &ann, &path, &Value::Null)
            .await
            .expect(204);
        assert!(listed(&room, &bob).await.is_empty());
        draft(&room, &bob, &id)
            .await
            .expect_problem(404, "not_found");
        save(&room, &bob, &id, json!({"content": "x"}))
            .await
            .expect_problem(404, "not_found");
        let body = json!({"userIds": [bob.id]});
        room.post(&ann, &format!("/v1/conversations/{id}/members"), body)
            .await
            .expect(200);
        assert_eq!(listed(&room, &bob).await, ["but I"]);
    });
}

#[test]
fn a_draft_that_is_wrong_is_refused_and_nothing_is_kept() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        for (body, field) in [
            (json!({}), "content"),
            (json!({"content": ""}), "content"),
            (json!({"content": "x".repeat(10_001)}), "content"),
            (json!({"content": 5}), "content"),
            (
                json!({"content": "x", "replyToMessageId": "a b"}),
                "replyToMessageId",
            ),
            (json!({"content": "x", "custom": "y"}), "custom"),
            (
                json!({"content": "x", "custom": {"k": "y".repeat(4000)}}),
                "custom",
            ),
            (json!({"content": "x", "text": "y"}), "text"),
        ] {
            let refused = save(&room, &ann, &id, body).await;
            let problem = refused.expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
        assert!(listed(&room, &ann).await.is_empty());
        // An answer to a message is one without words, too.
        let answer = json!({"replyToMessageId": "m1"});
        save(&room, &ann, &id, answer).await.expect(200);
    });
}

#[test]
fn saving_costs_a_read_and_a_commit_and_the_same_again_a_read() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        draft(&room, &ann, &id)
            .await
            .expect_problem(404, "not_found");
        let words = || json!({"content": "word"});
        for statements in [2, 1] {
            room.edge.statements();
            save(&room, &ann, &id, words()).await.expect(200);
            let asked = room.edge.statements();
            assert_eq!(asked.len(), statements, "{asked:#?}");
        }
    });
}

#[test]
fn of_two_devices_that_save_at_once_both_are_answered_and_one_stays() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        let (one, other) = join!(
            save(&room, &ann, &id, json!({"content": "one"})),
            save(&room, &ann, &id, json!({"content": "other"})),
        );
        one.expect(200);
        other.expect(200);
        let kept = listed(&room, &ann).await;
        assert!(kept == ["one"] || kept == ["other"], "{kept:?}");
    });
}

#[test]
fn a_draft_that_nobody_touches_goes_after_a_year() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let id = room.group(&ann, &[]).await;
        save(&room, &ann, &id, json!({"content": "old"}))
            .await
            .expect(200);
        let kept = Query::<MessageDraft>::new();
        let kept = room.edge.store().read(kept.first()).await.unwrap().unwrap();
        let age = kept.expires_at.as_millis() - kept.updated_at.as_millis();
        assert_eq!(age / DAY, 365);
    });
}

#[test]
fn saving_has_a_rate() {
    block_on(async {
        let room = Room::with(&[("draft_rate_per_minute", "20")]);
        let (ann, nobody) = (room.user().await, room.anonymous().await);
        for (who, often) in [(&ann, 20), (&nobody, 2)] {
            let id = room.group(who, &[]).await;
            for i in 0..often {
                let words = json!({"content": format!("word {i}")});
                save(&room, who, &id, words).await.expect(200);
            }
            let refused = save(&room, who, &id, json!({"content": "more"})).await;
            refused.expect_problem(429, "rate_limited");
        }
    });
}
