//! Doings in a conversation, of which streams tell only its members.

use whisper_testkit::{Events, Person, TestApp, Value, json};

use super::{group, say};

/// Three who listen: two members, and somebody who is none.
struct Listening {
    app: TestApp,
    ann: Person,
    bob: Person,
    place: String,
    streams: [Events; 3],
    marks: usize,
    eve: Person,
    own: String,
}

impl Listening {
    fn start() -> Self {
        let app = TestApp::start();
        let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| app.person(name));
        let place = group(&app, &ann, &[&bob]);
        let own = group(&app, &eve, &[]);
        let streams = [&ann, &bob, &eve].map(|who| {
            let mut stream = who.listen(&app);
            stream.wait_for("stream.ready");
            stream
        });
        say(&app, &eve, &own, "here");
        let mut this = Listening {
            app,
            ann,
            bob,
            place,
            streams,
            marks: 0,
            eve,
            own,
        };
        this.streams[2].wait_for("message.created");
        this
    }

    fn of(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.place)
    }

    /// The events of the members since the last time, up to a message that says that it is enough.
    fn heard(&mut self) -> [Vec<Value>; 2] {
        self.marks += 1;
        let mark = format!("mark {}", self.marks);
        say(&self.app, &self.ann, &self.place, &mark);
        let until = |stream: &mut Events| {
            let mut events = Vec::new();
            loop {
                let event = stream.next_event().unwrap();
                if event["message"]["content"] == mark {
                    return events;
                }
                events.push(event);
            }
        };
        say(&self.app, &self.eve, &self.own, &mark);
        let [ann, bob, eve] = &mut self.streams;
        for event in until(eve) {
            assert!(!event.to_string().contains(&self.place), "{event}");
        }
        [until(ann), until(bob)]
    }
}

/// The one event of a type.
#[track_caller]
fn one<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    let mut of_kind = events.iter().filter(|event| event["type"] == kind);
    let found = of_kind
        .next()
        .unwrap_or_else(|| panic!("no {kind}: {events:?}"));
    assert!(of_kind.next().is_none(), "{kind}: {events:?}");
    found
}

#[test]
fn doings_with_a_message_are_told_to_both_members_as_the_history_shows_them() {
    let mut all = Listening::start();
    let message = say(&all.app, &all.ann, &all.place, "hello");
    let id = message["id"].as_str().unwrap().to_owned();
    all.heard();
    let message = all.of(&format!("/messages/{id}"));
    let nothing = Value::Null;
    let edit = json!({"content": "better"});
    for (method, rest, body, field) in [
        ("PUT", "/reactions/%F0%9F%91%8D", &nothing, "reactionCounts"),
        ("PUT", "/pin", &nothing, "pinnedAt"),
        ("PATCH", "", &edit, "content"),
        ("DELETE", "/pin", &nothing, "isPinned"),
        ("DELETE", "", &nothing, "deletedAt"),
    ] {
        let path = format!("{message}{rest}");
        let call = all.ann.call(&all.app, method, &path);
        let call = if body.is_null() {
            call
        } else {
            call.json(body)
        };
        let answer = call.send();
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {}",
            answer.text
        );
        for events in all.heard() {
            let event = one(&events, "message.changed");
            assert_eq!(event["messageId"], json!(id));
            assert_eq!(event["byUserId"], json!(all.ann.id));
            let shown = all.bob.get(&all.app, &message).expect(200);
            let told = &event["changes"][field];
            let now = shown.get(field).unwrap_or(&Value::Null);
            assert_eq!(told, now, "{method} {path}");
        }
    }
}

#[test]
fn a_vote_a_receipt_and_typing_are_told_to_the_other_member() {
    let mut all = Listening::start();
    let poll = json!({
        "contentType": "poll", "content": "When?",
        "metadata": {"options": ["today", "tomorrow"], "allowMultiple": false, "isAnonymous": false},
    });
    let path = all.of("/messages");
    let asked = all.ann.post(&all.app, &path, &poll).expect(201);
    let id = asked["id"].as_str().unwrap().to_owned();
    all.heard();

    let votes = all.of(&format!("/messages/{id}/vote"));
    let vote = all.bob.put(&all.app, &votes, &json!({"options": [1]}));
    assert!((200..300).contains(&vote.status), "{}", vote.text);
    let [told, _] = all.heard();
    let poll = &one(&told, "message.changed")["changes"]["poll"];
    assert_eq!(
        (&poll["totalVotes"], &poll["options"][1]["votes"]),
        (&json!(1), &json!(1))
    );

    let read = all
        .bob
        .post(&all.app, &all.of("/read"), &json!({"messageId": id}));
    assert!((200..300).contains(&read.status), "{}", read.text);
    let [told, own] = all.heard();
    let receipt = one(&told, "receipt");
    assert_eq!(
        (&receipt["userId"], &receipt["messageId"], &receipt["kind"]),
        (&json!(all.bob.id), &json!(id), &json!("read"))
    );
    assert_eq!(
        one(&own, "conversation.mine")["conversation"]["id"],
        json!(all.place)
    );

    let typing = all
        .bob
        .post(&all.app, &all.of("/typing"), &json!({"kind": "text"}));
    assert!((200..300).contains(&typing.status), "{}", typing.text);
    let told = all.streams[0].wait_for("typing");
    assert_eq!(told["userId"], json!(all.bob.id));
    // The end is told three seconds after it, and so the newest word alone.
    for kind in ["recording", "none"] {
        all.bob
            .post(&all.app, &all.of("/typing"), &json!({"kind": kind}))
            .expect(204);
    }
    let over = all.streams[0].wait_for("typing");
    assert_eq!(over["kind"], "none");
    let millis = |event: &Value| {
        let at: whisper_schema::Timestamp = event["expiresAt"].as_str().unwrap().parse().unwrap();
        at.as_millis()
    };
    // A sign is void six seconds after it was written, and an end at once.
    assert!(
        millis(&over) - (millis(&told) - 6_000) >= 3_000,
        "{told} {over}"
    );
}

#[test]
fn a_follow_a_request_and_a_notification_are_told_to_the_two_of_them() {
    let mut all = Listening::start();
    let follow = format!("/v1/follows/{}", all.bob.id);
    all.ann.put(&all.app, &follow, &json!({})).expect(201);
    let [own, told] = all.heard();
    for events in [&own, &told] {
        let follow = one(events, "follow.created");
        assert_eq!(follow["followerId"], json!(all.ann.id));
        assert_eq!(follow["followingId"], json!(all.bob.id));
    }
    let ask = format!("/v1/contact-requests/{}", all.bob.id);
    let asked = all.ann.put(&all.app, &ask, &json!({}));
    assert!((200..300).contains(&asked.status), "{}", asked.text);
    let [own, told] = all.heard();
    assert_eq!(
        one(&own, "contact_request.changed")["userId"],
        json!(all.bob.id)
    );
    let request = one(&told, "contact_request.changed");
    assert_eq!(
        (&request["userId"], &request["state"]),
        (&json!(all.ann.id), &json!("sent"))
    );
    if !all.app.has_operator_key() {
        return;
    }
    all.app.run_job("notification-push").expect(200);
    let is_notice = |event: &&Value| event["type"] == "notification.created";
    let notified = told.iter().find(is_notice).cloned();
    let notified = notified.unwrap_or_else(|| all.streams[1].wait_for("notification.created"));
    let inbox = all.bob.get(&all.app, "/v1/notifications").expect(200);
    let first = inbox["items"].as_array().unwrap().iter();
    let mut first = first.filter(|item| item["id"] == notified["notification"]["id"]);
    assert!(first.next().is_some(), "{inbox}");
    let all_read = all
        .bob
        .post(&all.app, "/v1/notifications/read-all", &json!({}));
    assert_eq!(all_read.status, 200, "{}", all_read.text);
    let told = all.streams[1]
        .wait_until(|event| event["type"] == "notifications.changed" && event["unreadCount"] == 0);
    assert_eq!(told.get("users"), None);
}

#[test]
fn points_are_told_to_the_one_who_earned_them() {
    let mut all = Listening::start();
    if !all.app.has_operator_key() {
        return;
    }
    say(&all.app, &all.bob, &all.place, "hello");
    all.app.run_job("xp-badges").expect(200);
    let told = all.streams[1].wait_for("xp.earned");
    let progress = all.bob.get(&all.app, "/v1/me/progress").expect(200);
    assert_eq!(told["xp"], progress["xp"]);
    assert_eq!(told["level"], progress["level"]);
}
