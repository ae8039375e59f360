//! The recipients of a broadcast: put on the list, taken off it, and what the next message reaches.

use super::{add, group, say};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// A list of Ann's with these people; gives its path.
fn list(app: &TestApp, owner: &Person, people: &[&Person]) -> String {
    let ids: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
    let body = json!({"type": "broadcast", "name": "Family", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    format!("/v1/conversations/{}", made["id"].as_str().unwrap())
}

fn put_on(app: &TestApp, by: &Person, path: &str, ids: &[&str]) -> Reply {
    let body = json!({"userIds": ids});
    by.post(app, &format!("{path}/recipients"), &body)
}

fn take_off(app: &TestApp, by: &Person, path: &str, whom: &Person) -> Reply {
    by.delete(app, &format!("{path}/recipients/{}", whom.id))
}

/// The users on a list, in its order.
fn recipients(app: &TestApp, owner: &Person, path: &str) -> Vec<String> {
    let page = owner.get(app, &format!("{path}/recipients")).expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["userId"].as_str().unwrap().to_owned())
        .collect()
}

/// The words that somebody got in direct conversations with strangers.
fn got(app: &TestApp, who: &Person) -> Vec<Value> {
    let talks = who.get(app, "/v1/conversations?requests=true").expect(200);
    let talks = talks["items"].as_array().unwrap().clone();
    let of = |talk: &Value| {
        let id = talk["id"].as_str().unwrap();
        let path = format!("/v1/conversations/{id}/messages?order=asc");
        let page = who.get(app, &path).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["content"].clone())
            .collect::<Vec<_>>()
    };
    talks.iter().flat_map(of).collect()
}

#[test]
fn the_next_message_reaches_the_people_on_the_list() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let [bob, cid, dan, mia] = ["bob", "cid", "dan", "mia"].map(|name| app.person(name));
    let path = list(&app, &ann, &[&bob, &cid]);
    say(&app, &ann, &path, "one");
    app.run_job("scheduled-messages").expect(200);
    let added = put_on(&app, &ann, &path, &[&bob.id, &dan.id, &mia.id]).expect(200);
    assert_eq!(
        added,
        json!({"added": [dan.id, mia.id], "already": [bob.id]})
    );
    let again = put_on(&app, &ann, &path, &[&dan.id]).expect(200);
    assert_eq!(again, json!({"added": [], "already": [dan.id]}));
    let all = [&bob, &cid, &dan, &mia].map(|who| who.id.clone());
    assert_eq!(recipients(&app, &ann, &path), all);
    let count = || ann.get(&app, &path).expect(200)["participantCount"].clone();
    assert_eq!(count(), 5, "with its owner");
    let page = ann.get(&app, &format!("{path}/recipients?limit=3"));
    let page = page.expect(200);
    assert_eq!(page["users"][&cid.id]["username"], cid.username);
    let next = page["next"].as_str().unwrap();
    let rest = ann.get(&app, &format!("{path}/recipients?after={next}"));
    assert_eq!(rest.expect(200)["items"][0]["userId"], mia.id);

    take_off(&app, &ann, &path, &cid).expect(204);
    take_off(&app, &ann, &path, &cid).expect_problem(404, "not_found");
    assert_eq!(count(), 4);
    // A block that comes later keeps the message away.
    mia.put(&app, &format!("/v1/blocks/{}", ann.id), &Value::Null)
        .expect(204);
    let post = say(&app, &ann, &path, "two");
    app.run_job("scheduled-messages").expect(200);
    let sent = ann.get(&app, &format!("{path}/messages/{post}"));
    assert_eq!(
        sent.expect(200)["broadcast"],
        json!({"reached": 2, "refused": 1, "isDone": true})
    );
    let words = [&bob, &cid, &dan, &mia].map(|who| json!(got(&app, who)));
    let wanted = [
        json!(["one", "two"]),
        json!(["one"]),
        json!(["two"]),
        json!([]),
    ];
    assert_eq!(words, wanted);
}

#[test]
fn the_list_is_its_owners_alone_who_puts_all_of_them_on_it_or_nobody() {
    let app = TestApp::start();
    let [ann, bob, cid, eve] = ["ann", "bob", "cid", "eve"].map(|name| app.person(name));
    let path = list(&app, &ann, &[&bob]);
    for who in [&bob, &eve] {
        for nothing in [&path, "/v1/conversations/nothing"] {
            who.get(&app, &format!("{nothing}/recipients"))
                .expect_problem(404, "not_found");
            put_on(&app, who, nothing, &[&eve.id]).expect_problem(404, "not_found");
            take_off(&app, who, nothing, &bob).expect_problem(404, "not_found");
        }
    }
    // Nor do people join it as members.
    add(&app, &ann, &path, &[&eve]).expect_problem(409, "wrong_kind");
    assert_eq!(recipients(&app, &ann, &path), [bob.id.as_str()]);
    let room = group(&app, &ann, &[&bob]);
    ann.get(&app, &format!("{room}/recipients"))
        .expect_problem(409, "wrong_kind");
    put_on(&app, &ann, &room, &[&eve.id]).expect_problem(409, "wrong_kind");
    take_off(&app, &ann, &room, &bob).expect_problem(409, "wrong_kind");
    assert_eq!(ann.get(&app, &room).expect(200)["participantCount"], 2);
    cid.put(&app, &format!("/v1/blocks/{}", ann.id), &Value::Null)
        .expect(204);
    put_on(&app, &ann, &path, &[&eve.id, "nobody", &cid.id])
        .expect_fields(&["userIds[1]", "userIds[2]"]);
    put_on(&app, &ann, &path, &[&eve.id, &ann.id]).expect_fields(&["userIds[1]"]);
    put_on(&app, &ann, &path, &[&eve.id, &eve.id]).expect_fields(&["userIds[1]"]);
    put_on(&app, &ann, &path, &[]).expect_fields(&["userIds"]);
    let many: Vec<String> = (0..101).map(|n| format!("u{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    put_on(&app, &ann, &path, &many).expect_fields(&["userIds"]);
    assert_eq!(recipients(&app, &ann, &path), [bob.id.as_str()]);
    // Two calls at once that put the same user on it leave one entry.
    let statuses = std::thread::scope(|scope| {
        let call = || put_on(&app, &ann, &path, &[&eve.id]).status;
        let both = [scope.spawn(call), scope.spawn(call)];
        both.map(|one| one.join().unwrap())
    });
    assert_eq!(statuses, [200, 200]);
    assert_eq!(recipients(&app, &ann, &path), [&*bob.id, &*eve.id]);
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 3);
}
