//! Folders of the caller's conversations.

use super::{direct, follow, group, id, ids, patch, say};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

const FOLDERS: &str = "/v1/me/folders";

fn make(app: &TestApp, who: &Person, body: &Value) -> String {
    let made = who.post(app, FOLDERS, body).expect(201);
    made["id"].as_str().unwrap().to_owned()
}

fn order(app: &TestApp, who: &Person, folders: &[&str]) -> Reply {
    who.put(app, FOLDERS, &json!({"folderIds": folders}))
}

#[test]
fn a_folder_has_the_conversations_of_its_kinds_and_those_that_are_named() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    for person in [&bob, &cid] {
        follow(&app, person, &ann);
    }
    ann.put(&app, &format!("/v1/contacts/{}", bob.id), &json!({}))
        .expect(201);
    let (friend, stranger) = (direct(&app, &ann, &bob), direct(&app, &ann, &cid));
    let (team, club) = (group(&app, &ann, &[&bob]), group(&app, &ann, &[]));
    patch(
        &app,
        &ann,
        &format!("{club}/me"),
        &json!({"muteSeconds": 3600}),
    )
    .expect(200);
    say(&app, &bob, &team, "hello");
    let list = |folder: &str| {
        ann.get(&app, &format!("/v1/conversations?folder={folder}"))
            .expect(200)
    };
    let groups = make(
        &app,
        &ann,
        &json!({"name": "Groups", "icon": "👥", "kinds": ["groups"], "exclusions": ["muted"]}),
    );
    assert_eq!(ids(&list(&groups)), [id(&team)]);
    let friends = make(
        &app,
        &ann,
        &json!({"name": "Friends", "kinds": ["contacts"], "includedConversationIds": [id(&club)]}),
    );
    assert_eq!(ids(&list(&friends)), [id(&club), id(&friend)]);
    let others = make(
        &app,
        &ann,
        &json!({"name": "Others", "kinds": ["non_contacts"]}),
    );
    assert_eq!(ids(&list(&others)), [id(&stranger)]);
    let news = make(
        &app,
        &ann,
        &json!({"name": "News", "kinds": ["direct", "groups"], "exclusions": ["read"]}),
    );
    assert_eq!(ids(&list(&news)), [id(&team)]);
    ann.post(&app, &format!("{team}/read"), &json!({}))
        .expect(200);
    assert_eq!(ids(&list(&news)).len(), 0);
    // The hour is over.
    app.advance("61m");
    let ann = super::again(&app, &ann);
    let seen = ann
        .get(&app, &format!("/v1/conversations?folder={groups}"))
        .expect(200);
    assert_eq!(ids(&seen), [id(&team), id(&club)]);
}

#[test]
fn folders_are_ordered_changed_and_deleted_by_their_user_alone() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let new = |name: &str| make(&app, &ann, &json!({"name": name, "kinds": ["groups"]}));
    let (one, two) = (new("One"), new("Two"));
    order(&app, &ann, &[&two, &one]).expect(204);
    let listed = ann.get(&app, FOLDERS).expect(200);
    assert_eq!(ids(&listed), [two.as_str(), &one]);
    let path = format!("{FOLDERS}/{one}");
    patch(&app, &bob, &path, &json!({"name": "Mine"})).expect_problem(404, "not_found");
    bob.delete(&app, &path).expect_problem(404, "not_found");
    bob.get(&app, &format!("/v1/conversations?folder={one}"))
        .expect_problem(404, "not_found");
    order(&app, &bob, &[&one]).expect_problem(422, "validation_failed");
    assert_eq!(
        patch(&app, &ann, &path, &json!({"name": "First"})).expect(200)["name"],
        "First"
    );
    ann.delete(&app, &path).expect(204);
    ann.delete(&app, &path).expect_problem(404, "not_found");
    assert_eq!(ids(&ann.get(&app, FOLDERS).expect(200)), [two.as_str()]);
}

#[test]
fn a_retry_makes_no_second_folder() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let body = json!({"name": "Work", "kinds": ["groups"]});
    let send = || {
        ann.call(&app, "POST", FOLDERS)
            .header("idempotency-key", "one")
            .json(&body)
            .send()
            .expect(201)
    };
    assert_eq!(send(), send());
    assert_eq!(ids(&ann.get(&app, FOLDERS).expect(200)).len(), 1);
}
