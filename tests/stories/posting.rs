//! Posting a story and taking it back.

use std::thread;

use super::{body, feed, id, post, story};
use whisper_schema::prelude::Timestamp;
use whisper_testkit::{TestApp, Value, json};

fn millis(time: &Value) -> i64 {
    Timestamp::parse(time.as_str().unwrap())
        .unwrap()
        .as_millis()
}

#[test]
fn each_kind_of_story_is_shown_as_it_was_posted() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bodies = [
        json!({"contentType": "text", "text": "Today", "backgroundColor": "#1f2937"}),
        json!({"contentType": "image", "mediaUrl": "https://cdn.example.com/a.jpg", "text": "Look",
               "stickers": [{"x": 1, "emoji": "🎉"}], "location": "Oslo", "privacy": "public"}),
        json!({"contentType": "video", "mediaUrl": "https://cdn.example.com/a.mp4", "duration": 30, "filters": {"name": "sepia"},
               "thumbnailUrl": "https://cdn.example.com/a.png", "privacy": "close_friends"}),
        json!({"contentType": "audio", "mediaUrl": "https://cdn.example.com/a.ogg", "allowReplies": false,
               "music": {"title": "Song"}, "privacy": "private", "mentions": [ann.id]}),
    ];
    for sent in bodies {
        let reply = post(&app, &ann, &sent);
        let path = reply.header("location").unwrap().to_owned();
        let posted = reply.expect(201);
        assert_eq!(id(&path), posted["id"]);
        for (key, value) in sent.as_object().unwrap() {
            assert_eq!(&posted[key], value, "{key}");
        }
        assert_eq!(posted["userId"], ann.id.as_str());
        assert_eq!(
            (
                &posted["viewCount"],
                &posted["reactionCount"],
                &posted["replyCount"]
            ),
            (&json!(0), &json!(0), &json!(0))
        );
        let shown = ann.get(&app, &path).expect(200);
        assert_eq!(shown["author"]["id"], ann.id.as_str());
        assert_eq!(shown, posted);
    }
}

/// It is counted from the request; the time of posting is that of the commit.
fn assert_lifetime(posted: &Value, lifetime: i64) {
    let lasts = millis(&posted["expiresAt"]) - millis(&posted["createdAt"]);
    assert!((lifetime - 1000..=lifetime).contains(&lasts), "{posted}");
}

#[test]
fn a_story_is_for_friends_and_24_hours_unless_its_author_says_otherwise() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let hour = 60 * 60 * 1000;
    let sent = json!({"contentType": "text", "text": "Today"});
    let posted = post(&app, &ann, &sent).expect(201);
    assert_eq!(posted["privacy"], "friends");
    assert_lifetime(&posted, 24 * hour);
    for (seconds, lifetime) in [(60, 60_000), (48 * 60 * 60, 48 * hour)] {
        let sent = body(&json!({"expiresInSeconds": seconds}));
        let posted = post(&app, &ann, &sent).expect(201);
        assert_lifetime(&posted, lifetime);
    }
    for seconds in [
        json!(59),
        json!(48 * 60 * 60 + 1),
        json!(-1),
        json!("1h"),
        json!(1.5),
    ] {
        post(&app, &ann, &body(&json!({"expiresInSeconds": seconds})))
            .expect_fields(&["expiresInSeconds"]);
    }
    assert_eq!(feed(&app, &ann).len(), 3, "what is refused isn't kept");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_kept() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let cases = [
        (json!({"contentType": "image"}), &["mediaUrl"][..]),
        (json!({"contentType": "text", "text": null}), &["text"]),
        (json!({"contentType": "poll"}), &["contentType"]),
        (json!({"text": "x".repeat(501)}), &["text"]),
        (json!({"mediaUrl": "javascript:alert(1)"}), &["mediaUrl"]),
        (
            json!({"viewCount": 1000, "expiresAt": "2030-01-01T00:00:00Z"}),
            &["viewCount", "expiresAt"],
        ),
        (
            json!({"duration": 61, "privacy": "everyone", "mentions": ["nobody-here", 7], "filters": "x"}),
            &["duration", "privacy", "mentions[1]", "filters"],
        ),
        (json!({"mentions": ["nobody-here"]}), &["mentions[0]"]),
    ];
    for (more, fields) in cases {
        post(&app, &ann, &body(&more)).expect_fields(fields);
    }
    let raw = |body: &[u8]| {
        let call = ann.call(&app, "POST", "/v1/stories");
        call.raw("application/json", body).send()
    };
    for broken in [&b"{\"contentType\": "[..], b"", b"\xff\xfe"] {
        raw(broken).expect_problem(400, "invalid_json");
    }
    for other in [&b"[]"[..], b"7"] {
        raw(other).expect_problem(422, "validation_failed");
    }
    assert!(feed(&app, &ann).is_empty());
}

#[test]
fn the_same_key_posts_once_also_from_two_at_once() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let send = |text: &str| {
        let call = ann.call(&app, "POST", "/v1/stories");
        call.header("idempotency-key", "\"one\"")
            .json(&body(&json!({"text": text})))
            .send()
    };
    let replies: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| send("Today"))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let posted: Vec<Value> = replies.into_iter().map(|reply| reply.expect(201)).collect();
    assert!(posted.iter().all(|story| story["id"] == posted[0]["id"]));
    send("Another").expect_problem(422, "idempotency_key_reused");
    assert_eq!(feed(&app, &ann), [posted[0]["id"].as_str().unwrap()]);
}

#[test]
fn a_story_taken_back_is_gone_at_once() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = story(&app, &ann, &json!({}));
    bob.delete(&app, &path).expect_problem(404, "not_found");
    bob.get(&app, &path).expect(200);
    ann.delete(&app, &path).expect(204);
    for who in [&ann, &bob] {
        who.get(&app, &path).expect_problem(404, "not_found");
    }
    ann.delete(&app, &path).expect_problem(404, "not_found");
    assert!(feed(&app, &ann).is_empty());
}

#[test]
fn an_author_can_post_so_many_an_hour() {
    let Some(app) = TestApp::own().variable("story_rate_per_hour", "2").start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for _ in 0..2 {
        story(&app, &ann, &json!({}));
    }
    let reply = post(&app, &ann, &body(&json!({})));
    assert!(reply.header("retry-after").is_some());
    reply.expect_problem(429, "rate_limited");
    story(&app, &bob, &json!({}));
    assert_eq!(feed(&app, &ann).len(), 2);
}
