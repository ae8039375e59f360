//! Files of others: by the documents that hold them, at the moment of each read.

use futures::executor::block_on;
use whisper_schema::prelude::{FileHold, FileHoldKind};
use whisper_store::Batch;
use whisper_testkit::{Person, TestApp, Value, json};

use super::{content, id, picture, uploaded};
use crate::stored;

/// Has a document hold a file, as the commit that writes the document does.
fn hold(app: &TestApp, file: &Value, kind: FileHoldKind, (holder, place): (&str, Option<&str>)) {
    let hold = FileHold {
        id: format!("{kind}-{}", &holder[..8]),
        file_id: id(file).to_owned(),
        kind,
        holder_id: holder.to_owned(),
        user_id: String::from("somebody"),
        place: place.map(str::to_owned),
    };
    block_on(stored::store(app).commit(Batch::new().upsert(&hold))).unwrap();
}

fn status(app: &TestApp, who: &Person, file: &Value) -> u16 {
    who.get(app, &content(id(file))).status
}

#[test]
fn a_picture_of_a_profile_is_for_those_who_see_the_person() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let file = uploaded(&app, &ann, ("avatars", "image/jpeg"), &picture(400_000));
    assert_eq!(status(&app, &bob, &file), 404);
    hold(&app, &file, FileHoldKind::Avatar, (&ann.id, None));
    assert_eq!(status(&app, &bob, &file), 200);
    let seen = bob
        .get(&app, &format!("/v1/files/{}", id(&file)))
        .expect(200);
    let url = seen["url"].as_str().unwrap();
    assert_eq!(app.get(url).send().status, 200);
    let blocked = ann
        .call(&app, "PUT", &format!("/v1/blocks/{}", bob.id))
        .send();
    assert!(blocked.status < 300, "{}", blocked.text);
    assert_eq!(status(&app, &bob, &file), 404);
    app.get(url).send().expect_problem(404, "not_found");
}

#[test]
fn a_file_of_a_message_is_for_its_members_while_it_stands() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob, carl) = (app.person("ann"), app.person("bob"), app.person("carl"));
    let group = json!({"type": "group", "name": "a group", "participantIds": [bob.id]});
    let group = ann.post(&app, "/v1/conversations", &group).expect(201);
    let group = group["id"].as_str().unwrap();
    let file = uploaded(&app, &ann, ("messages", "image/jpeg"), &picture(1000));
    let messages = format!("/v1/conversations/{group}/messages");
    let sent = json!({"contentType": "image", "mediaFileIds": [id(&file)]});
    let message = ann.post(&app, &messages, &sent).expect(201);
    let message = message["id"].as_str().unwrap();
    hold(&app, &file, FileHoldKind::Message, (message, Some(group)));
    assert_eq!(
        (status(&app, &bob, &file), status(&app, &carl, &file)),
        (200, 404)
    );
    let gone = ann.delete(
        &app,
        &format!("/v1/conversations/{group}/members/{}", bob.id),
    );
    assert!(gone.status < 300, "{}", gone.text);
    assert_eq!(status(&app, &bob, &file), 404, "sent away");
}
