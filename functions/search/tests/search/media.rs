//! Lists of the media, files and links of a conversation.

use serde_json::{Value, json};
use whisper_messages::testing::Person;

use crate::{World, contents};

/// One message of each kind, in this order.
fn one_of_each(world: &World, who: &Person, room: &str) {
    let media = |kind: &str| json!({"contentType": kind, "content": kind, "mediaUrls": ["https://a.example/f"]});
    for kind in ["image", "video", "gif", "audio"] {
        world.send(who, room, media(kind));
    }
    let voice = json!({"contentType": "voice", "content": "voice", "mediaUrls": ["https://a.example/f"], "metadata": {"durationMs": 1}});
    world.send(who, room, voice);
    let file = json!({"contentType": "file", "content": "file", "mediaUrls": ["https://a.example/f"], "metadata": {"fileName": "a.pdf"}});
    world.send(who, room, file);
    let links = ["https://example.com"];
    world.send(
        who,
        room,
        json!({"contentType": "link", "content": "link", "links": links}),
    );
    world.send(who, room, json!({"content": "text"}));
    let both = json!({"contentType": "image", "content": "both", "mediaUrls": ["https://a.example/f"], "links": links});
    world.send(who, room, both);
    world.take_in();
}

fn list(world: &World, who: &Person, room: &str, query: &str) -> Value {
    world
        .get(who, &format!("/v1/conversations/{room}/media?{query}"))
        .expect(200)
}

#[test]
fn messages_by_what_they_carry() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    one_of_each(&world, &ann, &room);
    for (kind, expected) in [
        ("images", &["both", "image"][..]),
        ("videos", &["video"]),
        ("gifs", &["gif"]),
        ("audio", &["audio"]),
        ("voice", &["voice"]),
        ("files", &["file"]),
        ("links", &["both", "link"]),
        ("images,videos,gifs", &["both", "gif", "video", "image"]),
        ("links,%20images,links", &["both", "link", "image"]),
    ] {
        let page = list(&world, &ann, &room, &format!("kind={kind}"));
        assert_eq!(contents(&page), expected, "{kind}");
    }
    let other = world.scene.group(&[&ann]);
    assert_eq!(
        contents(&list(&world, &ann, &other, "kind=images")),
        [""; 0]
    );
    for query in [
        "",
        "kind=",
        "kind=image",
        "kind=images,",
        "kind=images&query=a",
    ] {
        let path = format!("/v1/conversations/{room}/media?{query}");
        world.get(&ann, &path).expect_problem(400, "invalid_query");
    }
}

#[test]
fn pages_of_several_kinds() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    one_of_each(&world, &ann, &room);
    let query = "kind=images,videos,gifs,links&limit=2";
    let first = list(&world, &ann, &room, query);
    assert_eq!(contents(&first), ["both", "link"]);
    assert_eq!(first["previous"], Value::Null);
    let second = format!("{query}&after={}", first["next"].as_str().unwrap());
    let second = list(&world, &ann, &room, &second);
    assert_eq!(contents(&second), ["gif", "video"]);
    let back = format!("{query}&before={}", second["previous"].as_str().unwrap());
    assert_eq!(
        contents(&list(&world, &ann, &room, &back)),
        ["both", "link"]
    );
    let last = format!("{query}&after={}", second["next"].as_str().unwrap());
    let last = list(&world, &ann, &room, &last);
    assert_eq!(
        (contents(&last), &last["next"]),
        (vec!["image".to_owned()], &Value::Null)
    );
    // A cursor of one list is none of another.
    let other = format!(
        "/v1/conversations/{room}/media?kind=images&after={}",
        first["next"].as_str().unwrap()
    );
    world
        .get(&ann, &other)
        .expect_problem(400, "invalid_cursor");
}

#[test]
fn an_edit_changes_what_a_message_carries() {
    use whisper_schema::prelude::Message;
    use whisper_store::Patch;
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let id = world.send(
        &ann,
        &room,
        json!({"content": "a", "links": ["https://example.com"]}),
    );
    world.take_in();
    let links = |links: Vec<&str>| Patch::<Message>::new().set(Message::LINKS, links);
    world.scene.change(&id, links(vec![]));
    world.tell("message.edited", &id);
    world.take_in();
    assert_eq!(contents(&list(&world, &ann, &room, "kind=links")), [""; 0]);
    world
        .scene
        .change(&id, links(vec!["https://example.com/2"]));
    world.tell("message.edited", &id);
    world.take_in();
    assert_eq!(contents(&list(&world, &ann, &room, "kind=links")), ["a"]);
}

#[test]
fn encrypted_conversations_have_media_too() {
    use whisper_schema::prelude::Conversation;
    use whisper_store::Patch;
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    world.scene.change(
        &room,
        Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true),
    );
    world.send(
        &ann,
        &room,
        json!({"contentType": "image", "content": "x9f3", "mediaUrls": ["https://a.example/f"]}),
    );
    world.take_in();
    assert_eq!(
        contents(&list(&world, &ann, &room, "kind=images")),
        ["x9f3"]
    );
    assert_eq!(world.found(&ann, &room, "query=x9f3"), [""; 0]);
}
