//! Channels: admins write, any number read.

use super::{add, give, id, patch, say};
use std::thread;
use whisper_testkit::{Person, TestApp, Value, json};

/// A channel of Ann's; gives its path.
fn channel(app: &TestApp, owner: &Person, settings: &Value) -> String {
    let body = json!({"type": "channel", "name": "News", "settings": settings});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    format!("/v1/conversations/{}", made["id"].as_str().unwrap())
}

/// Somebody subscribes by the directory.
fn subscribe(app: &TestApp, who: &Person, path: &str) {
    let joined = who.post(app, &format!("{path}/join"), &json!({}));
    joined.expect(201);
}

fn message(app: &TestApp, who: &Person, path: &str, id: &str) -> Value {
    who.get(app, &format!("{path}/messages/{id}")).expect(200)
}

#[test]
fn somebody_subscribes_reads_and_learns_no_author() {
    let app = TestApp::start();
    let (ann, amy, rob) = (app.person("ann"), app.person("amy"), app.person("rob"));
    let path = channel(&app, &ann, &json!({}));
    add(&app, &ann, &path, &[&amy]).expect(200);
    give(&app, &ann, &path, &amy, "admin").expect(200);
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    subscribe(&app, &rob, &path);
    let post = say(&app, &amy, &path, "Something about gooseberries");
    let refused = rob.post(&app, &format!("{path}/messages"), &json!({"content": "no"}));
    refused.expect_problem(403, "forbidden");
    let seen = message(&app, &rob, &path, &post);
    assert_eq!(seen["senderId"], id(&path));
    assert_eq!(
        message(&app, &ann, &path, &post)["senderId"],
        amy.id.as_str()
    );
    app.run_job("search").expect(200);
    let find = |from: &str| {
        let query = format!("/v1/search/messages?query=gooseberries&from={from}");
        rob.get(&app, &query).expect(200)
    };
    assert_eq!(find(id(&path))["items"].as_array().unwrap().len(), 1);
    assert_eq!(find(&amy.id)["items"], json!([]));
    let answers = [
        seen,
        rob.get(&app, &path).expect(200),
        rob.get(&app, "/v1/conversations").expect(200),
        rob.get(&app, &format!("{path}/messages")).expect(200),
        find(id(&path)),
    ];
    for answer in answers {
        let text = answer.to_string();
        assert!(!text.contains(&amy.id) && !text.contains(&ann.id), "{text}");
    }
    let listed = rob.get(&app, &path).expect(200);
    assert_eq!(listed["my"]["unreadCount"], 1);
    assert_eq!(amy.get(&app, &path).expect(200)["my"]["unreadCount"], 0);
    patch_settings(&app, &ann, &path, &json!({"signatures": true}));
    let signed = say(&app, &amy, &path, "Signed");
    assert_eq!(
        message(&app, &rob, &path, &signed)["senderId"],
        amy.id.as_str()
    );
}

fn patch_settings(app: &TestApp, who: &Person, path: &str, settings: &Value) {
    let body = json!({"settings": settings});
    let changed = who.call(app, "PATCH", path).header("if-match", "*");
    changed.json(&body).send().expect(200);
    let refused = json!({"settings": {"sendMessages": "everyone"}});
    let refused = who
        .call(app, "PATCH", path)
        .header("if-match", "*")
        .json(&refused);
    refused.send().expect_problem(422, "validation_failed");
    patch(app, who, path, &body).expect_problem(428, "precondition_required");
}

#[test]
fn views_are_exact_however_many_tell_at_once() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let path = channel(&app, &ann, &json!({}));
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    let people: Vec<Person> = (0..6).map(|_| app.person("reader")).collect();
    people
        .iter()
        .for_each(|person| subscribe(&app, person, &path));
    let posts: Vec<String> = (0..3)
        .map(|n| say(&app, &ann, &path, &format!("{n}")))
        .collect();
    let views = format!("{path}/views");
    thread::scope(|scope| {
        for person in &people {
            for _ in 0..2 {
                let (app, views, posts) = (&app, &views, &posts);
                scope.spawn(move || {
                    let body = json!({"messageIds": posts});
                    person.post(app, views, &body).expect(200);
                });
            }
        }
    });
    for post in &posts {
        assert_eq!(message(&app, &ann, &path, post)["views"], 6);
    }
}

#[test]
fn a_subscriber_comments_in_the_linked_group() {
    let app = TestApp::start();
    let (ann, rob) = (app.person("ann"), app.person("rob"));
    let path = channel(&app, &ann, &json!({}));
    let group = super::group(&app, &ann, &[]);
    let link = json!({"conversationId": id(&group)});
    ann.put(&app, &format!("{path}/linked-group"), &link)
        .expect(200);
    let seen = ann.get(&app, &path).expect(200);
    let told = json!({"event": "group_linked", "conversationId": id(&group)});
    assert_eq!(seen["lastMessageSystem"], told);
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    subscribe(&app, &rob, &path);
    let post = say(&app, &ann, &path, "What do you think?");
    let open = format!("{path}/messages/{post}/comments");
    let opened = rob.post(&app, &open, &json!({})).expect(201);
    assert_eq!(rob.post(&app, &open, &json!({})).expect(200), opened);
    rob.get(&app, &group).expect_problem(404, "not_found");
    subscribe(&app, &rob, &group);
    let copy = opened["messageId"].as_str().unwrap();
    let body = json!({"content": "I like it", "replyToMessageId": copy});
    rob.post(&app, &format!("{group}/messages"), &body)
        .expect(201);
    let comments = &message(&app, &rob, &path, &post)["comments"];
    assert_eq!(comments["count"], 1);
    assert_eq!(comments["conversationId"], id(&group));
    ann.delete(&app, &format!("{path}/messages/{post}"))
        .expect(204);
    let copied = message(&app, &rob, &group, copy);
    assert_eq!(copied["content"], "");
    ann.delete(&app, &format!("{path}/linked-group"))
        .expect(204);
    let seen = rob.get(&app, &path).expect(200);
    assert_eq!(
        seen["lastMessageSystem"],
        json!({"event": "group_unlinked"})
    );
}
