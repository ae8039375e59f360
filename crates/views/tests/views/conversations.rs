//! One conversation.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_schema::prelude::*;
use whisper_views::conversations::conversation_of;

use crate::scene::{Scene, json};

/// The conversation as somebody sees it; null for somebody who sees none.
fn seen(scene: &Scene, viewer: &str) -> Value {
    json(&block_on(conversation_of(&scene.ctx(), viewer, "c")).unwrap())
}

#[test]
fn each_member_sees_their_own_side_of_it() {
    let scene = Scene::new();
    scene.conversation(ConversationKind::Group, &["ann", "bob"]);
    scene.message("m", "bob");
    let (ann, bob) = (seen(&scene, "ann"), seen(&scene, "bob"));
    assert_eq!(ann["unreadCount"], json!({"ann": 1}));
    assert_eq!(bob["unreadCount"], json!({"bob": 0}));
    for (seen, role) in [(&ann, "owner"), (&bob, "member")] {
        assert_eq!(seen["my"]["role"], role);
        assert_eq!(seen["participantIds"], json!(["ann", "bob"]));
        assert_eq!(seen["lastMessageText"], "words of bob");
        assert_eq!(seen["users"]["ann"]["username"], "name-of-ann");
    }
    assert_eq!(scene.statements(|| drop(seen(&scene, "ann"))), 2);
}

#[test]
fn somebody_who_doesnt_belong_to_it_sees_nothing_as_of_nothing() {
    let scene = Scene::new();
    assert_eq!(seen(&scene, "ann"), Value::Null, "there is none");
    scene.conversation(ConversationKind::Group, &["ann", "bob"]);
    assert_eq!(seen(&scene, "cid"), Value::Null, "a stranger");
    scene.leave("bob");
    assert_eq!(seen(&scene, "bob"), Value::Null, "a former member");
    assert_eq!(scene.statements(|| drop(seen(&scene, "cid"))), 1);
}

#[test]
fn nothing_comes_from_somebody_with_a_block_in_between() {
    for (by, whom) in [("ann", "bob"), ("bob", "ann")] {
        let scene = Scene::new();
        scene.conversation(ConversationKind::Group, &["ann", "bob", "cid"]);
        scene.message("m1", "cid");
        scene.message("m2", "bob");
        scene.block(by, whom);
        let seen = seen(&scene, "ann");
        assert_eq!(seen["lastMessageId"], "m1");
        assert_eq!(seen["my"]["unreadCount"], 1);
        assert!(!seen.to_string().contains("name-of-bob"), "{seen}");
        assert!(!seen.to_string().contains("words of bob"), "{seen}");
    }
}
