//! Finds, and the places of their words.

use serde_json::json;
use whisper_kit::Method;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::{World, contents, matches};

#[test]
fn words_however_they_are_typed() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    world.say(
        &ann,
        &room,
        &[
            "Große Straße",
            "Gross gedacht",
            "東京都に行く",
            "Zoë's café",
            "nothing",
        ],
    );
    for (query, expected) in [
        ("query=grosse", &["Große Straße"][..]),
        ("query=GROSS", &["Gross gedacht", "Große Straße"]),
        ("query=gro", &["Gross gedacht", "Große Straße"]),
        ("query=gro%20", &[]),
        ("query=strasse+grosse", &["Große Straße"]),
        ("query=%22grosse+strasse%22", &["Große Straße"]),
        ("query=%22strasse+grosse%22", &[]),
        ("query=%E4%BA%AC%E9%83%BD", &["東京都に行く"]),
        ("query=%E9%83%BD", &["東京都に行く"]),
        ("query=zoe%27s+caf%C3%A9", &["Zoë's café"]),
        ("query=cafe", &["Zoë's café"]),
        ("query=ZO%CC%88", &["Zoë's café"]),
        ("query=rosse", &[]),
    ] {
        assert_eq!(world.found(&ann, &room, query), expected, "{query}");
    }
}

#[test]
fn marks_are_in_characters_of_the_field() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    world.say(&ann, &room, &["👍 Grüße aus Zürich, Grüße!"]);
    let page = world.ask(&ann, &room, "query=grusse+zur").expect(200);
    let at = |start, length| ("content".to_owned(), start, length);
    assert_eq!(matches(&page), [at(2, 5), at(12, 6), at(20, 5)]);
    let message = &page["items"][0];
    assert_eq!(message["conversationId"], room.as_str());
    assert_eq!(page["users"][&ann.id]["id"], ann.id.as_str());
}

#[test]
fn names_of_files_and_options_of_polls_are_words_too() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let file = json!({"contentType": "file", "mediaUrls": ["https://a.example/f"], "metadata": {"fileName": "Quarterly report.pdf"}});
    world.send(&ann, &room, file);
    let poll = json!({"contentType": "poll", "content": "Where?", "metadata": {"options": ["Here", "Over there"]}});
    world.send(&ann, &room, poll);
    world.take_in();
    let page = world.ask(&ann, &room, "query=report").expect(200);
    assert_eq!(matches(&page), [("metadata.fileName".to_owned(), 10, 6)]);
    let page = world.ask(&ann, &room, "query=where+the").expect(200);
    assert_eq!(
        matches(&page),
        [
            ("content".to_owned(), 0, 5),
            ("metadata.options[1]".to_owned(), 5, 5)
        ]
    );
}

#[test]
fn filters_choose_among_what_is_found() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    world.scene.say(&ann, &room, "word one");
    world.search.advance(10_000);
    world.scene.say(&bob, &room, "word two");
    let link = json!({"content": "word three", "links": ["https://example.com"]});
    world.send(&bob, &room, link);
    world.search.advance(10_000);
    let image = json!({"contentType": "image", "content": "word four", "mediaUrls": ["https://a.example/f"]});
    let image = world.send(&ann, &room, image);
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": image, "forwardedFromConversationId": room});
    world.send(&bob, &room, copy);
    world.take_in();
    let ask = |filters: &str| {
        world
            .found(&ann, &room, &format!("query=word{filters}"))
            .iter()
            .map(|w| w.replace("word ", ""))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let time = |seconds: i64| {
        Timestamp::from_millis(whisper_kit::testing::START + seconds * 1000).to_string()
    };
    for (filters, expected) in [
        (String::new(), "four four three two one"),
        (format!("&from={}", ann.id), "four one"),
        ("&from=nobody".to_owned(), ""),
        ("&kind=image".to_owned(), "four four"),
        ("&kind=text".to_owned(), "three two one"),
        ("&has=media".to_owned(), "four four"),
        ("&has=link".to_owned(), "three"),
        (format!("&sentAfter={}", time(10)), "four four three two"),
        (format!("&sentBefore={}", time(10)), "one"),
        (
            format!("&sentAfter={}&sentBefore={}", time(5), time(15)),
            "three two",
        ),
        (
            format!(
                "&from={}&kind=image&has=media&sentAfter={}",
                bob.id,
                time(1)
            ),
            "four",
        ),
    ] {
        assert_eq!(ask(&filters), expected, "{filters}");
    }
}

#[test]
fn what_a_question_must_be() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let long = format!("query={}", "a".repeat(201));
    let many = format!("query={}", vec!["a"; 31].join("+"));
    let fits = format!("query={}", vec!["a"; 30].join("+"));
    for (query, field) in [
        ("", "query"),
        ("query=", "query"),
        ("query=%3F%21", "query"),
        (long.as_str(), "query"),
        (many.as_str(), "query"),
        ("query=a&kind=letter", "kind"),
        ("query=a&has=legs", "has"),
        ("query=a&sentAfter=yesterday", "sentAfter"),
        ("query=a&colour=red", "colour"),
        ("query=a&limit=101", "limit"),
    ] {
        let problem = world
            .ask(&ann, &room, query)
            .expect_problem(400, "invalid_query");
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
        let path = format!("/v1/search/messages?{query}");
        world.get(&ann, &path).expect_problem(400, "invalid_query");
    }
    world.ask(&ann, &room, &fits).expect(200);
    // No character of a question means anything to the database.
    for query in [
        "a*",
        "a\"",
        "\"a",
        "(a)",
        "a OR b",
        "a:b",
        "NEAR(a b)",
        "a'--",
        "-a",
        "^a",
        "\\a",
        "%_",
    ] {
        let mut text = form(query);
        text.insert_str(0, "query=");
        if query == "%_" {
            world
                .ask(&ann, &room, &text)
                .expect_problem(400, "invalid_query");
        } else {
            world.ask(&ann, &room, &text).expect(200);
        }
    }
}

fn form(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn of_all_conversations_the_newest_first() {
    let world = World::new();
    let (ann, bob, eve) = (
        world.scene.person(),
        world.scene.person(),
        world.scene.person(),
    );
    let (room, other) = (
        world.scene.group(&[&ann, &bob]),
        world.scene.group(&[&bob, &ann]),
    );
    let direct = world.scene.direct(&ann, &bob);
    let elsewhere = world.scene.group(&[&eve, &bob]);
    world.say(&ann, &room, &["hello 1"]);
    world.say(&bob, &direct, &["hello 2"]);
    world.say(&eve, &elsewhere, &["hello 3"]);
    world.say(&bob, &other, &["hello 4"]);
    assert_eq!(
        world.found_anywhere(&ann, "query=hello"),
        ["hello 4", "hello 2", "hello 1"]
    );
    assert_eq!(
        world.found_anywhere(&bob, "query=hel"),
        ["hello 4", "hello 3", "hello 2", "hello 1"]
    );
    assert_eq!(world.found_anywhere(&eve, "query=hello"), ["hello 3"]);
    assert_eq!(world.found(&ann, &direct, "query=hello"), ["hello 2"]);
    let nobody = world.scene.person();
    assert_eq!(world.found_anywhere(&nobody, "query=hello"), [""; 0]);
}

#[test]
fn of_more_conversations_than_one_question_names() {
    let world = World::new();
    let ann = world.scene.person();
    let rooms: Vec<String> = (0..260).map(|_| world.scene.group(&[&ann])).collect();
    world.say(&ann, &rooms[0], &["hello first"]);
    world.say(&ann, &rooms[259], &["hello last"]);
    world.say(&ann, &rooms[1], &["hello second"]);
    let first = world
        .get(&ann, "/v1/search/messages?query=hello&limit=2")
        .expect(200);
    assert_eq!(contents(&first), ["hello second", "hello last"]);
    let next = format!(
        "/v1/search/messages?query=hello&limit=2&after={}",
        first["next"].as_str().unwrap()
    );
    assert_eq!(
        contents(&world.get(&ann, &next).expect(200)),
        ["hello first"]
    );
}

#[test]
fn receipts_are_those_that_a_history_shows() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let direct = world.scene.direct(&ann, &bob);
    let room = world.scene.group(&[&ann, &bob]);
    let ids = world.say(&ann, &direct, &["hello direct"]);
    let in_room = world.say(&ann, &room, &["hello room"]);
    world.scene.mark(&direct, &bob, &ids[0]);
    world.scene.mark(&room, &bob, &in_room[0]);
    let here = world.ask(&ann, &room, "query=hello").expect(200);
    assert_eq!(here["items"][0]["readBy"], json!([bob.id]));
    assert_eq!(here["items"][0]["status"], "read");
    let all = world
        .get(&ann, "/v1/search/messages?query=hello")
        .expect(200);
    assert_eq!(all["items"][0]["readBy"], json!([]));
    // It would cost a question for each group, so nothing is said rather than something wrong.
    assert_eq!(all["items"][0].get("status"), None);
    assert_eq!(all["items"][1]["status"], "read");
    assert_eq!(all["items"][1]["readBy"], json!([bob.id]));
    // Messages of others in a group have the one that the history shows.
    let of_others = world
        .get(&bob, "/v1/search/messages?query=hello")
        .expect(200);
    let history = world.scene.read(&bob, &room, "").expect(200);
    assert_eq!(history["items"][0]["status"], "sent");
    assert_eq!(of_others["items"][0]["status"], "sent");
}

#[test]
fn the_title_of_a_preview_is_found_until_an_edit_drops_its_link() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let url = "https://example.com/1";
    let link = json!({"content": "Look", "links": [url], "metadata": {"linkPreview": {"url": url, "title": "All about tea"}}});
    let id = world.send(&ann, &room, link);
    world.take_in();
    let page = world.ask(&ann, &room, "query=tea").expect(200);
    assert_eq!(
        matches(&page),
        [("metadata.linkPreview.title".to_owned(), 10, 3)]
    );
    let (rest, change) = (format!("/{id}"), json!({"links": []}));
    let scene = &world.scene;
    scene
        .act_with(&ann, Method::PATCH, &room, &rest, &change)
        .expect(200);
    world.take_in();
    assert_eq!(world.found(&ann, &room, "query=tea"), [""; 0]);
}

#[test]
fn requests_of_strangers_stand_apart() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let direct = world.scene.direct(&ann, &bob);
    world.say(&bob, &direct, &["hello"]);
    let membership = member_id(&direct, &ann.id);
    let request = |is| Patch::<ConversationMember>::new().set(ConversationMember::IS_REQUEST, is);
    world.scene.change(&membership, request(true));
    assert_eq!(world.found_anywhere(&ann, "query=hello"), [""; 0]);
    assert_eq!(world.found(&ann, &direct, "query=hello"), ["hello"]);
    world.scene.change(&membership, request(false));
    assert_eq!(world.found_anywhere(&ann, "query=hello"), ["hello"]);
}

#[test]
fn searches_are_limited_and_anonymous_ones_more_so() {
    let world = World::with(&[("search_rate_per_minute", "20")]);
    let (ann, guest) = (world.scene.person(), world.scene.anonymous());
    let room = world.scene.group(&[&ann, &guest]);
    for (who, times) in [(&ann, 20), (&guest, 2)] {
        for n in 0..times {
            match n % 2 {
                0 => world.ask(who, &room, "query=a").expect(200),
                _ => world.get(who, "/v1/search/messages?query=a").expect(200),
            };
        }
        let refused = world.ask(who, &room, "query=a");
        assert!(refused.response.headers().contains_key("retry-after"));
        refused.expect_problem(429, "rate_limited");
        // A list of media is none.
        world
            .get(who, &format!("/v1/conversations/{room}/media?kind=files"))
            .expect(200);
    }
    world.search.advance(61_000);
    world.ask(&ann, &room, "query=a").expect(200);
    let post = futures::executor::block_on(world.search.send(
        Method::POST,
        "/v1/search/messages",
        &ann.token,
        &json!({}),
    ));
    post.expect_problem(405, "method_not_allowed");
}
