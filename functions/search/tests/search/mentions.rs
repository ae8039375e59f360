//! Where somebody was mentioned.

use serde_json::{Value, json};
use whisper_messages::testing::Person;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::{World, contents, count};

const PATH: &str = "/v1/me/mentions";

fn mentions(world: &World, who: &Person) -> Vec<String> {
    contents(&world.get(who, PATH).expect(200))
}

/// Says something that mentions these; gives the id.
fn mention(world: &World, who: &Person, room: &str, words: &str, whom: &[&str]) -> String {
    let id = world.send(who, room, json!({"content": words, "mentions": whom}));
    world.take_in();
    id
}

fn change(world: &World, room: &str, who: &Person, patch: Patch<ConversationMember>) {
    world.scene.change(&member_id(room, &who.id), patch);
}

fn role(role: ConversationMemberRole) -> Patch<ConversationMember> {
    Patch::new().set(ConversationMember::ROLE, role)
}

fn status(status: ConversationMemberStatus) -> Patch<ConversationMember> {
    Patch::new().set(ConversationMember::STATUS, status)
}

#[test]
fn members_are_mentioned_by_id_and_with_their_groups() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, cid) = (scene.person(), scene.person(), scene.person());
    scene.name(&ann, "ann");
    let (here, there) = (scene.group(&[&ann, &bob, &cid]), scene.group(&[&ann, &bob]));
    change(&world, &here, &cid, role(ConversationMemberRole::Admin));
    change(&world, &here, &bob, role(ConversationMemberRole::Moderator));
    mention(&world, &ann, &here, "to bob", &[&bob.id]);
    mention(&world, &ann, &there, "to all there", &["@all"]);
    mention(&world, &ann, &here, "to nobody", &[]);
    mention(&world, &bob, &here, "to admins", &["@admins"]);
    mention(&world, &ann, &here, "to both", &[&bob.id, "@all"]);
    assert_eq!(
        mentions(&world, &bob),
        ["to both", "to all there", "to bob"]
    );
    assert_eq!(mentions(&world, &cid), ["to both", "to admins"]);
    assert_eq!(mentions(&world, &ann), [""; 0], "one's own words");
    assert_eq!(count::<MentionEntry>(&world), 5, "a group is one");
    let page = world.get(&bob, PATH).expect(200);
    assert_eq!(page["users"][&ann.id]["username"], "ann");
    // A former admin isn't called any more.
    change(&world, &here, &cid, role(ConversationMemberRole::Member));
    assert_eq!(mentions(&world, &cid), ["to both"]);
}

#[test]
fn pages_lead_both_ways() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    for words in ["1", "2", "3"] {
        mention(&world, &ann, &room, words, &[&bob.id]);
    }
    let page = |query: &str| {
        world
            .get(&bob, &format!("{PATH}?limit=2{query}"))
            .expect(200)
    };
    let first = page("");
    assert_eq!(contents(&first), ["3", "2"]);
    let next = page(&format!("&after={}", first["next"].as_str().unwrap()));
    assert_eq!(
        (contents(&next), &next["next"]),
        (vec!["1".to_owned()], &Value::Null)
    );
    let back = page(&format!("&before={}", next["previous"].as_str().unwrap()));
    assert_eq!(contents(&back), ["3", "2"]);
}

#[test]
fn an_edit_and_a_deletion_change_who_is_mentioned() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, cid) = (scene.person(), scene.person(), scene.person());
    let room = scene.group(&[&ann, &bob, &cid]);
    let id = mention(&world, &ann, &room, "x", &[&bob.id]);
    let edited = Patch::<Message>::new().set(Message::MENTIONS, vec![cid.id.clone()]);
    scene.change(&id, edited);
    assert_eq!(mentions(&world, &bob), [""; 0], "at once");
    world.tell("message.edited", &id);
    world.take_in();
    assert_eq!(
        (mentions(&world, &bob), mentions(&world, &cid)),
        (vec![], vec!["x".into()])
    );
    assert_eq!(count::<MentionEntry>(&world), 1);
    world.delete(&id);
    assert_eq!(mentions(&world, &cid), [""; 0], "at once");
    world.tell("message.deleted", &id);
    world.take_in();
    assert_eq!(count::<MentionEntry>(&world), 0);
}

#[test]
fn only_what_one_still_sees_is_listed() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, eve) = (scene.person(), scene.person(), scene.person());
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    world
        .get(&nobody, PATH)
        .expect_problem(401, "unauthenticated");
    let room = scene.group(&[&ann, &bob]);
    let hidden = mention(&world, &ann, &room, "1", &[&bob.id]);
    let end = scene.edge.ctx().now().plus(1000);
    let brief = json!({"content": "2", "mentions": [bob.id], "expiresAt": end});
    world.send(&ann, &room, brief);
    mention(&world, &ann, &room, "3", &[&bob.id, &eve.id]);
    assert_eq!(mentions(&world, &bob), ["3", "2", "1"]);
    scene.hide(&bob, &room, &hidden).expect(204);
    world.search.advance(1000);
    assert_eq!(mentions(&world, &bob), ["3"]);
    assert_eq!(mentions(&world, &eve), [""; 0], "no member");
    change(
        &world,
        &room,
        &bob,
        status(ConversationMemberStatus::Removed),
    );
    assert_eq!(mentions(&world, &bob), [""; 0]);
    change(
        &world,
        &room,
        &bob,
        status(ConversationMemberStatus::Active),
    );
    scene.block(&bob, &ann);
    assert_eq!(mentions(&world, &bob), [""; 0]);
}

#[test]
fn words_of_accounts_out_of_use_are_not_told_until_they_are_back() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, cid) = (scene.person(), scene.person(), scene.person());
    let room = scene.group(&[&ann, &bob, &cid]);
    mention(&world, &ann, &room, "of ann", &["@all"]);
    mention(&world, &cid, &room, "of cid", &[&bob.id]);
    let account = |status| {
        let patch = Patch::new().set(Account::STATUS, status);
        scene.change::<Account>(&ann.id, patch);
    };
    account(AccountStatus::Disabled);
    assert_eq!(mentions(&world, &bob), ["of cid"]);
    account(AccountStatus::Active);
    assert_eq!(mentions(&world, &bob), ["of cid", "of ann"]);
}

#[test]
fn a_channel_tells_its_readers_though_it_has_no_account() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob) = (scene.person(), scene.person());
    let news = scene.group(&[&ann, &bob]);
    let channel = Patch::new().set(Conversation::KIND, ConversationKind::Channel);
    scene.change::<Conversation>(&news, channel);
    change(&world, &news, &ann, role(ConversationMemberRole::Owner));
    let id = mention(&world, &ann, &news, "news", &[&bob.id]);
    assert_eq!(scene.get::<Message>(&id).sender_id, news);
    assert_eq!(mentions(&world, &bob), ["news"]);
}

#[test]
fn all_are_those_who_were_there() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob) = (scene.person(), scene.person());
    let room = scene.group(&[&ann, &bob]);
    mention(&world, &ann, &room, "before", &["@all"]);
    let last = scene.all::<MentionEntry>()[0].position;
    let joined = Patch::<ConversationMember>::new().set(ConversationMember::JOINED_POSITION, last);
    change(&world, &room, &bob, joined);
    mention(&world, &ann, &room, "after", &["@all"]);
    assert_eq!(mentions(&world, &bob), ["after"]);
}

#[test]
fn the_list_is_limited_and_costs_the_same_in_any_conversation() {
    let world = World::with(&[("search_rate_per_minute", "3")]);
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    mention(&world, &ann, &room, "x", &["@all"]);
    let cost = || {
        world.search.statements();
        mentions(&world, &bob);
        world.search.statements().len()
    };
    let first = cost();
    for _ in 0..30 {
        world.send(&ann, &room, json!({"content": "y", "mentions": ["@all"]}));
    }
    world.take_in();
    assert_eq!(cost(), first);
    mentions(&world, &bob);
    world.get(&bob, PATH).expect_problem(429, "rate_limited");
}
