//! Votes of many people at once, and the end of voting.

use super::polls::{ask, vote, votes};
use super::{direct, group, of_conversation, say};
use whisper_testkit::{Person, TestApp, Value, json};

const VOTERS: usize = 250;
const AT_ONCE: usize = 16;

/// Somebody without an address, who costs the test no password.
fn anonymous(app: &TestApp) -> Person {
    let made = app.post("/v1/accounts/anonymous").send().expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Person {
        id: text(&made["account"]["id"]),
        email: String::new(),
        username: text(&made["profile"]["username"]),
        password: String::new(),
        token: text(&made["accessToken"]),
        refresh_token: text(&made["refreshToken"]),
        session_id: text(&made["session"]["id"]),
    }
}

#[test]
fn several_votes_of_each_of_250_people_at_once_are_exact() {
    let Some(app) = TestApp::own().variable("vote_rate_per_minute", "0").start() else {
        return;
    };
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let path = of_conversation(&room).to_owned();
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    let poll = ask(&app, &ann, &room, &json!({"allowMultiple": true}));
    let numbers: Vec<usize> = (0..VOTERS).collect();
    std::thread::scope(|scope| {
        for share in numbers.chunks(VOTERS.div_ceil(AT_ONCE)) {
            let (app, path, poll) = (&app, &path, &poll);
            scope.spawn(move || {
                for n in share.iter().map(|n| *n as i64) {
                    let who = anonymous(app);
                    who.post(app, &format!("{path}/join"), &Value::Null)
                        .expect(201);
                    vote(app, &who, poll, &[n % 3]).expect(200);
                    vote(app, &who, poll, &[(n + 1) % 3, n % 3]).expect(200);
                    match n % 5 {
                        0 => drop(who.delete(app, &format!("{poll}/vote")).expect(200)),
                        _ => drop(vote(app, &who, poll, &[n % 2, 2]).expect(200)),
                    }
                }
            });
        }
    });
    // Of five, four voted at the end: for the third option, and for one of the others by their number.
    let last = numbers.iter().filter(|n| *n % 5 > 0);
    let even = last.clone().filter(|n| *n % 2 == 0).count() as i64;
    let all = last.count() as i64;
    let seen = ann.get(&app, &format!("{poll}/poll")).expect(200);
    assert_eq!(
        (votes(&seen), &seen["totalVotes"]),
        (vec![even, all - even, all], &json!(all))
    );
    let mut voters = 0;
    let mut page = format!("{poll}/poll/voters?option=2&limit=100");
    loop {
        let list = ann.get(&app, &page).expect(200);
        voters += list["items"].as_array().unwrap().len() as i64;
        match list["next"].as_str() {
            Some(next) => page = format!("{poll}/poll/voters?option=2&limit=100&after={next}"),
            None => break,
        }
    }
    assert_eq!(voters, all);
}

#[test]
fn a_poll_ends_at_its_time() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let now = format!("{room}/{}", say(&app, &ann, &room, "now"));
    let now = ann.get(&app, &now).expect(200)["createdAt"].clone();
    // Five minutes later, by way of the offset.
    let end = format!("{}-00:05", now.as_str().unwrap().trim_end_matches('Z'));
    let poll = ask(&app, &ann, &room, &json!({"expiresAt": end}));
    let results = || bob.get(&app, &format!("{poll}/poll")).expect(200);
    vote(&app, &bob, &poll, &[1]).expect(200);
    assert_eq!(results()["isClosed"], false);
    app.advance("5m");
    vote(&app, &bob, &poll, &[0]).expect_problem(409, "poll_closed");
    vote(&app, &ann, &poll, &[0]).expect_problem(409, "poll_closed");
    bob.delete(&app, &format!("{poll}/vote"))
        .expect_problem(409, "poll_closed");
    let seen = results();
    assert_eq!(
        (votes(&seen), &seen["isClosed"], &seen["choices"]),
        (vec![0, 1, 0], &json!(true), &json!([1]))
    );
}

#[test]
fn each_has_one_choice_that_fits_and_the_author_closes_the_poll() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    let poll = ask(&app, &bob, &room, &json!({}));
    vote(&app, &ann, &poll, &[0, 1]).expect_fields(&["options"]);
    vote(&app, &ann, &poll, &[]).expect_fields(&["options"]);
    vote(&app, &ann, &poll, &[-1]).expect_fields(&["options[0]"]);
    let close =
        |who: &Person, poll: &str| who.post(&app, &format!("{poll}/poll/close"), &Value::Null);
    let of_ann = ask(&app, &ann, &room, &json!({}));
    close(&bob, &of_ann).expect_problem(403, "forbidden");
    close(&eve, &of_ann).expect_problem(404, "not_found");
    vote(&app, &bob, &of_ann, &[0]).expect(200);
    close(&bob, &poll).expect(200);
    close(&bob, &poll).expect(200);
    vote(&app, &ann, &poll, &[0]).expect_problem(409, "poll_closed");
    // The owner of a group closes others' polls; between two nobody does.
    let another = ask(&app, &bob, &room, &json!({}));
    assert_eq!(close(&ann, &another).expect(200)["isClosed"], true);
    let talk = direct(&app, &ann, &bob);
    let between = ask(&app, &bob, &talk, &json!({}));
    close(&ann, &between).expect_problem(403, "forbidden");
    vote(&app, &ann, &between, &[2]).expect(200);
    // Votes of one person at once are one vote.
    let quick = ask(&app, &ann, &room, &json!({}));
    std::thread::scope(|scope| {
        for option in [0, 1, 2, 0, 1, 2] {
            let (app, bob, quick) = (&app, &bob, &quick);
            scope.spawn(move || vote(app, bob, quick, &[option]).expect(200));
        }
    });
    let seen = bob.get(&app, &format!("{quick}/poll")).expect(200);
    assert_eq!(seen["totalVotes"], 1);
    assert_eq!(votes(&seen).iter().sum::<i64>(), 1);
    let chosen = seen["choices"][0].as_u64().unwrap() as usize;
    assert_eq!(votes(&seen)[chosen], 1);
}
