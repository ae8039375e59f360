//! Links that invite, and requests to join.

use std::thread;

use super::{group, id, ids, patch, say};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// Makes a link; gives its id and its code.
fn invite(app: &TestApp, by: &Person, path: &str, body: &Value) -> (String, String) {
    let made = by.post(app, &format!("{path}/invitations"), body);
    let made = made.expect(201);
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    (text("id"), text("code"))
}

fn preview(app: &TestApp, who: &Person, code: &str) -> Reply {
    who.get(app, &format!("/v1/invitations/{code}"))
}

fn come(app: &TestApp, who: &Person, code: &str) -> Reply {
    who.post(app, &format!("/v1/invitations/{code}/join"), &json!({}))
}

#[test]
fn somebody_comes_by_a_link_and_talks() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[]);
    say(&app, &ann, &path, "hello");
    let (link, code) = invite(&app, &ann, &path, &json!({"name": "Poster"}));
    assert_eq!(
        preview(&app, &bob, &code.to_lowercase()).expect(200),
        json!({"name": "Room", "participantCount": 1, "needsApproval": false, "isMember": false})
    );
    bob.get(&app, &path).expect_problem(404, "not_found");
    let joined = come(&app, &bob, &code).expect(201);
    assert_eq!(
        joined,
        json!({"outcome": "joined", "conversationId": id(&path)})
    );
    let seen = bob.get(&app, &path).expect(200);
    assert_eq!(seen["participantCount"], 2);
    assert_eq!(seen["my"]["isRequest"], false);
    assert_eq!(seen["my"]["unreadCount"], 0);
    let history = bob.get(&app, &format!("{path}/messages")).expect(200);
    let items = history["items"].as_array().unwrap();
    let told = items.iter().filter(|item| item["isSystemMessage"] == true);
    let told: Vec<&Value> = told.map(|item| &item["metadata"]["event"]).collect();
    assert!(told.contains(&&json!("member_joined")), "{told:?}");
    assert!(items.iter().any(|item| item["content"] == "hello"));
    say(&app, &bob, &path, "hello yourself");
    // A system message is pushed to no device and never counts as unread.
    assert_eq!(ann.get(&app, &path).expect(200)["my"]["unreadCount"], 1);
    let came = ann.get(&app, &format!("{path}/invitations/{link}/members"));
    assert_eq!(came.expect(200)["items"][0]["userId"], bob.id.as_str());
    assert_eq!(come(&app, &bob, &code).expect(200)["outcome"], "already");
}

#[test]
fn a_link_is_used_as_often_as_it_may_be_by_however_many_at_once() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let people: Vec<Person> = (0..8).map(|_| app.person("guest")).collect();
    let path = group(&app, &ann, &[]);
    let (link, code) = invite(&app, &ann, &path, &json!({"maxUses": 3}));
    let statuses: Vec<u16> = thread::scope(|scope| {
        let coming: Vec<_> = people
            .iter()
            .map(|person| {
                let (app, code) = (&app, &code);
                scope.spawn(move || come(app, person, code).status)
            })
            .collect();
        coming.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let came = statuses.iter().filter(|status| **status == 201).count();
    let refused = statuses.iter().filter(|status| **status == 404).count();
    assert_eq!((came, refused), (3, 5), "{statuses:?}");
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 4);
    let list = ann.get(&app, &format!("{path}/invitations")).expect(200);
    let of = &list["items"][0];
    assert_eq!((&of["id"], &of["uses"]), (&json!(link), &json!(3)));
    assert_eq!(of["isOpen"], false);
}

#[test]
fn a_link_that_is_revoked_is_as_none() {
    let app = TestApp::start();
    let (ann, bob, mia) = (app.person("ann"), app.person("bob"), app.person("mia"));
    let path = group(&app, &ann, &[&mia]);
    let (link, code) = invite(&app, &ann, &path, &json!({}));
    let one = format!("{path}/invitations/{link}");
    mia.delete(&app, &one).expect_problem(403, "forbidden");
    bob.delete(&app, &one).expect_problem(404, "not_found");
    let changed = patch(&app, &ann, &one, &json!({"name": "Flyer", "maxUses": 9}));
    assert_eq!(changed.expect(200)["name"], "Flyer");
    ann.delete(&app, &one).expect(204);
    let revoked = preview(&app, &bob, &code).expect_problem(404, "not_found");
    let unknown = preview(&app, &bob, &"0".repeat(26)).expect_problem(404, "not_found");
    assert_eq!(revoked["detail"], unknown["detail"]);
    come(&app, &bob, &code).expect_problem(404, "not_found");
    // A banned user gets the same 404 for any link.
    let (_, other) = invite(&app, &ann, &path, &json!({}));
    let ban = format!("{path}/bans/{}", bob.id);
    ann.put(&app, &ban, &json!({})).expect(201);
    preview(&app, &bob, &other).expect_problem(404, "not_found");
    come(&app, &bob, &other).expect_problem(404, "not_found");
}

#[test]
fn newcomers_wait_for_approval() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[]);
    let (_, code) = invite(&app, &ann, &path, &json!({"needsApproval": true}));
    for who in [&bob, &cid] {
        assert_eq!(come(&app, who, &code).expect(202)["outcome"], "pending");
        who.get(&app, &path).expect_problem(404, "not_found");
    }
    let requests = format!("{path}/join-requests");
    bob.get(&app, &requests).expect_problem(404, "not_found");
    let waiting = ann.get(&app, &requests).expect(200);
    let waiting: Vec<&Value> = waiting["items"].as_array().unwrap().iter().collect();
    let users: Vec<&Value> = waiting.iter().map(|one| &one["userId"]).collect();
    assert_eq!(users, [&json!(bob.id), &json!(cid.id)]);
    let answer = |whom: &Person, verdict: &str| {
        let one = format!("{requests}/{}/{verdict}", whom.id);
        ann.post(&app, &one, &json!({})).expect(204)
    };
    answer(&bob, "approve");
    answer(&cid, "decline");
    assert_eq!(bob.get(&app, &path).expect(200)["participantCount"], 2);
    let mine = |who: &Person| who.get(&app, "/v1/me/join-requests").expect(200);
    assert_eq!(ids(&mine(&bob)), [""; 0]);
    // A request that was declined looks as if it still waited; it can be taken back.
    let request = ids(&mine(&cid))[0].to_owned();
    cid.delete(&app, &format!("/v1/me/join-requests/{request}"))
        .expect(204);
    assert_eq!(ids(&mine(&cid)), [""; 0]);
    assert_eq!(ann.get(&app, &requests).expect(200)["items"], json!([]));
}

#[test]
fn a_link_works_until_its_time_and_its_qr_code_leads_where_it_does() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(|name| app.person(name));
    let path = group(&app, &ann, &[]);
    let past = json!({"expiresAt": "2020-01-01T00:00:00Z"});
    ann.post(&app, &format!("{path}/invitations"), &past)
        .expect_fields(&["expiresAt"]);
    let first = ann.post(&app, &format!("{path}/invitations"), &json!({}));
    let first = first.expect(201);
    // Five minutes later, by way of the offset.
    let now = first["createdAt"].as_str().unwrap().trim_end_matches('Z');
    let until = json!({"expiresAt": format!("{now}-00:05")});
    let made = ann.post(&app, &format!("{path}/invitations"), &until);
    let made = made.expect(201);
    let (link, qr) = (made["id"].as_str().unwrap(), made["qr"].as_str().unwrap());
    let code = qr.strip_prefix("WHISPER://J/").unwrap();
    assert_eq!((made["code"].as_str(), qr.len()), (Some(code), 38));
    let is_alphanumeric = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    assert!(code.chars().all(is_alphanumeric), "{code}");
    // As somebody reads it out: in lower case, with hyphens, and with letters that look like digits.
    let spoken = code.to_lowercase().replace('0', "o").replace('1', "l");
    let spoken = format!("{}-{}", &spoken[..13], &spoken[13..]);
    assert_eq!(preview(&app, &bob, &spoken).expect(200)["name"], "Room");
    assert_eq!(come(&app, &bob, &spoken).expect(201)["outcome"], "joined");
    let is_open = || {
        let list = ann.get(&app, &format!("{path}/invitations")).expect(200);
        let items = list["items"].as_array().unwrap().iter();
        let mut this = items.filter(|one| one["id"] == link);
        this.next().unwrap()["isOpen"].clone()
    };
    assert_eq!(is_open(), true);
    app.advance("5m");
    assert_eq!(is_open(), false);
    let ended = preview(&app, &cid, code).expect_problem(404, "not_found");
    let unknown = preview(&app, &cid, &"0".repeat(26)).expect_problem(404, "not_found");
    assert_eq!(ended["detail"], unknown["detail"]);
    come(&app, &cid, code).expect_problem(404, "not_found");
    cid.get(&app, &path).expect_problem(404, "not_found");
    // A link without an end goes on; and the end can be taken away.
    let other = first["code"].as_str().unwrap();
    come(&app, &cid, other).expect(201);
    let one = format!("{path}/invitations/{link}");
    patch(&app, &ann, &one, &json!({"expiresAt": null})).expect(200);
    assert_eq!(is_open(), true);
    come(&app, &dan, code).expect(201);
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 4);
}
