//! Pictures of people and of conversations: uploaded, named, read by others, and replaced.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{content, id, picture, uploaded};

fn status(app: &TestApp, who: &Person, file: &Value) -> u16 {
    who.get(app, &content(id(file))).status
}

fn change(app: &TestApp, who: &Person, body: &Value) -> Value {
    who.call(app, "PATCH", "/v1/me")
        .json(body)
        .send()
        .expect(200)
}

#[test]
fn others_read_the_picture_of_somebody_until_there_is_another_one() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let kind = ("avatars", "image/jpeg");
    let (old, new) = (picture(400_000), picture(90_000));
    let first = uploaded(&app, &ann, kind, &old);
    let second = uploaded(&app, &ann, kind, &new);
    assert_eq!(status(&app, &bob, &first), 404, "nothing holds it");
    change(&app, &ann, &json!({"avatarFileId": id(&first)}));
    let seen = bob
        .get(&app, &format!("/v1/users/{}", ann.username))
        .expect(200);
    let url = seen["avatar"]["url"].as_str().unwrap();
    assert!(
        app.get(url).send().bytes == old,
        "by the address, without a token"
    );
    assert!(
        bob.get(&app, &content(id(&first))).bytes == old,
        "by the id, with one"
    );
    assert_eq!(seen["avatar"]["mimeType"], "image/jpeg");
    change(&app, &ann, &json!({"avatarFileId": id(&second)}));
    assert_eq!(
        (status(&app, &bob, &first), status(&app, &bob, &second)),
        (404, 200)
    );
    app.get(url).send().expect_problem(404, "not_found");
    assert_eq!(status(&app, &ann, &first), 200, "her own for a day");
    let in_use = ann.delete(&app, &format!("/v1/files/{}", id(&second)));
    in_use.expect_problem(409, "file_in_use");
}

#[test]
fn a_block_takes_the_picture_away_and_privacy_the_cover() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let face = uploaded(&app, &ann, ("avatars", "image/jpeg"), &picture(1000));
    let cover = uploaded(&app, &ann, ("covers", "image/jpeg"), &picture(2000));
    let both = json!({"avatarFileId": id(&face), "coverImageFileId": id(&cover)});
    let mine = change(&app, &ann, &both);
    assert_eq!(mine["coverImage"]["size"], 2000);
    assert_eq!(
        (status(&app, &bob, &face), status(&app, &bob, &cover)),
        (200, 200)
    );
    change(
        &app,
        &ann,
        &json!({"privacySettings": {"profile": "friends"}}),
    );
    assert_eq!(
        (status(&app, &bob, &face), status(&app, &bob, &cover)),
        (200, 404)
    );
    let seen = bob
        .get(&app, &format!("/v1/users/{}", ann.username))
        .expect(200);
    assert_eq!(seen.get("coverImage"), None);
    let url = seen["avatar"]["url"].as_str().unwrap();
    let blocked = ann.call(&app, "PUT", &format!("/v1/blocks/{}", bob.id));
    blocked.send().expect(204);
    assert_eq!(status(&app, &bob, &face), 404);
    app.get(url).send().expect_problem(404, "not_found");
}

#[test]
fn files_that_cant_be_a_picture_are_refused() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let others = uploaded(&app, &bob, ("avatars", "image/jpeg"), &picture(1000));
    let message = uploaded(&app, &ann, ("messages", "image/jpeg"), &picture(1000));
    for file in [id(&others), id(&message), "nothing"] {
        let body = json!({"avatarFileId": file, "coverImageFileId": file});
        let refused = ann.call(&app, "PATCH", "/v1/me").json(&body).send();
        refused.expect_fields(&["avatarFileId", "coverImageFileId"]);
        let group = json!({"type": "group", "name": "a group", "avatarFileId": file});
        let refused = ann.post(&app, "/v1/conversations", &group);
        refused.expect_fields(&["avatarFileId"]);
    }
}

#[test]
fn the_picture_of_a_group_is_for_its_members_and_of_a_public_one_for_all() {
    let app = TestApp::start();
    let (ann, bob, carl) = (app.person("ann"), app.person("bob"), app.person("carl"));
    let bytes = picture(3000);
    let file = uploaded(&app, &ann, ("avatars", "image/jpeg"), &bytes);
    let group = json!({"type": "group", "name": "a group", "participantIds": [bob.id], "avatarFileId": id(&file)});
    let group = ann.post(&app, "/v1/conversations", &group).expect(201);
    let path = format!("/v1/conversations/{}", group["id"].as_str().unwrap());
    let seen = bob.get(&app, &path).expect(200);
    let url = seen["avatar"]["url"].as_str().unwrap();
    assert!(app.get(url).send().bytes == bytes);
    assert_eq!(
        (status(&app, &bob, &file), status(&app, &carl, &file)),
        (200, 404)
    );
    let listed = json!({"category": "art"});
    ann.put(&app, &format!("{path}/listing"), &listed)
        .expect(200);
    let id = group["id"].as_str().unwrap();
    let seen = carl.get(&app, &format!("/v1/directory/{id}")).expect(200);
    let url = seen["avatar"]["url"].as_str().unwrap();
    assert!(app.get(url).send().bytes == bytes);
    let none = json!({"avatarFileId": null});
    let taken_off = ann.call(&app, "PATCH", &path).header("if-match", "*");
    taken_off.json(&none).send().expect(200);
    assert_eq!(
        (status(&app, &bob, &file), status(&app, &carl, &file)),
        (404, 404)
    );
}
