//! Votes in polls.

use super::{conversation_of, direct, group, id, send};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// Asks a question with three answers; gives its path.
pub fn ask(app: &TestApp, by: &Person, to: &str, details: &Value) -> String {
    let mut metadata = json!({"options": ["Mon", "Tue", "Wed"]});
    for (key, value) in details.as_object().unwrap() {
        metadata[key] = value.clone();
    }
    let body = json!({"contentType": "poll", "content": "When?", "metadata": metadata});
    format!("{to}/{}", id(&send(app, by, to, &body).expect(201)))
}

pub fn vote(app: &TestApp, by: &Person, poll: &str, options: &[i64]) -> Reply {
    by.put(app, &format!("{poll}/vote"), &json!({"options": options}))
}

pub fn votes(poll: &Value) -> Vec<i64> {
    let options = poll["options"].as_array().unwrap();
    options
        .iter()
        .map(|o| o["votes"].as_i64().unwrap())
        .collect()
}

#[test]
fn members_vote_and_all_see_what_it_comes_to() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    let poll = ask(&app, &ann, &room, &json!({"allowMultiple": true}));
    vote(&app, &ann, &poll, &[0]).expect(200);
    let seen = vote(&app, &bob, &poll, &[0, 2]).expect(200);
    assert_eq!(
        (votes(&seen), &seen["totalVotes"]),
        (vec![2, 0, 1], &json!(2))
    );
    vote(&app, &bob, &poll, &[3]).expect_fields(&["options"]);
    vote(&app, &eve, &poll, &[0]).expect_problem(404, "not_found");

    let history = ann.get(&app, &room).expect(200);
    assert_eq!(votes(&history["items"][0]["poll"]), [2, 0, 1]);
    assert_eq!(history["items"][0]["poll"]["choices"], json!([0]));
    let voters = ann
        .get(&app, &format!("{poll}/poll/voters?option=2"))
        .expect(200);
    assert_eq!(voters["items"][0]["user"]["id"], bob.id);
    assert_eq!(voters["items"].as_array().unwrap().len(), 1);

    bob.delete(&app, &format!("{poll}/vote")).expect(200);
    let closed = ann
        .post(&app, &format!("{poll}/poll/close"), &Value::Null)
        .expect(200);
    assert_eq!(
        (votes(&closed), &closed["isClosed"]),
        (vec![1, 0, 0], &json!(true))
    );
    vote(&app, &bob, &poll, &[1]).expect_problem(409, "poll_closed");

    // A user who left the group gets the 404 of a stranger.
    let leave = format!("/v1/conversations/{}/leave", conversation_of(&room));
    bob.post(&app, &leave, &Value::Null).expect(204);
    bob.get(&app, &format!("{poll}/poll"))
        .expect_problem(404, "not_found");
}

#[test]
fn in_an_anonymous_poll_only_the_voter_sees_their_choice() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = direct(&app, &ann, &bob);
    let poll = ask(&app, &ann, &talk, &json!({"isAnonymous": true}));
    vote(&app, &bob, &poll, &[0]).expect_problem(400, "invalid_header");
    let with = |key: &str, method: &str, rest: &str, body: Option<Value>| {
        let call = bob
            .call(&app, method, &format!("{poll}/{rest}"))
            .header("vote-key", key);
        match body {
            Some(body) => call.json(&body).send(),
            None => call.send(),
        }
    };
    let (mine, other) = ("q3bX9-the-voters-own-secret", "q3bX9-the-secret-of-another");
    with(mine, "PUT", "vote", Some(json!({"options": [1]}))).expect(200);
    let seen = with(mine, "GET", "poll", None).expect(200);
    assert_eq!(
        (votes(&seen), &seen["choices"]),
        (vec![0, 1, 0], &json!([1]))
    );
    with(other, "DELETE", "vote", None).expect_problem(403, "forbidden");
    let seen = ann.get(&app, &format!("{poll}/poll")).expect(200);
    assert_eq!((votes(&seen), seen.get("choices")), (vec![0, 1, 0], None));
    ann.get(&app, &format!("{poll}/poll/voters?option=1"))
        .expect_problem(403, "forbidden");
    assert_eq!(
        votes(&with(mine, "DELETE", "vote", None).expect(200)),
        [0, 0, 0]
    );
}

#[test]
fn votes_of_many_at_once_are_exact() {
    let app = TestApp::start();
    let people: Vec<Person> = (0..12).map(|n| app.person(&format!("p{n}"))).collect();
    let others: Vec<&Person> = people[1..].iter().collect();
    let room = group(&app, &people[0], &others);
    let poll = ask(&app, &people[0], &room, &json!({}));
    std::thread::scope(|scope| {
        for (n, who) in (0..).zip(&people) {
            let (app, poll) = (&app, &poll);
            scope.spawn(move || {
                vote(app, who, poll, &[n % 3]).expect(200);
                vote(app, who, poll, &[(n + 1) % 3]).expect(200);
            });
        }
    });
    let seen = people[0].get(&app, &format!("{poll}/poll")).expect(200);
    assert_eq!(
        (votes(&seen), &seen["totalVotes"]),
        (vec![4, 4, 4], &json!(12))
    );
}
