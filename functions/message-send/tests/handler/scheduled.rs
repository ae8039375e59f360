//! Messages that are sent at a later time: each is sent once, and only its sender sees it before.

use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::fields;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::desk::{Desk, HOUR, MINE};

#[test]
fn it_waits_for_its_time_and_is_sent_once_under_its_id() {
    let desk = Desk::new();
    let (ann, bob) = (desk.scene.person(), desk.scene.person());
    let group = desk.scene.group(&[&ann, &bob]);
    let at = desk.ahead(HOUR);
    let made = desk.schedule(&ann, &group, &json!({"content": "Later"}));
    let made = made.expect(201);
    let id = made["id"].as_str().unwrap();
    let wanted = json!({
        "id": id, "conversationId": group, "sendAt": at, "status": "waiting",
        "message": {"contentType": "text", "content": "Later"},
        "createdAt": made["createdAt"], "updatedAt": made["createdAt"],
    });
    assert_eq!(made, wanted);
    assert_eq!(desk.get(&ann, id).expect(200), wanted);
    assert_eq!(desk.list(&ann, ""), [(id.to_owned(), "waiting".to_owned())]);
    assert_eq!(
        (desk.run(), desk.sent().len(), desk.waiting(&ann)),
        (0, 0, 1)
    );
    let ann = desk.later(HOUR, &ann);
    assert_eq!((desk.run(), desk.run()), (1, 0));
    let message: Message = desk.scene.get(id);
    assert_eq!(
        (message.content.as_str(), message.sender_id.as_str()),
        ("Later", ann.id.as_str())
    );
    assert!(
        message.created_at >= Some(at),
        "it has the time of the sending"
    );
    assert_eq!((desk.list(&ann, ""), desk.waiting(&ann)), (vec![], 0));
    assert_eq!(desk.told(&ann), ["created", "sent"]);
    assert_eq!(desk.scene.events(&["message.sent"]).len(), 1);
    // A client that is too late learns that it was sent.
    desk.get(&ann, id).expect_problem(404, "not_found");
    desk.cancel(&ann, id).expect_problem(404, "not_found");
    desk.change(&ann, id, &json!({"sendAt": desk.ahead(HOUR)}))
        .expect_problem(404, "not_found");
    assert_eq!(desk.send_now(&ann, id).expect(200)["content"], "Later");
    assert_eq!(desk.sent().len(), 1);
}

#[test]
fn to_everybody_else_it_does_not_exist() {
    let desk = Desk::new();
    let (ann, bob, eve) = (
        desk.scene.person(),
        desk.scene.person(),
        desk.scene.person(),
    );
    let group = desk.scene.group(&[&ann, &bob]);
    let id = desk.say_later(&ann, &group, "Secret");
    for other in [&bob, &eve] {
        assert_eq!(desk.list(other, ""), []);
        for answer in [
            desk.get(other, &id),
            desk.get(other, "nothing"),
            desk.change(other, &id, &json!({"sendAt": desk.ahead(HOUR)})),
            desk.cancel(other, &id),
            desk.send_now(other, &id),
        ] {
            answer.expect_problem(404, "not_found");
        }
    }
    let body = json!({"content": "Hi"});
    for conversation in [group.as_str(), "nowhere"] {
        let refused = desk.schedule(&eve, conversation, &body);
        refused.expect_problem(404, "not_found");
    }
    let nobody = whisper_messages::testing::Person {
        token: String::new(),
        ..eve.clone()
    };
    desk.schedule(&nobody, &group, &body).expect(401);
    desk.get(&nobody, &id).expect(401);
    desk.send_now(&nobody, &id).expect(401);
    let of_a_user = desk.ask(
        Method::POST,
        &ann,
        "/internal/jobs/scheduled-messages",
        &Value::Null,
    );
    assert!(of_a_user.response.status().is_client_error());
    desk.later(HOUR, &ann);
    assert_eq!(desk.scene.all::<ScheduledMessage>().len(), 1);
}

#[test]
fn the_terms_are_those_of_a_send_and_a_time_ahead() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let text = json!({"content": "x"});
    let day = 24 * HOUR;
    for (ahead, is_taken) in [(9_999, false), (10_000, true), (366 * day, true)] {
        let answer = desk.schedule_at(&ann, &group, &text, desk.ahead(ahead));
        match is_taken {
            true => drop(answer.expect(201)),
            false => assert_eq!(fields(answer), ["sendAt:range"], "{ahead}"),
        }
    }
    let far = desk.schedule_at(&ann, &group, &text, desk.ahead(366 * day + 1));
    assert_eq!(fields(far), ["sendAt:range"]);
    for (message, wanted) in [
        (json!({}), vec!["message.content:required"]),
        (json!({"content": 1}), vec!["message.content:type"]),
        (
            json!({"content": "x", "sender": 1}),
            vec!["message.sender:unknown"],
        ),
        (
            json!({"content": "x", "replyToMessageId": "nothing"}),
            vec!["message.replyToMessageId:reference"],
        ),
        // The message would have ended at the time it is to be sent.
        (
            json!({"content": "x", "expiresAt": desk.ahead(HOUR)}),
            vec!["message.expiresAt:range"],
        ),
    ] {
        let answer = desk.schedule(&ann, &group, &message);
        assert_eq!(fields(answer), wanted, "{message}");
    }
    let path = format!("/v1/conversations/{group}/scheduled-messages");
    let empty = desk.ask(Method::POST, &ann, &path, &json!({}));
    let mut wrong = fields(empty);
    wrong.sort();
    assert_eq!(wrong, ["message:required", "sendAt:required"]);
    assert_eq!(desk.scene.all::<ScheduledMessage>().len(), 2);
}

#[test]
fn only_members_who_may_send_schedule() {
    let desk = Desk::new();
    let (ann, bob) = (desk.scene.person(), desk.scene.person());
    let (talk, group) = (
        desk.scene.direct(&ann, &bob),
        desk.scene.group(&[&ann, &bob]),
    );
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    desk.scene.change(&member_id(&talk, &ann.id), blocked);
    let settings = r#"{"sendMessages":"admins","mentionAll":"admins"}"#;
    let settings = Patch::new().set(Conversation::SETTINGS, settings);
    desk.scene.change(&group, settings);
    for conversation in [&talk, &group] {
        let refused = desk.schedule(&ann, conversation, &json!({"content": "x"}));
        refused.expect_problem(403, "forbidden");
    }
    assert_eq!(desk.scene.all::<ScheduledMessage>(), []);
}

#[test]
fn the_same_again_is_the_same_one() {
    let desk = Desk::new();
    let (ann, bob) = (desk.scene.person(), desk.scene.person());
    let group = desk.scene.group(&[&ann, &bob]);
    let at = desk.ahead(HOUR);
    let body = json!({"id": "m1", "content": "x", "metadata": {}});
    let first = desk.schedule_at(&ann, &group, &body, at).expect(201);
    assert_eq!(desk.schedule_at(&ann, &group, &body, at).expect(200), first);
    for (who, message, at) in [
        (&ann, json!({"id": "m1", "content": "y"}), at),
        (&ann, body.clone(), at.plus(1)),
        (&bob, body.clone(), at),
    ] {
        let refused = desk.schedule_at(who, &group, &message, at);
        refused.expect_problem(409, "message_id_taken");
    }
    desk.scene
        .send(&ann, &group, &json!({"id": "m2", "content": "x"}))
        .expect(201);
    let sent = desk.schedule(&ann, &group, &json!({"id": "m2", "content": "x"}));
    sent.expect_problem(409, "message_id_taken");
    let keyed = |key: &str, words: &str| {
        let path = format!("/v1/conversations/{group}/scheduled-messages");
        let body = json!({"sendAt": at, "message": {"content": words}});
        let edge = &desk.scene.edge;
        let mut request = edge.request_of(Method::POST, &path, &ann.token, &body);
        let name = "idempotency-key";
        request.headers.insert(name, key.parse().unwrap());
        block_on(edge.request(request))
    };
    let one = keyed("k1", "x").expect(201);
    assert_eq!(keyed("k1", "x").expect(200), one);
    keyed("k1", "y").expect_problem(422, "idempotency_key_reused");
    keyed("k2", "x").expect(201);
    assert_eq!(desk.waiting(&ann), 3);
    // A retry after a lost answer, when the message has been sent since, isn't answered as if it hadn't been scheduled.
    let path = format!(
        "/v1/me/scheduled-messages/{}/send",
        one["id"].as_str().unwrap()
    );
    let sent = desk
        .scene
        .edge
        .send(Method::POST, &path, &ann.token, &Value::Null);
    block_on(sent).expect(201);
    keyed("k1", "x").expect_problem(409, "already_sent");
    keyed("k1", "y").expect_problem(422, "idempotency_key_reused");
    assert_eq!(desk.waiting(&ann), 2);
}

#[test]
fn it_is_changed_until_it_is_sent() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let id = desk.say_later(&ann, &group, "One");
    let changed = desk.change(&ann, &id, &json!({"message": {"content": "Two"}}));
    let changed = changed.expect(200);
    assert_eq!(changed["message"]["content"], "Two");
    assert_eq!(desk.get(&ann, &id).expect(200), changed);
    let at = desk.ahead(2 * HOUR);
    let moved = desk.change(&ann, &id, &json!({"sendAt": at})).expect(200);
    assert_eq!(
        (&moved["sendAt"], &moved["message"]),
        (&json!(at), &changed["message"])
    );
    let nothing = desk.change(&ann, &id, &json!({})).expect(200);
    assert_eq!(nothing["updatedAt"], moved["updatedAt"]);
    assert_eq!(desk.told(&ann), ["created", "changed", "changed"]);
    for (body, wanted) in [
        (
            json!({"message": {"id": "other", "content": "x"}}),
            "message.id:unknown",
        ),
        (
            json!({"message": {"content": ""}}),
            "message.content:required",
        ),
        (json!({"sendAt": desk.ahead(0)}), "sendAt:range"),
        (
            json!({"message": {"content": "x", "replyToMessageId": "nothing"}}),
            "message.replyToMessageId:reference",
        ),
    ] {
        assert_eq!(fields(desk.change(&ann, &id, &body)), [wanted], "{body}");
    }
    desk.later(HOUR, &ann);
    assert_eq!(desk.run(), 0);
    desk.later(HOUR, &ann);
    assert_eq!((desk.run(), desk.sent()), (1, vec!["Two".to_owned()]));
}

#[test]
fn what_is_cancelled_is_not_sent() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let id = desk.say_later(&ann, &group, "No");
    assert_eq!(desk.waiting(&ann), 1);
    desk.cancel(&ann, &id).expect(204);
    desk.cancel(&ann, &id).expect_problem(404, "not_found");
    desk.send_now(&ann, &id).expect_problem(404, "not_found");
    desk.later(HOUR, &ann);
    assert_eq!(
        (desk.run(), desk.sent().len(), desk.waiting(&ann)),
        (0, 0, 0)
    );
    assert_eq!(desk.told(&ann), ["created", "cancelled"]);
}

#[test]
fn the_list_is_in_the_order_of_the_times_and_of_one_conversation_or_all() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let (one, other) = (desk.scene.group(&[&ann]), desk.scene.group(&[&ann]));
    let at = |place: &str, hours: i64| {
        let body = json!({"id": format!("h{hours}"), "content": "x"});
        desk.schedule_at(&ann, place, &body, desk.ahead(hours * HOUR))
            .expect(201);
    };
    for (place, hours) in [(&one, 3), (&other, 1), (&one, 2), (&one, 4)] {
        at(place, hours);
    }
    let ids = |query: &str| -> Vec<String> {
        let list = desk.list(&ann, query).into_iter();
        list.map(|(id, _)| id).collect()
    };
    assert_eq!(ids(""), ["h1", "h2", "h3", "h4"]);
    assert_eq!(ids(&format!("?conversationId={one}")), ["h2", "h3", "h4"]);
    let path = format!("{MINE}?conversationId={one}&limit=2");
    let first = desk.ask(Method::GET, &ann, &path, &Value::Null).expect(200);
    let after = first["next"].as_str().unwrap();
    assert_eq!(
        ids(&format!("?conversationId={one}&limit=2&after={after}")),
        ["h4"]
    );
    for odd in [
        format!("conversation={one}"),
        "conversationId=%C3%97".to_owned(),
    ] {
        desk.ask(Method::GET, &ann, &format!("{MINE}?{odd}"), &Value::Null)
            .expect_problem(400, "invalid_query");
    }
}

#[test]
fn as_many_wait_as_the_setting_says() {
    let desk = Desk::with(&[("scheduled_messages_per_user", "3")]);
    let (ann, bob) = (desk.scene.person(), desk.scene.person());
    let group = desk.scene.group(&[&ann, &bob]);
    let ids: Vec<String> = (0..2)
        .map(|n| desk.say_later(&ann, &group, &n.to_string()))
        .collect();
    // Two at once for the last place.
    let path = format!("/v1/conversations/{group}/scheduled-messages");
    let body = json!({"sendAt": desk.ahead(HOUR), "message": {"content": "x"}});
    let edge = &desk.scene.edge;
    let (one, other) = block_on(async {
        join!(
            edge.send(Method::POST, &path, &ann.token, &body),
            edge.send(Method::POST, &path, &ann.token, &body)
        )
    });
    let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
    statuses.sort_unstable();
    assert_eq!((statuses, desk.waiting(&ann)), ([201, 409], 3));
    let refused = desk.schedule(&ann, &group, &json!({"content": "x"}));
    refused.expect_problem(409, "too_many_scheduled");
    desk.say_later(&bob, &group, "The limit is each one's own");
    desk.cancel(&ann, &ids[0]).expect(204);
    desk.say_later(&ann, &group, "x");
    desk.send_now(&ann, &ids[1]).expect(201);
    desk.say_later(&ann, &group, "x");
    assert_eq!(desk.waiting(&ann), 3);
}

#[test]
fn scheduling_has_a_rate() {
    let desk = Desk::with(&[("schedule_rate_per_minute", "2")]);
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let id = desk.say_later(&ann, &group, "x");
    desk.change(&ann, &id, &json!({"message": {"content": "y"}}))
        .expect(200);
    let refused = desk.schedule(&ann, &group, &json!({"content": "x"}));
    refused.expect_problem(429, "rate_limited");
    desk.cancel(&ann, &id).expect_problem(429, "rate_limited");
    assert_eq!(desk.scene.all::<ScheduledMessage>().len(), 1);
}

#[test]
fn the_contents_of_an_encrypted_conversation_stay_as_they_are() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let encrypted = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    desk.scene.change(&group, encrypted);
    let id = desk.say_later(&ann, &group, "c2VjcmV0 ");
    desk.later(HOUR, &ann);
    assert_eq!(desk.run(), 1);
    let message: Message = desk.scene.get(&id);
    assert_eq!(
        (message.content.as_str(), message.plain_text),
        ("c2VjcmV0 ", None)
    );
}

#[test]
fn every_part_of_a_message_is_kept() {
    let desk = Desk::new();
    let ann = desk.scene.person();
    let group = desk.scene.group(&[&ann]);
    let target = desk.scene.say(&ann, &group, "Question");
    let end = desk.ahead(5 * HOUR);
    for id in ["f", "t"] {
        desk.scene.file(&ann, id, FileBucket::Messages);
    }
    for message in [
        json!({"contentType": "image", "content": "Look", "mediaUrls": ["https://a.example/1"], "mediaFileIds": ["f"],
            "thumbnailUrl": "https://a.example/2", "thumbnailFileId": "t", "links": ["https://a.example"], "mentions": [ann.id],
            "expiresAt": end, "metadata": {"width": 5, "viewOnce": true}}),
        json!({"contentType": "reply", "content": "Yes", "replyToMessageId": target}),
        json!({"contentType": "link", "links": ["https://a.example/1"], "metadata": {"linkPreview": {"url": "https://a.example/1", "title": "Tea"}}}),
        json!({"contentType": "forward", "forwardedFromMessageId": target, "forwardedFromConversationId": group}),
        json!({"contentType": "location", "metadata": {"latitude": 47.37, "longitude": 8.54}}),
        json!({"contentType": "poll", "content": "Q", "metadata": {"options": ["a", "b"], "expiresAt": end}}),
    ] {
        let at_once = desk.scene.send(&ann, &group, &message).expect(201);
        let kept = desk.schedule(&ann, &group, &message).expect(201);
        assert_eq!(kept["message"], message);
        let later = desk.send_now(&ann, kept["id"].as_str().unwrap());
        let (mut at_once, mut later) = (at_once, later.expect(201));
        for message in [&mut at_once, &mut later] {
            for own in ["id", "createdAt"] {
                message[own] = Value::Null;
            }
            if message["metadata"]["pollId"].is_string() {
                message["metadata"]["pollId"] = Value::Null;
            }
        }
        assert_eq!(at_once, later);
    }
    assert_eq!(desk.scene.all::<Poll>().len(), 2);
}
