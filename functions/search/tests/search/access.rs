//! Access: each finds their own messages alone.

use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::World;

fn paths(conversation: &str) -> [String; 2] {
    [
        format!("/v1/conversations/{conversation}/search?query=hello"),
        format!("/v1/conversations/{conversation}/media?kind=links"),
    ]
}

#[test]
fn strangers_and_former_members_find_no_conversation() {
    let world = World::new();
    let (ann, bob, eve) = (
        world.scene.person(),
        world.scene.person(),
        world.scene.person(),
    );
    let room = world.scene.group(&[&ann, &bob]);
    world.say(&ann, &room, &["hello"]);
    for path in paths(&room).iter().chain(&paths("nowhere")) {
        world.get(&eve, path).expect_problem(404, "not_found");
    }
    assert_eq!(world.found(&bob, &room, "query=hello"), ["hello"]);
    for status in [
        ConversationMemberStatus::Left,
        ConversationMemberStatus::Removed,
    ] {
        let gone = Patch::<ConversationMember>::new().set(ConversationMember::STATUS, status);
        world.scene.change(&member_id(&room, &bob.id), gone);
        for path in paths(&room) {
            world.get(&bob, &path).expect_problem(404, "not_found");
        }
        assert_eq!(world.found_anywhere(&bob, "query=hello"), [""; 0]);
    }
}

#[test]
fn without_a_token_there_is_nothing() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let nobody = whisper_messages::testing::Person {
        id: String::new(),
        token: String::new(),
    };
    let all = "/v1/search/messages?query=hello".to_owned();
    for path in paths(&room).iter().chain([&all]) {
        world
            .get(&nobody, path)
            .expect_problem(401, "unauthenticated");
    }
    world
        .get(&ann, "/v1/conversations/a%20b/search?query=a")
        .expect_problem(404, "not_found");
}

#[test]
fn a_stranger_is_refused_before_anything_is_searched() {
    let world = World::new();
    let (ann, eve) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann]);
    world
        .get(&eve, &paths(&room)[0])
        .expect_problem(404, "not_found");
    for path in paths(&room).iter().chain(&paths("nowhere")) {
        world.search.statements();
        world.get(&eve, path).expect_problem(404, "not_found");
        assert_eq!(world.search.statements().len(), 1, "{path}");
    }
}

#[test]
fn what_was_deleted_for_me_is_found_by_others_alone() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    let ids = world.say(&ann, &room, &["hello", "hello again"]);
    world.scene.hide(&bob, &room, &ids[0]).expect(204);
    assert_eq!(
        world.found(&ann, &room, "query=hello"),
        ["hello again", "hello"]
    );
    assert_eq!(world.found(&bob, &room, "query=hello"), ["hello again"]);
    assert_eq!(world.found_anywhere(&bob, "query=hello"), ["hello again"]);
}

#[test]
fn encrypted_messages_are_never_found() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let encrypted = |is| Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, is);
    world.scene.change(&room, encrypted(true));
    world.say(&ann, &room, &["hello secret"]);
    world.scene.change(&room, encrypted(false));
    world.say(&ann, &room, &["hello open"]);
    assert_eq!(world.found(&ann, &room, "query=hello"), ["hello open"]);
    assert_eq!(world.entries(), [" hello open "]);
}

#[test]
fn messages_of_the_server_are_not_found() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let ids = world.say(&ann, &room, &["hello"]);
    let system = Patch::<Message>::new().set(Message::IS_SYSTEM_MESSAGE, true);
    world.scene.change(&ids[0], system);
    assert_eq!(world.found(&ann, &room, "query=hello"), [""; 0]);
}

#[test]
fn what_was_said_before_ones_history_begins_is_not_found() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    let links = ["https://example.com"];
    let link = |words: &str| serde_json::json!({"content": words, "links": links});
    let first = world.send(&ann, &room, link("hello first"));
    world.send(&ann, &room, link("hello second"));
    world.take_in();
    let entry: SearchEntry = world.scene.get(&first);
    let cleared = Patch::<ConversationMember>::new()
        .set(ConversationMember::CLEARED_POSITION, entry.position);
    world.scene.change(&member_id(&room, &bob.id), cleared);
    assert_eq!(world.found(&bob, &room, "query=hello"), ["hello second"]);
    assert_eq!(world.found_anywhere(&bob, "query=hello"), ["hello second"]);
    let media = format!("/v1/conversations/{room}/media?kind=links");
    let media = crate::contents(&world.get(&bob, &media).expect(200));
    assert_eq!(media, ["hello second"]);
    assert_eq!(world.found(&ann, &room, "query=hello").len(), 2);
}

#[test]
fn newcomers_find_what_was_said_since_they_joined_where_the_history_is_so() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    let ids = world.say(&ann, &room, &["hello first", "hello second"]);
    let entry: SearchEntry = world.scene.get(&ids[0]);
    let joined = Patch::<ConversationMember>::new()
        .set(ConversationMember::HISTORY_POSITION, entry.position);
    world.scene.change(&member_id(&room, &bob.id), joined);
    assert_eq!(world.found(&bob, &room, "query=hello").len(), 2);
    let settings =
        Patch::<Conversation>::new().set(Conversation::SETTINGS, r#"{"history": "joined"}"#);
    world.scene.change(&room, settings);
    assert_eq!(world.found(&bob, &room, "query=hello"), ["hello second"]);
    assert_eq!(world.found_anywhere(&bob, "query=hello"), ["hello second"]);
}

/// No route of the function shows the name that the other took since a block, by either of the two. Their words in a group stay where
/// they are, as in its history.
#[test]
fn a_block_hides_names_both_ways() {
    for ann_blocks in [true, false] {
        let world = World::new();
        let (ann, bob) = (world.scene.person(), world.scene.person());
        let cid = world.scene.person();
        let room = world.scene.group(&[&ann, &bob, &cid]);
        for who in [&ann, &bob, &cid] {
            let body = serde_json::json!({
                "content": "hello", "links": ["https://example.com"], "mentions": [ann.id, bob.id],
            });
            world.send(who, &room, body);
        }
        world.take_in();
        match ann_blocks {
            true => world.scene.block(&ann, &bob),
            false => world.scene.block(&bob, &ann),
        }
        world.scene.name(&ann, "new_ann");
        world.scene.name(&bob, "new_bob");
        let everywhere = ["/v1/search/messages?query=hello", "/v1/me/mentions"].map(str::to_owned);
        for (me, own, hidden) in [(&ann, "new_ann", "new_bob"), (&bob, "new_bob", "new_ann")] {
            for path in paths(&room).iter().chain(&everywhere) {
                let text = world.get(me, path).expect(200).to_string();
                assert!(text.contains(own), "{path} {text}");
                assert!(!text.contains(hidden), "{path} {text}");
            }
        }
    }
}
