//! Members of a conversation.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Get, Patch};
use whisper_views::members::members_of;

use crate::scene::{Scene, json, named};

/// These members as somebody sees them; none for somebody who sees none.
fn seen(scene: &Scene, viewer: &str, users: &[&str]) -> Option<Value> {
    let found = block_on(members_of(&scene.ctx(), viewer, "c", users)).unwrap();
    found.map(|(members, _)| json(&members))
}

fn ids(seen: Option<Value>) -> Vec<String> {
    let members = seen.unwrap();
    let ids = members.as_array().unwrap().iter();
    ids.map(|member| member["userId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn those_who_belong_to_it_come_in_the_order_they_joined() {
    let scene = Scene::new();
    scene.conversation(ConversationKind::Group, &["cid", "bob", "ann"]);
    let asked = ["ann", "dan", "cid", "bob", "ann"];
    assert_eq!(ids(seen(&scene, "bob", &asked)), ["cid", "bob", "ann"]);
    scene.leave("ann");
    assert_eq!(ids(seen(&scene, "bob", &asked)), ["cid", "bob"]);
    assert_eq!(ids(seen(&scene, "bob", &[])), [""; 0]);
    assert_eq!(scene.statements(|| drop(seen(&scene, "bob", &asked))), 2);
}

#[test]
fn the_user_who_brought_somebody_in_is_named_though_they_left() {
    let scene = Scene::new();
    scene.conversation(ConversationKind::Group, &["cid", "bob", "ann"]);
    let invited = Patch::new().set(ConversationMember::INVITED_BY, "bob");
    scene.change::<ConversationMember>(&member_id("c", "ann"), invited);
    scene.leave("bob");
    let found = block_on(members_of(&scene.ctx(), "cid", "c", &["ann"])).unwrap();
    let (members, users) = found.unwrap();
    assert_eq!(json(&members)[0]["invitedBy"], "bob");
    assert_eq!(named(&users), ["ann", "bob"]);
}

#[test]
fn strangers_and_those_who_may_not_see_the_members_see_none() {
    let scene = Scene::new();
    assert_eq!(seen(&scene, "ann", &["ann"]), None, "there is none");
    scene.conversation(ConversationKind::Group, &["ann", "bob"]);
    assert_eq!(seen(&scene, "cid", &["ann"]), None, "a stranger");
    let settings = json!({"seeMembers": "admins"}).to_string();
    scene.change("c", Patch::new().set(Conversation::SETTINGS, settings));
    assert_eq!(seen(&scene, "bob", &["ann", "bob"]), None, "a member");
    assert_eq!(ids(seen(&scene, "ann", &["bob"])), ["bob"], "the owner");
    scene.leave("bob");
    assert_eq!(seen(&scene, "bob", &["ann"]), None, "a former member");
}

#[test]
fn readers_of_a_channel_see_none() {
    let scene = Scene::new();
    scene.conversation(ConversationKind::Channel, &["ann", "bob", "cid"]);
    assert_eq!(seen(&scene, "bob", &["ann", "bob", "cid"]), None);
    assert_eq!(ids(seen(&scene, "ann", &["cid"])), ["cid"]);
}

#[test]
fn how_far_somebody_read_is_told_unless_there_is_a_block() {
    let scene = Scene::new();
    scene.conversation(ConversationKind::Group, &["ann", "bob"]);
    scene.message("m", "ann");
    let message = block_on(scene.edge.store().read(Get::<Message>::id("m")));
    let place = message.unwrap().unwrap().seq;
    let read = Patch::new()
        .set(ConversationMember::READ_POSITION, place)
        .set(ConversationMember::RECEIPT_POSITION, place);
    scene.change::<ConversationMember>(&member_id("c", "bob"), read);
    assert_eq!(
        seen(&scene, "ann", &["bob"]).unwrap()[0]["readMessageId"],
        "m"
    );
    scene.block("bob", "ann");
    let hidden = seen(&scene, "ann", &["bob"]).unwrap();
    assert_eq!(hidden[0].get("readMessageId"), None);
    assert!(!hidden.to_string().contains("name-of-bob"), "{hidden}");
}
