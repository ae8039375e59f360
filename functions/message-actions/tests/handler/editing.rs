//! Editing: the words change, for the sender and for some hours; the former words are kept for moderators.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::ids::{derived_id, member_id, mention_id};
use whisper_kit::testing::Answer;
use whisper_kit::{Method, Request};
use whisper_messages::testing::{Person, fields};
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::{HOUR, World, two};

fn edit(world: &World, who: &Person, group: &str, id: &str, body: &Value) -> Answer {
    let rest = format!("/{id}");
    let scene = &world.scene;
    scene.act_with(who, Method::PATCH, group, &rest, body)
}

/// Edits if the message has this ETag still.
fn edit_matching(world: &World, who: &Person, group: &str, id: &str, etag: &str) -> Answer {
    let path = format!("/v1/conversations/{group}/messages/{id}");
    let mut request = Request::new(Method::PATCH, &path);
    let token = format!("Bearer {}", who.token);
    for (name, value) in [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("if-match", etag),
    ] {
        request.headers.insert(name, value.parse().unwrap());
    }
    request.body = json!({"content": etag}).to_string().into();
    block_on(world.scene.actions.request(request))
}

fn versions(world: &World, who: &Person, group: &str, id: &str) -> Answer {
    let rest = format!("/{id}/versions");
    world.scene.act(who, Method::GET, group, &rest)
}

#[test]
fn the_words_change_and_it_says_so() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let id = world.scene.say(&ann, &group, "frist");
    world.scene.edge.advance(1000);
    let edited = edit(&world, &ann, &group, &id, &json!({"content": "first"})).expect(200);
    assert_eq!(edited["content"], "first");
    assert_eq!(edited["plainText"], "first");
    assert_eq!(edited["editedAt"], edited["updatedAt"]);
    assert!(edited["editedAt"].as_str() > edited["createdAt"].as_str());
    let seen = world.scene.read(&bob, &group, &format!("/{id}"));
    let seen = seen.expect(200);
    assert_eq!(
        (&seen["content"], &seen["editedAt"]),
        (&json!("first"), &edited["editedAt"])
    );
    assert_eq!(world.preview(&bob, &group), (Some("first".into()), 1));
    let shown: Conversation = world.scene.get(&group);
    assert_eq!(shown.last_message_text.as_deref(), Some("first"));
    let what = json!({"conversationId": group, "conversationType": "group", "senderId": ann.id,
        "contentType": "text", "mentioned": []});
    assert_eq!(world.events("message.edited"), [(id, Some(ann.id), what)]);
}

#[test]
fn an_older_message_changes_no_preview() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    let ids = world.say_all(&ann, &group, &["1", "2"]);
    edit(&world, &ann, &group, &ids[0], &json!({"content": "one"})).expect(200);
    assert_eq!(world.preview(&bob, &group), (Some("2".into()), 2));
    assert_eq!(world.history(&bob, &group, 10), ["one", "2"]);
}

#[test]
fn the_same_words_are_no_edit() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    for body in [
        json!({"content": "x"}),
        json!({}),
        json!({"mentions": [], "links": []}),
    ] {
        let same = edit(&world, &ann, &group, &id, &body).expect(200);
        assert_eq!(same["editedAt"], Value::Null, "{body}");
    }
    assert_eq!(world.scene.all::<MessageVersion>(), []);
    assert_eq!(world.events("message.edited"), []);
}

#[test]
fn a_caption_and_addresses_change_by_the_rules_of_the_kind() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let send = |body: &Value| world.scene.send(&ann, &group, body).expect(201);
    let sent = [
        json!({"id": "text", "content": "x"}),
        json!({"id": "image", "contentType": "image", "mediaUrls": ["https://a.example/1"]}),
        json!({"id": "link", "contentType": "link", "links": ["https://a.example"]}),
    ];
    sent.iter().for_each(|body| drop(send(body)));
    for (id, body, wanted) in [
        ("text", json!({"content": " "}), vec!["content:required"]),
        (
            "text",
            json!({"content": "x".repeat(10_001)}),
            vec!["content:size"],
        ),
        ("text", json!({"content": null}), vec!["content:required"]),
        (
            "text",
            json!({"mentions": ["-"], "links": ["x"]}),
            vec!["links[0]:format", "mentions[0]:format"],
        ),
        (
            "text",
            json!({"contentType": "link", "mediaUrls": []}),
            vec!["contentType:unknown", "mediaUrls:unknown"],
        ),
        ("link", json!({"links": []}), vec!["links:required"]),
    ] {
        let mut faults = fields(edit(&world, &ann, &group, id, &body));
        faults.sort_unstable();
        assert_eq!(faults, wanted, "{id} {body}");
    }
    let image = edit(&world, &ann, &group, "image", &json!({"content": "Look"})).expect(200);
    assert_eq!(
        (&image["content"], &image["plainText"]),
        (&json!("Look"), &json!("Look"))
    );
    let image = edit(&world, &ann, &group, "image", &json!({"content": ""})).expect(200);
    assert_eq!(
        (&image["content"], &image["plainText"]),
        (&json!(""), &json!("[image]"))
    );
    let more = json!({"links": ["https://b.example"], "content": "c"});
    let link = edit(&world, &ann, &group, "link", &more).expect(200);
    assert_eq!(link["links"], json!(["https://b.example"]));
    assert_eq!(world.scene.all::<MessageVersion>().len(), 3);
}

#[test]
fn whoever_is_mentioned_anew_is_named_by_the_event_and_who_no_longer_is_loses_it() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let body = json!({"id": "m", "content": "x", "mentions": [bob.id]});
    scene.send(&ann, &group, &body).expect(201);
    scene.put(&Notification {
        id: mention_id("m", &bob.id),
        user_id: bob.id.clone(),
        ..Notification::default()
    });
    let anew = json!({"mentions": ["cat", "dan", "cat"]});
    let edited = edit(&world, &ann, &group, "m", &anew).expect(200);
    assert_eq!(edited["mentions"], json!(["cat", "dan"]));
    let events = world.events("message.edited");
    assert_eq!(events[0].2["mentioned"], json!(["cat", "dan"]));
    assert_eq!(scene.all::<Notification>(), []);
}

#[test]
fn what_can_not_be_edited_is_refused() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, _, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    let poll = json!({"id": "poll", "contentType": "poll", "content": "Tea?", "metadata": {"options": ["a", "b"]}});
    let copy = json!({"id": "copy", "contentType": "forward", "forwardedFromMessageId": id, "forwardedFromConversationId": group});
    let quoted = json!({"id": "quoted", "content": "y", "forwardedFromMessageId": id, "forwardedFromConversationId": group});
    for body in [&poll, &copy, &quoted] {
        scene.send(&ann, &group, body).expect(201);
    }
    world.delete(&ann, &group, &id).expect(204);
    let words = json!({"content": "other"});
    for id in ["poll", "copy", "quoted", &id] {
        let refused = edit(&world, &ann, &group, id, &words);
        refused.expect_problem(409, "not_editable");
    }
    scene.put(&Message {
        id: "system".into(),
        conversation_id: group.clone(),
        sender_id: ann.id.clone(),
        is_system_message: true,
        ..Message::default()
    });
    edit(&world, &ann, &group, "system", &words).expect_problem(403, "forbidden");
    assert_eq!(scene.all::<MessageVersion>(), []);
}

#[test]
fn the_sender_alone_has_so_many_hours() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    world.give(&bob, &group, ConversationMemberRole::Owner);
    let id = scene.say(&ann, &group, "x");
    let words = |n: i64| json!({"content": n.to_string()});
    edit(&world, &bob, &group, &id, &words(0)).expect_problem(403, "forbidden");
    let ann = world.later(48 * HOUR, &ann);
    edit(&world, &ann, &group, &id, &words(1)).expect(200);
    scene.edge.advance(1);
    edit(&world, &ann, &group, &id, &words(2)).expect_problem(409, "too_late");
    let world = World::with(&[("edit_window_hours", "0")]);
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    let ann = world.later(10_000 * HOUR, &ann);
    edit(&world, &ann, &group, &id, &words(3)).expect(200);
}

#[test]
fn who_may_not_send_may_not_edit_either() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    let words = json!({"content": "y"});
    let refused = |who: &Person, status, code| {
        edit(&world, who, &group, &id, &words).expect_problem(status, code);
    };
    let nobody = Person {
        token: String::new(),
        ..ann.clone()
    };
    refused(&nobody, 401, "unauthenticated");
    refused(&scene.person(), 404, "not_found");
    edit(&world, &ann, &group, "nothing", &words).expect_problem(404, "not_found");
    let change = |patch: Patch<ConversationMember>| {
        scene.change(&member_id(&group, &ann.id), patch);
    };
    let member = Patch::<ConversationMember>::new;
    change(member().set(ConversationMember::IS_BLOCKED, true));
    refused(&ann, 403, "forbidden");
    change(member().set(ConversationMember::IS_BLOCKED, false));
    let settings = r#"{"sendMessages":"admins"}"#;
    scene.change(&group, Patch::new().set(Conversation::SETTINGS, settings));
    refused(&ann, 403, "forbidden");
    scene.change(
        &group,
        Patch::<Conversation>::new().unset(Conversation::SETTINGS),
    );
    scene.hide(&ann, &group, &id).expect(204);
    refused(&ann, 404, "not_found");
    change(member().set(
        ConversationMember::STATUS,
        ConversationMemberStatus::Removed,
    ));
    refused(&ann, 404, "not_found");
    assert_eq!(world.history(&bob, &group, 10), ["x"]);
}

#[test]
fn a_stranger_whose_messages_are_not_wanted_puts_no_other_words_there() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob) = (scene.person(), scene.person());
    scene.name(&bob, "bob");
    let talk = scene.direct(&ann, &bob);
    let id = scene.say(&ann, &talk, "x");
    let request = Patch::<ConversationMember>::new().set(ConversationMember::IS_REQUEST, true);
    scene.change(&member_id(&talk, &bob.id), request);
    edit(&world, &ann, &talk, &id, &json!({"content": "y"})).expect(200);
    let nobody = r#"{"messages":"nobody"}"#;
    scene.change(&bob.id, Patch::new().set(Profile::PRIVACY_SETTINGS, nobody));
    edit(&world, &ann, &talk, &id, &json!({"content": "z"})).expect_problem(403, "forbidden");
}

#[test]
fn ciphertext_is_replaced_as_it_is() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let encrypted = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    scene.change(&group, encrypted);
    let id = scene.say(&ann, &group, "c2VjcmV0");
    let edited = edit(&world, &ann, &group, &id, &json!({"content": "b3RoZXI="})).expect(200);
    assert_eq!(edited["content"], "b3RoZXI=");
    assert_eq!(edited["plainText"], Value::Null);
    assert_eq!(world.preview(&bob, &group), (None, 1));
}

#[test]
fn if_match_holds_the_words_alone() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "x");
    let etag = || {
        let answer = scene.read(&ann, &group, &format!("/{id}"));
        let etag = answer.response.headers()["etag"]
            .to_str()
            .unwrap()
            .to_owned();
        answer.expect(200);
        etag
    };
    let first = etag();
    scene.mark(&group, &bob, &id);
    assert_ne!(etag(), first, "somebody has read it");
    edit_matching(&world, &ann, &group, &id, &first).expect(200);
    edit_matching(&world, &ann, &group, &id, &first).expect_problem(412, "precondition_failed");
    edit_matching(&world, &ann, &group, &id, &etag()).expect(200);
    edit_matching(&world, &ann, &group, &id, "*").expect(200);
    edit_matching(&world, &ann, &group, &id, "\"x\"").expect_problem(412, "precondition_failed");
    assert_eq!(scene.all::<MessageVersion>().len(), 3);
}

#[test]
fn of_two_edits_at_once_one_is_the_second_and_both_are_kept() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    world.give(&bob, &group, ConversationMemberRole::Admin);
    let id = world.scene.say(&ann, &group, "0");
    let path = format!("/v1/conversations/{group}/messages/{id}");
    let actions = &world.scene.actions;
    let (one, other) = (json!({"content": "1"}), json!({"content": "2"}));
    let one = actions.send(Method::PATCH, &path, &ann.token, &one);
    let other = actions.send(Method::PATCH, &path, &ann.token, &other);
    let (one, other) = block_on(futures::future::join(one, other));
    one.expect(200);
    other.expect(200);
    let now = world.history(&bob, &group, 10)[0].clone();
    let kept = versions(&world, &bob, &group, &id).expect(200);
    let kept = kept["items"].as_array().unwrap().iter();
    let mut all: Vec<&str> = kept.map(|kept| kept["content"].as_str().unwrap()).collect();
    assert_eq!(all[1], "0");
    all.push(&now);
    all.sort_unstable();
    assert_eq!(all, ["0", "1", "2"]);
    let shown: Conversation = world.scene.get(&group);
    assert_eq!(shown.last_message_text, Some(now));
}

#[test]
fn an_edit_and_a_deletion_at_once_leave_no_words() {
    let world = World::new();
    let (ann, bob, group) = two(&world);
    for n in 0..4 {
        let ids = world.say_all(&ann, &group, &["under", "over"]);
        let path = |id: &str| format!("/v1/conversations/{group}/messages/{id}");
        // The newest goes while the one below it changes, and the other way round.
        let (goes, changes) = if n % 2 == 0 { (1, 0) } else { (1, 1) };
        let (goes, changes) = (path(&ids[goes]), path(&ids[changes]));
        let actions = &world.scene.actions;
        let words = json!({"content": "changed"});
        let change = actions.send(Method::PATCH, &changes, &ann.token, &words);
        let delete = actions.send(Method::DELETE, &goes, &ann.token, &Value::Null);
        let (_, deleted) = match n < 2 {
            true => block_on(futures::future::join(change, delete)),
            false => {
                let (deleted, changed) = block_on(futures::future::join(delete, change));
                (changed, deleted)
            }
        };
        deleted.expect(204);
        let newest = world.preview(&bob, &group).0;
        let shown: Conversation = world.scene.get(&group);
        assert_eq!(shown.last_message_text, newest, "{n}");
        let gone: Message = world.scene.get(&ids[1]);
        assert_eq!(gone.content, "", "{n}");
        let kept = world.scene.all::<MessageVersion>().into_iter();
        assert_eq!(
            kept.filter(|kept| kept.message_id == ids[1]).count(),
            0,
            "{n}"
        );
    }
}

#[test]
fn moderators_see_what_edits_replaced_newest_first() {
    let world = World::new();
    let scene = &world.scene;
    let (ann, bob, group) = two(&world);
    let id = scene.say(&ann, &group, "0");
    for n in 1..4 {
        scene.edge.advance(1000);
        let words = json!({"content": n.to_string(), "mentions": [format!("u{n}")]});
        edit(&world, &ann, &group, &id, &words).expect(200);
    }
    versions(&world, &bob, &group, &id).expect_problem(403, "forbidden");
    versions(&world, &ann, &group, &id).expect_problem(403, "forbidden");
    let stranger = scene.person();
    versions(&world, &stranger, &group, &id).expect_problem(404, "not_found");
    world.give(&bob, &group, ConversationMemberRole::Moderator);
    let page = versions(&world, &bob, &group, &id).expect(200);
    let items = page["items"].as_array().unwrap();
    let contents: Vec<&Value> = items.iter().map(|item| &item["content"]).collect();
    assert_eq!(contents, ["2", "1", "0"]);
    assert_eq!(items[0]["mentions"], json!(["u2"]));
    assert_eq!(items[0]["writtenAt"], items[1]["replacedAt"]);
    let rest = format!("/{id}/versions?limit=2");
    let page = scene.act(&bob, Method::GET, &group, &rest).expect(200);
    let next = page["next"].as_str().unwrap();
    let rest = format!("{rest}&after={next}");
    let page = scene.act(&bob, Method::GET, &group, &rest).expect(200);
    assert_eq!(page["items"][0]["content"], "0");
    world.delete(&ann, &group, &id).expect(204);
    assert_eq!(scene.all::<MessageVersion>(), []);
    versions(&world, &bob, &group, &id).expect_problem(404, "not_found");
}

#[test]
fn a_version_that_was_swept_leaves_its_number() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "0");
    edit(&world, &ann, &group, &id, &json!({"content": "1"})).expect(200);
    let first = derived_id(&["version", &id, "1"]);
    let gone = whisper_store::Batch::new().delete::<MessageVersion>(&first);
    world.scene.commit(gone);
    edit(&world, &ann, &group, &id, &json!({"content": "2"})).expect(200);
    assert_eq!(world.scene.get::<MessageVersion>(&first).content, "1");
}

#[test]
fn edits_and_their_mentions_are_limited() {
    let limits = [
        ("message_change_rate_per_minute", "3"),
        ("mention_rate_per_hour", "5"),
    ];
    let world = World::with(&limits);
    let (ann, _, group) = two(&world);
    let id = world.scene.say(&ann, &group, "x");
    let mentions = |n: usize| {
        let users: Vec<String> = (0..n).map(|n| format!("u{n}")).collect();
        edit(&world, &ann, &group, &id, &json!({"mentions": users}))
    };
    mentions(4).expect(200);
    mentions(6).expect_problem(429, "rate_limited");
    mentions(5).expect(200);
    // Users who were mentioned before don't count again.
    mentions(1).expect(200);
    mentions(0).expect_problem(429, "rate_limited");
    world.scene.edge.advance(60_000);
    mentions(0).expect(200);
}

#[test]
fn a_retried_send_is_known_after_an_edit_and_after_the_deletion() {
    let world = World::new();
    let (ann, _, group) = two(&world);
    let body = json!({"id": "m", "contentType": "image", "mediaUrls": ["https://a.example/1"], "content": "x"});
    world.scene.send(&ann, &group, &body).expect(201);
    edit(&world, &ann, &group, "m", &json!({"content": "y"})).expect(200);
    let again = world.scene.send(&ann, &group, &body).expect(200);
    assert_eq!(again["content"], "y");
    world.delete(&ann, &group, "m").expect(204);
    let again = world.scene.send(&ann, &group, &body).expect(200);
    assert_eq!(again["content"], "");
    assert_eq!(world.scene.all::<Message>().len(), 1);
}
