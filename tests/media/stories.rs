//! Files of stories: for the audience of the story, until it ends.

use whisper_testkit::{Person, TestApp, Value, json};

use super::{content, id, picture, uploaded};

fn status(app: &TestApp, who: &Person, file: &Value) -> u16 {
    who.get(app, &content(id(file))).status
}

/// Somebody's story of a file, which lasts for an hour.
fn story(app: &TestApp, by: &Person, file: &Value, privacy: &str) -> Value {
    let body = json!({"contentType": "image", "mediaFileId": id(file), "privacy": privacy, "expiresInSeconds": 3600});
    by.post(app, "/v1/stories", &body).expect(201)
}

fn path(story: &Value) -> String {
    format!("/v1/stories/{}", story["id"].as_str().unwrap())
}

fn befriend(app: &TestApp, one: &Person, other: &Person) {
    for (by, whom) in [(one, other), (other, one)] {
        by.put(app, &format!("/v1/follows/{}", whom.id), &json!({}))
            .expect(201);
    }
}

#[test]
fn the_file_of_a_story_is_for_its_audience_until_it_ends() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob, carl) = (app.person("ann"), app.person("bob"), app.person("carl"));
    befriend(&app, &ann, &bob);
    let bytes = picture(300_000);
    let file = uploaded(&app, &ann, ("stories", "image/jpeg"), &bytes);
    assert_eq!(status(&app, &bob, &file), 404, "nothing holds it");
    let story = story(&app, &ann, &file, "friends");
    let feed = bob.get(&app, "/v1/stories/feed").expect(200);
    let url = feed["items"][0]["media"]["url"].as_str().unwrap();
    assert!(app.get(url).send().bytes == bytes, "by the address");
    assert!(
        bob.get(&app, &content(id(&file))).bytes == bytes,
        "by the id"
    );
    assert_eq!(status(&app, &carl, &file), 404, "no friend");
    carl.get(&app, &path(&story))
        .expect_problem(404, "not_found");
    app.advance("59m");
    let (ann, bob) = (ann.refreshed(&app), bob.refreshed(&app));
    assert_eq!(status(&app, &bob, &file), 200);
    app.advance("2m");
    assert_eq!(status(&app, &bob, &file), 404, "it has ended");
    app.get(url).send().expect_problem(401, "unauthenticated");
    assert_eq!(status(&app, &ann, &file), 200, "her own for a day");
}

#[test]
fn a_story_that_is_taken_back_takes_its_file_along() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let file = uploaded(&app, &ann, ("stories", "image/jpeg"), &picture(5000));
    let (one, other) = (
        story(&app, &ann, &file, "public"),
        story(&app, &ann, &file, "public"),
    );
    let seen = bob.get(&app, &path(&one)).expect(200);
    let url = seen["media"]["url"].as_str().unwrap();
    ann.delete(&app, &path(&one)).expect(204);
    assert_eq!(app.get(url).send().status, 200, "another story has it");
    ann.delete(&app, &path(&other)).expect(204);
    app.get(url).send().expect_problem(404, "not_found");
    ann.delete(&app, &format!("/v1/files/{}", id(&file)))
        .expect(204);
}

#[test]
fn a_file_of_another_bucket_or_of_somebody_else_makes_no_story() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let others = uploaded(&app, &bob, ("stories", "image/jpeg"), &picture(1000));
    let face = uploaded(&app, &ann, ("avatars", "image/jpeg"), &picture(1000));
    for file in [id(&others), id(&face), "nothing"] {
        let body = json!({"contentType": "image", "mediaFileId": file});
        let refused = ann.post(&app, "/v1/stories", &body);
        refused.expect_fields(&["mediaFileId"]);
    }
    let stories = ann.get(&app, "/v1/stories").expect(200);
    assert_eq!(stories["items"], json!([]));
}
