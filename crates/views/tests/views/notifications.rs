//! Notifications by their ids, and how many are unread.

use futures::executor::block_on;
use serde_json::json;
use whisper_schema::prelude::*;
use whisper_store::Patch;
use whisper_views::notifications::{UnreadCountView, notifications_of, unread_notifications};

use crate::scene::{Scene, json, named};

/// A notification of somebody's that tells of a doing of another's.
fn told(scene: &Scene, id: &str, user: &str, actor: &str) {
    told_of(scene, id, user, &json!({"userId": actor}));
}

fn told_of(scene: &Scene, id: &str, user: &str, ids: &serde_json::Value) {
    scene.put(&Notification {
        id: id.into(),
        user_id: user.into(),
        title: format!("News {id}"),
        metadata: Some(ids.to_string()),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Notification::default()
    });
}

/// The ids of those that somebody sees, and of the people whom they name.
fn seen(scene: &Scene, user: &str, ids: &[&str]) -> (Vec<String>, Vec<String>) {
    let (found, users) = block_on(notifications_of(&scene.ctx(), user, ids)).unwrap();
    let named = named(&users).into_iter().map(str::to_owned);
    let ids = found.into_iter().map(|found| found.id);
    (ids.collect(), named.collect())
}

fn owned(ids: &[&str], users: &[&str]) -> (Vec<String>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect();
    (owned(ids), owned(users))
}

fn unread(scene: &Scene, user: &str) -> u64 {
    block_on(unread_notifications(&scene.ctx(), user))
        .unwrap()
        .count
}

#[test]
fn ones_own_come_the_newest_first_with_the_people_whom_they_name() {
    let scene = Scene::new();
    told(&scene, "n1", "ann", "bob");
    told(&scene, "n2", "ann", "cid");
    told(&scene, "n3", "bob", "dan");
    let asked = ["n1", "n2", "n3", "none", "n1"];
    let both = owned(&["n2", "n1"], &["bob", "cid"]);
    assert_eq!(seen(&scene, "ann", &asked), both);
    assert_eq!(seen(&scene, "cid", &asked), owned(&[], &[]), "a stranger");
    assert_eq!(seen(&scene, "ann", &[]), owned(&[], &[]));
    assert_eq!(unread(&scene, "ann"), 2);
    assert_eq!(scene.statements(|| drop(seen(&scene, "ann", &asked))), 2);
}

#[test]
fn a_notification_that_may_not_be_shown_is_as_none() {
    let scene = Scene::new();
    told(&scene, "n1", "ann", "bob");
    told(&scene, "n2", "ann", "cid");
    told(&scene, "n3", "ann", "dan");
    scene.block("bob", "ann");
    let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
    scene.change("cid", disabled);
    let asked = ["n1", "n2", "n3"];
    assert_eq!(seen(&scene, "ann", &asked), owned(&["n3"], &["dan"]));
    assert_eq!(unread(&scene, "ann"), 1);
    let now = scene.ctx().now();
    let expired = Patch::<Notification>::new().set(Notification::EXPIRES_AT, now);
    scene.change("n3", expired);
    assert_eq!(seen(&scene, "ann", &asked), owned(&[], &[]));
    assert_eq!(unread(&scene, "ann"), 0);
}

#[test]
fn one_of_a_message_goes_with_the_membership_and_with_the_message() {
    let scene = Scene::new();
    scene.conversation(ConversationKind::Group, &["bob", "ann", "cid"]);
    scene.message("m", "bob");
    let ids = json!({"userId": "bob", "messageId": "m", "conversationId": "c"});
    told_of(&scene, "n1", "ann", &ids);
    told_of(&scene, "n2", "cid", &ids);
    let shown = owned(&["n1"], &["bob"]);
    assert_eq!(seen(&scene, "ann", &["n1"]), shown);
    scene.leave("ann");
    assert_eq!(seen(&scene, "ann", &["n1"]), owned(&[], &[]));
    assert_eq!(unread(&scene, "cid"), 1);
    let deleted = Patch::new().set(Message::DELETED_AT, Timestamp::AT_COMMIT);
    scene.change::<Message>("m", deleted);
    assert_eq!(unread(&scene, "cid"), 0);
}

#[test]
fn read_ones_are_shown_and_not_counted() {
    let scene = Scene::new();
    told(&scene, "n1", "ann", "bob");
    let read = Patch::<Notification>::new().set(Notification::IS_READ, true);
    scene.change("n1", read);
    let (found, _) = block_on(notifications_of(&scene.ctx(), "ann", &["n1"])).unwrap();
    assert_eq!(json(&found)[0]["isRead"], true);
    let count = block_on(unread_notifications(&scene.ctx(), "ann")).unwrap();
    let none = UnreadCountView {
        count: 0,
        capped: false,
    };
    assert_eq!(count, none);
}
