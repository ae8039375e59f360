//! Kinds of messages and of conversations on an Appwrite server, with commits of more documents than its transactions take.

use whisper_schema::prelude::{PollBallot, PollTally, PostViewer};
use whisper_testkit::{Person, TestApp, Value, json};

use super::{count, items_of, on};
use crate::schema_push::server;

/// The secret of a voter's app.
const KEY: &str = "0123456789abcdefghijkl";
/// More than are counted as viewed by one transaction.
const POSTS: usize = 55;

fn make(app: &TestApp, owner: &Person, body: &Value) -> String {
    let made = owner.post(app, "/v1/conversations", body).expect(201);
    format!("/v1/conversations/{}", made["id"].as_str().unwrap())
}

fn say(app: &TestApp, by: &Person, place: &str, body: &Value) -> Value {
    by.post(app, &format!("{place}/messages"), body).expect(201)
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

/// The words in a conversation that somebody sees, the latest first.
fn words(app: &TestApp, who: &Person, place: &str) -> Vec<String> {
    let page = who.get(app, &format!("{place}/messages")).expect(200);
    let items = items_of(&page).iter();
    let items = items.filter(|item| item["isSystemMessage"] == false);
    let words = items.map(|item| item["content"].as_str().unwrap().to_owned());
    words.collect()
}

#[test]
fn polls_are_voted_in_and_go_with_their_message() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let group = json!({"type": "group", "name": "Room", "participantIds": [bob.id]});
    let room = make(&app, &ann, &group);
    let details = json!({"options": ["a", "b", "c"], "isAnonymous": true, "allowMultiple": true});
    let poll = json!({"contentType": "poll", "content": "Where?", "metadata": details});
    let poll = say(&app, &ann, &room, &poll);
    let poll = format!("{room}/messages/{}", id(&poll));
    let vote = |who: &Person, method: &str, options: &Value| {
        let call = who.call(&app, method, &format!("{poll}/vote"));
        let call = call.header("vote-key", KEY);
        match method {
            "PUT" => call.json(&json!({ "options": options })).send(),
            _ => call.send(),
        }
        .expect(200)
    };
    vote(&bob, "PUT", &json!([0, 2]));
    vote(&bob, "PUT", &json!([2]));
    vote(&ann, "PUT", &json!([1, 2]));
    let votes = || {
        let seen = bob.get(&app, &format!("{poll}/poll")).expect(200);
        let options = seen["options"].as_array().unwrap().iter();
        let votes = options.map(|option| option["votes"].as_i64().unwrap());
        (votes.collect::<Vec<_>>(), seen["totalVotes"].clone())
    };
    assert_eq!(votes(), (vec![0, 1, 2], json!(2)));
    vote(&ann, "DELETE", &Value::Null);
    assert_eq!(votes(), (vec![0, 0, 1], json!(1)));
    assert_eq!(count::<PollTally>(&server), 3);
    ann.delete(&app, &poll).expect(204);
    app.run_job("message-expiry").expect(200);
    let left = (count::<PollTally>(&server), count::<PollBallot>(&server));
    assert_eq!(left, (0, 0));
}

#[test]
fn messages_are_sent_later_disappear_and_are_opened_once() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let talk = make(
        &app,
        &ann,
        &json!({"type": "direct", "participantIds": [bob.id]}),
    );
    let now = say(&app, &ann, &talk, &json!({"content": "now"}));
    bob.accept(&app, talk.rsplit('/').next().unwrap());
    let soon = now["createdAt"].as_str().unwrap().replace('Z', "-00:05");
    let later = json!({"sendAt": soon, "message": {"content": "later"}});
    ann.post(&app, &format!("{talk}/scheduled-messages"), &later)
        .expect(201);
    app.advance("5m");
    let sent = || app.run_job("scheduled-messages").expect(200)["done"].clone();
    assert_eq!((sent(), sent()), (json!(1), json!(0)));
    assert_eq!(words(&app, &bob, &talk), ["later", "now"]);

    let timer = json!({"settings": {"messageTimerSeconds": 60}});
    let set = bob.call(&app, "PATCH", &talk).header("if-match", "*");
    set.json(&timer).send().expect(200);
    let goes = say(&app, &ann, &talk, &json!({"content": "goes"}));
    let pin = format!("{talk}/messages/{}/pin", id(&goes));
    bob.put(&app, &pin, &Value::Null).expect(200);
    app.advance("1m");
    // With it goes what tells of the pin.
    assert_eq!(app.run_job("message-expiry").expect(200)["done"], 2);
    assert_eq!(words(&app, &bob, &talk), ["later", "now"]);

    let once = json!({"contentType": "image", "mediaUrls": ["https://cdn.example/once.png"], "metadata": {"viewOnce": true}});
    let once = say(&app, &ann, &talk, &once);
    let once = format!("{talk}/messages/{}", id(&once));
    let opened = bob.post(&app, &format!("{once}/view"), &Value::Null);
    let shown = json!(["https://cdn.example/once.png"]);
    assert_eq!(opened.expect(200)["mediaUrls"], shown);
    assert_eq!(ann.get(&app, &once).expect(200)["mediaUrls"], json!([]));
    let views = ann.get(&app, &format!("{once}/views")).expect(200);
    assert_eq!(items_of(&views)[0]["userId"], bob.id.as_str());
}

#[test]
fn channels_broadcasts_and_communities_reach_their_members() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let public = |kind: &str| {
        let place = make(&app, &ann, &json!({"type": kind, "name": "Town"}));
        ann.put(&app, &format!("{place}/listing"), &json!({}))
            .expect(200);
        bob.post(&app, &format!("{place}/join"), &json!({}))
            .expect(201);
        place
    };
    let channel = public("channel");
    let posts: Vec<String> = (0..POSTS)
        .map(|n| {
            id(&say(
                &app,
                &ann,
                &channel,
                &json!({"content": n.to_string()}),
            ))
            .to_owned()
        })
        .collect();
    for _ in 0..2 {
        let seen = json!({ "messageIds": posts });
        let seen = bob.post(&app, &format!("{channel}/views"), &seen);
        let seen = seen.expect(200);
        let views = items_of(&seen).iter().map(|item| item["views"].as_i64());
        assert_eq!(views.collect::<Vec<_>>(), vec![Some(1); POSTS]);
    }
    assert_eq!(count::<PostViewer>(&server), POSTS as u64);

    let list = json!({"type": "broadcast", "name": "Family", "participantIds": [bob.id]});
    let list = make(&app, &ann, &list);
    say(&app, &ann, &list, &json!({"content": "Hello all"}));
    app.run_job("scheduled-messages").expect(200);
    let talks = bob.get(&app, "/v1/conversations?requests=true").expect(200);
    let talk = format!("/v1/conversations/{}", id(&items_of(&talks)[0]));
    assert_eq!(words(&app, &bob, &talk), ["Hello all"]);

    let community = public("community");
    let group = json!({"type": "group", "name": "Chess", "participantIds": []});
    let group = make(&app, &ann, &group);
    let link = format!("{community}/groups/{}", group.rsplit('/').next().unwrap());
    for _ in 0..2 {
        ann.put(&app, &link, &json!({})).expect(204);
    }
    bob.post(&app, &format!("{group}/join"), &json!({}))
        .expect(201);
    let all = json!({"content": "who plays?", "mentions": ["@all"]});
    say(&app, &ann, &group, &all);
    app.run_job("search").expect(200);
    let told = bob.get(&app, "/v1/me/mentions").expect(200);
    assert_eq!(items_of(&told).len(), 1);
    bob.post(&app, &format!("{community}/leave"), &json!({}))
        .expect(204);
    app.run_job("community-departures").expect(200);
    for gone in [&community, &group] {
        bob.get(&app, gone).expect_problem(404, "not_found");
    }
}
