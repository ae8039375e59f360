//! Broadcasts: a list of recipients, each of whom gets a message in their direct conversation.

use std::collections::BTreeSet;
use std::process::Command;

use super::say;
use whisper_testkit::{Person, TestApp, Value, json};

fn list(app: &TestApp, owner: &Person, people: &[Person]) -> String {
    let ids: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
    let body = json!({"type": "broadcast", "name": "Family", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    format!("/v1/conversations/{}", made["id"].as_str().unwrap())
}

/// The messages that somebody got in direct conversations with strangers.
fn got(app: &TestApp, who: &Person) -> Vec<Value> {
    let talks = who.get(app, "/v1/conversations?requests=true").expect(200);
    let talks = talks["items"].as_array().unwrap().clone();
    let of = |talk: &Value| {
        let path = format!(
            "/v1/conversations/{}/messages",
            talk["id"].as_str().unwrap()
        );
        let page = who.get(app, &path).expect(200);
        page["items"].as_array().unwrap().clone()
    };
    talks.iter().flat_map(of).collect()
}

#[test]
fn each_gets_it_and_answers_come_back_there() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let people: Vec<Person> = (0..3).map(|_| app.person("friend")).collect();
    let path = list(&app, &ann, &people);
    let post = say(&app, &ann, &path, "Hello all");
    app.run_job("scheduled-messages").expect(200);
    let seen = ann
        .get(&app, &format!("{path}/messages/{post}"))
        .expect(200);
    assert_eq!(
        seen["broadcast"],
        json!({"reached": 3, "refused": 0, "isDone": true})
    );
    for person in &people {
        let got = got(&app, person);
        assert_eq!(got.len(), 1);
        assert_eq!(got[0]["content"], "Hello all");
        assert!(got[0].get("broadcast").is_none());
        person.get(&app, &path).expect_problem(404, "not_found");
        let talk = format!(
            "/v1/conversations/{}",
            got[0]["conversationId"].as_str().unwrap()
        );
        say(&app, person, &talk, "Thank you");
        assert_eq!(ann.get(&app, &talk).expect(200)["my"]["unreadCount"], 1);
    }
    let history = ann.get(&app, &format!("{path}/messages")).expect(200);
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_kill_in_the_middle_loses_no_recipient_and_doubles_none() {
    let Some(mut app) = TestApp::own()
        .variable("stranger_message_rate_per_hour", "0")
        .start()
    else {
        return;
    };
    let ann = app.person("ann");
    let people: Vec<Person> = (0..30).map(|_| app.person("friend")).collect();
    let path = list(&app, &ann, &people);
    let posts: Vec<String> = (0..3)
        .map(|n| say(&app, &ann, &path, &format!("m{n}")))
        .collect();
    // Deliveries go on after the answers: the power goes while they do.
    let killed = Command::new("kill")
        .args(["-9", &app.pid().to_string()])
        .status();
    assert!(killed.unwrap().success());
    app.kill();
    app = app.restart();
    for _ in 0..20 {
        if app.run_job("scheduled-messages").expect(200)["capped"] == false {
            break;
        }
    }
    for post in &posts {
        let seen = ann
            .get(&app, &format!("{path}/messages/{post}"))
            .expect(200);
        assert_eq!(
            seen["broadcast"],
            json!({"reached": 30, "refused": 0, "isDone": true})
        );
    }
    for person in &people {
        let got = got(&app, person);
        let words: BTreeSet<&str> = got.iter().filter_map(|m| m["content"].as_str()).collect();
        assert_eq!(words, BTreeSet::from(["m0", "m1", "m2"]));
        assert_eq!(got.len(), 3, "none is there twice");
    }
}
