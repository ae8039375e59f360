//! Views as different members see them: receipts, people, where copies come from.

use serde_json::{Value, json};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use whisper_messages::testing::{Person, Scene, fields};

/// A message as somebody sees it, in the history and alone.
fn seen(scene: &Scene, who: &Person, conversation: &str, message: &str) -> Value {
    let page = scene.read(who, conversation, "?limit=100").expect(200);
    let items = page["items"].as_array().unwrap();
    let listed = items.iter().find(|item| item["id"] == message).unwrap();
    let alone = scene.read(who, conversation, &format!("/{message}"));
    let mut alone = alone.expect(200);
    alone.as_object_mut().unwrap().remove("users").unwrap();
    assert_eq!(alone, *listed);
    alone
}

#[test]
fn a_direct_message_is_read_when_the_other_one_read_it() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    let (first, second) = (scene.say(&ann, &talk, "1"), scene.say(&ann, &talk, "2"));
    assert_eq!(seen(&scene, &ann, &talk, &first)["status"], "sent");
    // One's own reading is no receipt.
    scene.mark(&talk, &ann, &second);
    assert_eq!(seen(&scene, &ann, &talk, &first)["status"], "sent");
    scene.mark(&talk, &bob, &first);
    for who in [&ann, &bob] {
        let read = seen(&scene, who, &talk, &first);
        assert_eq!(
            (&read["status"], &read["readBy"]),
            (&json!("read"), &json!([bob.id]))
        );
        assert_eq!(read["deliveredTo"], json!([bob.id]));
        assert_eq!(seen(&scene, who, &talk, &second)["status"], "sent");
    }
}

#[test]
fn in_a_group_the_status_follows_whoever_is_furthest_behind() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob, &cat]);
    let message = scene.say(&ann, &group, "1");
    let later = scene.say(&bob, &group, "2");
    let shown = || {
        let seen = seen(&scene, &ann, &group, &message);
        [&seen["status"], &seen["readBy"], &seen["deliveredTo"]].map(Value::clone)
    };
    assert_eq!(shown(), [json!("sent"), json!([]), json!([])]);
    scene.mark(&group, &bob, &later);
    let some = [json!("sent"), json!([bob.id]), json!([bob.id])];
    assert_eq!(shown(), some);
    scene.deliver(&group, &cat, &message);
    let both = json!([bob.id, cat.id]);
    assert_eq!(shown(), [json!("delivered"), json!([bob.id]), both.clone()]);
    scene.mark(&group, &cat, &message);
    assert_eq!(shown(), [json!("read"), both.clone(), both.clone()]);
    // Dan joins: nothing of it was sent to him. A member who goes is waited for no more.
    let (dan, eve) = (scene.person(), scene.person());
    scene.join(&group, &dan.id);
    let place = Patch::new().set(ConversationMember::JOINED_POSITION, scene.place(&later));
    scene.change::<ConversationMember>(&member_id(&group, &dan.id), place);
    assert_eq!(shown(), [json!("read"), both.clone(), both.clone()]);
    scene.join(&group, &eve.id);
    assert_eq!(shown()[0], "sent");
    let gone = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    scene.change::<ConversationMember>(&member_id(&group, &eve.id), gone);
    assert_eq!(shown()[0], "read");
    // The status of others' messages isn't told: it stays `sent`.
    assert_eq!(seen(&scene, &cat, &group, &message)["status"], "sent");
}

#[test]
fn a_status_of_nobody_else_stays_sent() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let message = scene.say(&ann, &group, "1");
    scene.mark(&group, &ann, &message);
    assert_eq!(seen(&scene, &ann, &group, &message)["status"], "sent");
}

#[test]
fn the_status_follows_the_receipts_of_1024_members_and_not_of_more() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let message = scene.say(&ann, &group, "1");
    scene.mark(&group, &bob, &message);
    for (members, status) in [(1_024, "read"), (1_025, "sent")] {
        let count = Patch::new().set(Conversation::PARTICIPANT_COUNT, members);
        scene.change::<Conversation>(&group, count);
        assert_eq!(seen(&scene, &ann, &group, &message)["status"], status);
    }
}

#[test]
fn whoever_has_read_receipts_turned_off_sees_none() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let (talk, group) = (scene.direct(&ann, &bob), scene.group(&[&ann, &bob]));
    scene.name(&ann, "ann");
    let off = Patch::new().set(Profile::PRIVACY_SETTINGS, r#"{"readReceipts": "nobody"}"#);
    scene.change::<Profile>(&ann.id, off);
    for place in [&talk, &group] {
        let of_ann = scene.say(&ann, place, "1");
        let of_bob = scene.say(&bob, place, "2");
        for who in [&ann, &bob] {
            scene.mark(place, who, &of_bob);
        }
        let mine = seen(&scene, &ann, place, &of_ann);
        assert_eq!(
            [&mine["status"], &mine["readBy"], &mine["deliveredTo"]],
            [&json!("delivered"), &json!([]), &json!([bob.id])]
        );
        // She still sees that she has read.
        assert_eq!(
            seen(&scene, &ann, place, &of_bob)["readBy"],
            json!([ann.id])
        );
    }
}

#[test]
fn whoever_reads_without_telling_counts_as_one_who_received() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let (talk, group) = (scene.direct(&ann, &bob), scene.group(&[&ann, &bob, &cat]));
    for place in [&talk, &group] {
        let message = scene.say(&ann, place, "1");
        if *place == group {
            scene.mark(place, &cat, &message);
        }
        let secretly = Patch::new()
            .set(ConversationMember::READ_POSITION, scene.place(&message))
            .set(
                ConversationMember::DELIVERED_POSITION,
                scene.place(&message),
            );
        scene.change::<ConversationMember>(&member_id(place, &bob.id), secretly);
        let shown = seen(&scene, &ann, place, &message);
        assert_eq!(shown["status"], "delivered");
        assert!(!shown["readBy"].as_array().unwrap().contains(&json!(bob.id)));
        assert!(
            shown["deliveredTo"]
                .as_array()
                .unwrap()
                .contains(&json!(bob.id))
        );
    }
}

#[test]
fn a_block_takes_somebody_out_of_the_status_of_a_group() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob, &cat]);
    let message = scene.say(&ann, &group, "1");
    scene.mark(&group, &bob, &message);
    assert_eq!(seen(&scene, &ann, &group, &message)["status"], "sent");
    scene.block(&cat, &ann);
    assert_eq!(seen(&scene, &ann, &group, &message)["status"], "read");
}

#[test]
fn a_block_hides_names_and_reading_both_ways() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    for (who, name) in [(&ann, "ann"), (&bob, "bob"), (&cat, "cat")] {
        scene.name(who, name);
    }
    let group = scene.group(&[&ann, &bob, &cat]);
    let talk = scene.direct(&ann, &bob);
    let of_ann = scene.say(&ann, &group, "1");
    let of_bob = scene.say(&bob, &group, "2");
    let direct = scene.say(&ann, &talk, "3");
    for who in [&ann, &bob, &cat] {
        scene.mark(&group, who, &of_bob);
    }
    scene.mark(&talk, &bob, &direct);
    scene.block(&ann, &bob);
    for (viewer, other, message) in [(&ann, &bob, &of_ann), (&bob, &ann, &of_bob)] {
        let read = seen(&scene, viewer, &group, message);
        assert_eq!(read["readBy"], json!([cat.id]), "{}", other.id);
        let page = scene.read(viewer, &group, "").expect(200);
        assert_eq!(page["users"][&other.id], json!({"id": other.id}));
        assert!(page["users"][&viewer.id]["username"].is_string());
    }
    let read = seen(&scene, &cat, &group, &of_ann);
    assert_eq!(read["readBy"], json!([bob.id, cat.id]), "others see all");
    let users = scene.read(&cat, &group, &format!("/{of_ann}")).expect(200)["users"].clone();
    assert_eq!(
        users[&bob.id]["username"], "bob",
        "who read is named: {users}"
    );
    let hidden = seen(&scene, &ann, &talk, &direct);
    assert_eq!(
        (&hidden["status"], &hidden["readBy"]),
        (&json!("sent"), &json!([]))
    );
}

#[test]
fn an_answer_names_those_who_sent_are_mentioned_or_reacted() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    for (who, name) in [(&ann, "ann"), (&bob, "bob"), (&cat, "cat")] {
        scene.name(who, name);
    }
    let group = scene.group(&[&ann, &bob, &cat]);
    let body = json!({"id": "m", "content": "Hi", "mentions": [bob.id, "nobody"]});
    scene.send(&ann, &group, &body).expect(201);
    let reactions = json!({"👍": [cat.id, "no id at all!"]}).to_string();
    scene.change(
        "m",
        Patch::<Message>::new().set(Message::REACTIONS, reactions),
    );
    for rest in ["", "/m"] {
        let users = scene.read(&cat, &group, rest).expect(200)["users"].clone();
        let name = |who: &Person| users[&who.id]["username"].clone();
        assert_eq!([name(&ann), name(&bob), name(&cat)], ["ann", "bob", "cat"]);
        assert_eq!(users["nobody"], json!({"id": "nobody"}));
        assert_eq!(users.as_object().unwrap().len(), 4, "{users}");
    }
}

#[test]
fn an_answer_names_no_more_than_it_may() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    for start in [0, 100, 200, 300] {
        let mentions: Vec<String> = (start..start + 100).map(|n| format!("u{n}")).collect();
        let body = json!({"content": "Hi all", "mentions": mentions});
        scene.send(&ann, &group, &body).expect(201);
    }
    let page = scene.read(&ann, &group, "").expect(200);
    let users = page["users"].as_object().unwrap();
    assert_eq!(users.len(), 300);
    assert!(users.contains_key(&ann.id), "senders come first");
}

#[test]
fn a_copy_names_its_origin_to_members_of_it() {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    let (here, there) = (scene.group(&[&ann, &bob, &cat]), scene.group(&[&ann, &bob]));
    let origin = scene.say(&bob, &there, "Hello");
    let body = json!({"id": "copy", "contentType": "forward", "forwardedFromMessageId": origin, "forwardedFromConversationId": there});
    let sent = scene.send(&ann, &here, &body).expect(201);
    assert_eq!(sent["forwardedFromConversationId"], there.as_str());
    assert_eq!(sent["originalContentType"], "text");
    let shown = |who: &Person| {
        let copy = seen(&scene, who, &here, "copy");
        assert_eq!(
            (&copy["content"], &copy["originalContentType"]),
            (&json!("Hello"), &json!("text"))
        );
        [
            copy["forwardedFromMessageId"].clone(),
            copy["forwardedFromConversationId"].clone(),
        ]
    };
    assert_eq!(shown(&bob), [origin.as_str(), there.as_str()]);
    assert_eq!(shown(&cat), [Value::Null, Value::Null]);
    let gone = Patch::<ConversationMember>::new()
        .set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    scene.change(&member_id(&there, &bob.id), gone);
    assert_eq!(shown(&bob), [Value::Null, Value::Null]);
}

#[test]
fn only_a_copy_has_an_original_kind() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let game = json!({"contentType": "game", "metadata": {"name": "Chess", "state": {"originalContentType": "text"}}});
    let sent = scene.send(&ann, &group, &game).expect(201);
    assert_eq!(sent.get("originalContentType"), None);
}

#[test]
fn a_copy_ends_no_later_than_its_origin() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let now = scene.edge.ctx().now();
    let origin = json!({"id": "origin", "content": "Brief", "expiresAt": now.plus(5_000)});
    scene.send(&ann, &group, &origin).expect(201);
    let copy = |id: &str, of: &str, until: Option<Timestamp>| json!({"id": id, "contentType": "forward", "forwardedFromMessageId": of, "forwardedFromConversationId": group, "expiresAt": until});
    for (id, of, until, expected) in [
        ("unsaid", "origin", None, 5_000),
        ("later", "origin", Some(9_000), 5_000),
        ("earlier", "origin", Some(2_000), 2_000),
        ("again", "unsaid", None, 5_000),
    ] {
        let body = copy(id, of, until.map(|millis| now.plus(millis)));
        let sent = scene.send(&ann, &group, &body).expect(201);
        assert_eq!(sent["expiresAt"], json!(now.plus(expected)), "{id}");
        assert_eq!(
            scene.send(&ann, &group, &body).expect(200),
            sent,
            "{id} again"
        );
        let end: MessageExpiry = scene.get(id);
        assert_eq!(end.expires_at, now.plus(expected));
    }
    scene.edge.advance(5_000);
    assert_eq!(
        fields(scene.send(&ann, &group, &copy("late", "origin", None))),
        ["forwardedFromMessageId:reference"]
    );
    let page = scene.read(&ann, &group, "").expect(200);
    assert_eq!(page["items"], json!([]));
}

#[test]
fn an_answer_to_a_message_that_ends_is_found_when_that_goes() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let end = scene.edge.ctx().now().plus(5_000);
    let send = |body: &Value| scene.send(&ann, &group, body);
    send(&json!({"id": "stays", "content": "x"})).expect(201);
    send(&json!({"id": "goes", "content": "x", "expiresAt": end})).expect(201);
    let answer = |id: &str, to: &str| json!({"id": id, "contentType": "reply", "content": "y", "replyToMessageId": to});
    send(&answer("one", "stays")).expect(201);
    assert_eq!(scene.all::<MessageReference>(), []);
    send(&answer("two", "goes")).expect(201);
    let references = scene.all::<MessageReference>();
    let found = references
        .iter()
        .map(|r| (r.message_id.as_str(), r.document_id.as_str()));
    assert_eq!(found.collect::<Vec<_>>(), [("goes", "two")]);
    // The answer names it no longer, and is the same message all the same when it is sent again.
    scene.edge.advance(5_000);
    let forgotten = Patch::<Message>::new().set(Message::REPLY_TO_MESSAGE_ID, None::<String>);
    scene.commit(
        Batch::new()
            .delete::<Message>("goes")
            .update("two", forgotten),
    );
    let again = send(&answer("two", "goes")).expect(200);
    assert!(again["replyToMessageId"].is_null(), "{again}");
    send(&answer("two", "stays")).expect_problem(409, "message_id_taken");
    let late = fields(send(&answer("three", "goes")));
    assert_eq!(late, ["replyToMessageId:reference"]);
}

#[test]
fn half_an_emoji_costs_its_field() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let half = r#"{"content": "\ud83d", "mentions": [7]}"#;
    let answer = scene.send_text(&ann, &group, half);
    assert_eq!(fields(answer), ["content:format", "mentions[0]:type"]);
}

#[test]
fn nothing_but_invisible_characters_is_nothing() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    for invisible in [
        "\u{200b}",
        "\u{2060}\u{feff}",
        " \u{3164}\u{2800}\u{ad}\u{fe0f}",
    ] {
        let refused = scene.send(&ann, &group, &json!({"content": invisible}));
        assert_eq!(fields(refused), ["content:required"], "{invisible:?}");
        let options = json!({"options": ["a", invisible]});
        let poll = json!({"contentType": "poll", "content": "Q", "metadata": options});
        assert_eq!(
            fields(scene.send(&ann, &group, &poll)),
            ["metadata.options[1]:required"]
        );
        let image = json!({"contentType": "image", "mediaUrls": ["https://a.example/f"], "content": invisible});
        let sent = scene.send(&ann, &group, &image).expect(201);
        assert_eq!(sent["plainText"], "[image]");
    }
    let file = json!({"fileName": "a\u{202e}gpj.exe"});
    let file =
        json!({"contentType": "file", "mediaUrls": ["https://a.example/f"], "metadata": file});
    assert_eq!(
        fields(scene.send(&ann, &group, &file)),
        ["metadata.fileName:format"]
    );
}

#[test]
fn words_are_kept_composed_and_a_retry_may_be_typed_otherwise() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let sent = scene.send(&ann, &group, &json!({"id": "m", "content": "Zoe\u{308}"}));
    assert_eq!(sent.expect(201)["content"], "Zo\u{eb}");
    scene
        .send(&ann, &group, &json!({"id": "m", "content": "Zo\u{eb}"}))
        .expect(200);
}

#[test]
fn a_preview_keeps_what_is_seen_as_one_together() {
    let scene = crate::scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let family = "👨\u{200d}👩\u{200d}👧";
    let words = format!("{}{family}", "x".repeat(297));
    let sent = scene
        .send(&ann, &group, &json!({"content": words}))
        .expect(201);
    assert_eq!(sent["plainText"], "x".repeat(297));
}

#[test]
fn a_system_message_has_its_people_and_is_answered_copied_and_read_by_nobody() {
    let scene = crate::scene();
    let (ann, bob, cid) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    scene.name(&cid, "cid");
    scene.put(&Message {
        id: "s".into(),
        conversation_id: group.clone(),
        sender_id: ann.id.clone(),
        metadata: Some(json!({"event": "members_added", "userIds": [cid.id]}).to_string()),
        is_system_message: true,
        created_at: Some(Timestamp::AT_COMMIT),
        ..Message::default()
    });
    scene.mark(&group, &bob, "s");
    let list = scene.read(&ann, &group, "").expect(200);
    let seen = &list["items"][0];
    assert_eq!(
        (&seen["isSystemMessage"], &seen["readBy"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(seen["metadata"]["userIds"], json!([cid.id]));
    assert_eq!(list["users"][&cid.id]["username"], "cid");
    let reply = json!({"contentType": "reply", "content": "x", "replyToMessageId": "s"});
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": "s", "forwardedFromConversationId": group});
    assert_eq!(
        fields(scene.send(&bob, &group, &reply)),
        ["replyToMessageId:reference"]
    );
    assert_eq!(
        fields(scene.send(&bob, &group, &copy)),
        ["forwardedFromMessageId:reference"]
    );
}
