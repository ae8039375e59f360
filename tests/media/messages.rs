//! Files of messages: sent by one, read by the others, and gone with the message.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{content, id, picture, uploaded};

/// A group; gives the path of its messages.
fn group(app: &TestApp, owner: &Person, with: &[&Person]) -> String {
    let ids: Vec<&str> = with.iter().map(|person| person.id.as_str()).collect();
    let body = json!({"type": "group", "name": "a group", "participantIds": ids});
    let made = owner.post(app, "/v1/conversations", &body).expect(201);
    with.iter().for_each(|person| person.accept(app, id(&made)));
    format!("/v1/conversations/{}/messages", id(&made))
}

/// Uploads a picture into the bucket of messages.
fn upload(app: &TestApp, who: &Person, bytes: &[u8]) -> Value {
    uploaded(app, who, ("messages", "image/jpeg"), bytes)
}

/// Sends a file as a picture; gives the message.
fn show(app: &TestApp, who: &Person, room: &str, file: &Value, more: &Value) -> Value {
    let mut body = json!({"contentType": "image", "mediaFileIds": [id(file)]});
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    who.post(app, room, &body).expect(201)
}

/// Where the file of the newest message is, for somebody.
fn address(app: &TestApp, who: &Person, room: &str) -> String {
    let page = who.get(app, &format!("{room}?limit=1")).expect(200);
    let url = &page["items"][0]["media"][0]["url"];
    url.as_str().unwrap().to_owned()
}

/// The status of a file for somebody by their token.
fn status(app: &TestApp, who: &Person, file: &Value) -> u16 {
    who.get(app, &content(id(file))).status
}

#[test]
fn a_member_reads_the_file_of_a_message_by_its_address_and_by_token() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let room = group(&app, &ann, &[&bob]);
    let bytes = picture(300_000);
    let file = upload(&app, &ann, &bytes);
    assert_eq!(status(&app, &bob, &file), 404, "nothing holds it yet");
    let sent = show(
        &app,
        &ann,
        &room,
        &file,
        &json!({"thumbnailFileId": id(&file)}),
    );
    let own = sent["media"][0]["url"].as_str().unwrap();
    assert!(
        app.get(own).send().bytes == bytes,
        "the sender's answer has an address"
    );
    let url = address(&app, &bob, &room);
    assert!(app.get(&url).send().bytes == bytes);
    assert!(bob.get(&app, &content(id(&file))).bytes == bytes);
    let one = bob.get(&app, &format!("{room}/{}", id(&sent))).expect(200);
    assert_eq!(
        (&one["media"][0]["size"], &one["media"][0]["mimeType"]),
        (&json!(300_000), &json!("image/jpeg"))
    );
    assert_eq!(one["thumbnail"]["id"], file["id"]);
    assert_eq!(status(&app, &eve, &file), 404);
    let stolen = url.replace(&bob.id, &eve.id);
    app.get(&stolen)
        .send()
        .expect_problem(401, "unauthenticated");
    ann.delete(&app, &format!("/v1/files/{}", id(&file)))
        .expect_problem(409, "file_in_use");
    ann.delete(&app, &format!("{room}/{}", id(&sent)))
        .expect(204);
    app.get(&url).send().expect_problem(404, "not_found");
    assert_eq!(
        (status(&app, &bob, &file), status(&app, &eve, &file)),
        (404, 404)
    );
    assert_eq!(status(&app, &ann, &file), 200, "it is hers for a day");
}

#[test]
fn somebody_elses_file_is_refused_by_its_field() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let (anns, bobs) = (
        upload(&app, &ann, &picture(100)),
        upload(&app, &bob, &picture(100)),
    );
    let avatar = uploaded(&app, &ann, ("avatars", "image/jpeg"), &picture(100));
    let ids = [&anns, &bobs, &avatar].map(id);
    let body = json!({"contentType": "image", "mediaFileIds": ids, "thumbnailFileId": ids[2]});
    ann.post(&app, &room, &body).expect_fields(&[
        "mediaFileIds[1]",
        "mediaFileIds[2]",
        "thumbnailFileId",
    ]);
    let known = show(&app, &ann, &room, &anns, &json!({}));
    let copied = json!({"contentType": "image", "mediaFileIds": [id(&anns)]});
    bob.post(&app, &room, &copied)
        .expect_fields(&["mediaFileIds[0]"]);
    assert!(known["mediaUrls"].as_array().unwrap().is_empty());
}

#[test]
fn a_copy_keeps_the_file_and_a_member_who_was_sent_away_reads_nothing() {
    let app = TestApp::start();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| app.person(name));
    let room = group(&app, &ann, &[&bob]);
    let other = group(&app, &bob, &[&cat]);
    let bytes = picture(1_000);
    let file = upload(&app, &ann, &bytes);
    let sent = show(&app, &ann, &room, &file, &json!({}));
    let place = room.split('/').nth(3).unwrap();
    let copy = json!({
        "contentType": "forward", "forwardedFromMessageId": sent["id"], "forwardedFromConversationId": place,
    });
    assert_eq!(status(&app, &cat, &file), 404);
    let copy = bob.post(&app, &other, &copy).expect(201);
    let of_ann = address(&app, &bob, &room);
    ann.delete(&app, &format!("{room}/{}", id(&sent)))
        .expect(204);
    // By the copy both may read it still, and Bob's address is as good as before.
    for url in [address(&app, &cat, &other), of_ann] {
        assert!(app.get(&url).send().bytes == bytes);
    }
    let url = address(&app, &cat, &other);
    let place = other.trim_end_matches("/messages");
    let gone = bob.delete(&app, &format!("{place}/members/{}", cat.id));
    assert!(gone.status < 300, "{}", gone.text);
    app.get(&url).send().expect_problem(404, "not_found");
    assert_eq!(status(&app, &cat, &file), 404, "sent away");
    bob.delete(&app, &format!("{other}/{}", id(&copy)))
        .expect(204);
    assert_eq!(status(&app, &bob, &file), 404);
}

#[test]
fn an_event_has_an_address_for_its_listener() {
    let app = TestApp::start();
    let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| app.person(name));
    let room = group(&app, &ann, &[&bob, &cat]);
    let bytes = picture(1_000);
    let file = upload(&app, &ann, &bytes);
    let (mut of_bob, mut of_cat) = (bob.listen(&app), cat.listen(&app));
    show(&app, &ann, &room, &file, &json!({}));
    for (who, events) in [(&bob, &mut of_bob), (&cat, &mut of_cat)] {
        let event = events.wait_for("message.created");
        let url = event["message"]["media"][0]["url"].as_str().unwrap();
        assert!(url.contains(&format!("user={}&", who.id)), "{url}");
        assert!(app.get(url).send().bytes == bytes);
    }
}

#[test]
fn media_that_can_be_viewed_once_are_read_within_a_minute_of_the_opening() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let bytes = picture(1_000);
    let file = upload(&app, &ann, &bytes);
    let sent = show(
        &app,
        &ann,
        &room,
        &file,
        &json!({"metadata": {"viewOnce": true}}),
    );
    assert_eq!(sent["media"], json!([]));
    let listed = bob.get(&app, &room).expect(200).to_string();
    assert!(!listed.contains(id(&file)), "{listed}");
    assert_eq!(status(&app, &bob, &file), 404);
    let view = format!("{room}/{}/view", id(&sent));
    let opened = bob.post(&app, &view, &Value::Null).expect(200);
    let url = opened["media"][0]["url"].as_str().unwrap();
    assert!(app.get(url).send().bytes == bytes);
    app.advance("61s");
    app.get(url).send().expect_problem(404, "not_found");
    assert_eq!(status(&app, &bob, &file), 404);
}

#[test]
fn a_file_goes_a_day_after_the_last_message_with_it() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let (kept, gone) = (
        upload(&app, &ann, &picture(1_000)),
        upload(&app, &ann, &picture(2_000)),
    );
    show(&app, &ann, &room, &kept, &json!({}));
    let sent = show(&app, &ann, &room, &gone, &json!({}));
    ann.delete(&app, &format!("{room}/{}", id(&sent)))
        .expect(204);
    app.run_job("media-expiry").expect(200);
    app.advance("25h");
    // The time has to be borne out by jobs that ran, so that a clock that jumped removes nothing.
    app.eventually(|| {
        app.run_job("story-expiry").expect(200);
        let report = app.run_job("media-expiry").expect(200);
        (report["done"] != 0).then_some(())
    });
    let ann = ann.sign_in(&app);
    assert_eq!(
        (status(&app, &ann, &kept), status(&app, &ann, &gone)),
        (200, 404)
    );
}
