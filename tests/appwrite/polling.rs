//! Events at Appwrite, where functions can't stream: the long poll.

use std::time::Instant;

use whisper_testkit::{Value, json};

use super::{Person, Project};

fn poll(who: &Person<'_>, query: &str) -> Value {
    let path = format!("/v1/realtime/poll{query}");
    who.get(&who.project.realtime, &path).expect(200)
}

fn next(of: &Value) -> String {
    of["next"].as_str().unwrap().to_owned()
}

/// The words of the new messages among the events of a poll.
fn words(of: &Value) -> Vec<&str> {
    let events = of["events"].as_array().unwrap().iter();
    let created = events.filter(|event| event["type"] == "message.created");
    created
        .map(|event| event["message"]["content"].as_str().unwrap())
        .collect()
}

#[test]
fn a_long_poll_hears_each_message_once_and_goes_on_behind_it() {
    let Some(project) = Project::shared() else {
        return;
    };
    let (kim, lou) = (project.person("kim"), project.person("lou"));
    let talk = kim.talk_to(&lou);
    let mut place = next(&poll(&lou, ""));
    let mut heard: Vec<String> = Vec::new();
    for n in 0..3 {
        let content = n.to_string();
        kim.send(&talk, &json!({"content": content})).expect(201);
        let polled = poll(&lou, &format!("?wait=25&after={place}"));
        assert_eq!(polled["isReset"], false, "{polled}");
        heard.extend(words(&polled).into_iter().map(str::to_owned));
        place = next(&polled);
    }
    assert_eq!(heard, ["0", "1", "2"]);
    // The poll waits while nothing happens, and then answers without events.
    let begun = Instant::now();
    let nothing = poll(&lou, &format!("?wait=1&after={place}"));
    assert_eq!(
        (words(&nothing), &nothing["isReset"]),
        (vec![], &json!(false))
    );
    assert!(begun.elapsed().as_millis() >= 1000);
    // Other users don't get these events.
    let max = project.person("max");
    let place = next(&poll(&max, ""));
    kim.send(&talk, &json!({"content": "3"})).expect(201);
    assert_eq!(words(&poll(&max, &format!("?after={place}"))), [""; 0]);
}
