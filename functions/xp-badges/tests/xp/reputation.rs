//! Reputation, which others give.

use super::*;
use serde_json::json;
use whisper_kit::events;
use whisper_schema::prelude::{ConsumerCursor, ReputationGrant, UserActivityType as A};
use whisper_store::Patch;

fn happens(scene: &Scene, kind: &str, subject: &str, by: &str, payload: &Value) {
    let batch = events::append(
        &scene.edge.ctx(),
        Batch::new(),
        kind,
        subject,
        Some(by),
        payload,
    );
    block_on(scene.edge.store().commit(batch.unwrap())).unwrap();
}

fn reacts(scene: &Scene, story: &str, by: &str) {
    let payload = json!({"storyId": story, "authorId": scene.user});
    happens(scene, "story.reacted", story, by, &payload);
}

#[test]
fn reactions_and_followers_give_it_once_each() {
    let scene = Scene::new();
    for story in ["s1", "s2", "s1", "s1"] {
        reacts(&scene, story, "bob");
    }
    reacts(&scene, "s1", "eve");
    for by in ["bob", "bob", "eve"] {
        happens(&scene, "follow.created", &scene.user, by, &json!({}));
    }
    scene.run();
    assert_eq!(scene.profile().reputation_score, 3 + 2 * 2);
    reacts(&scene, "s1", "bob");
    scene.run();
    assert_eq!(
        scene.profile().reputation_score,
        7,
        "doing it again gives nothing"
    );
    assert_eq!(count::<ReputationGrant>(&scene.edge), 5);
}

#[test]
fn nothing_is_given_to_oneself_or_to_nobody_or_by_what_cannot_be_read() {
    let scene = Scene::new();
    reacts(&scene, "s1", &scene.user);
    happens(&scene, "follow.created", "nobody", "bob", &json!({}));
    happens(
        &scene,
        "story.reacted",
        "s2",
        "bob",
        &json!({"storyId": "s2"}),
    );
    happens(&scene, "something.else", &scene.user, "bob", &json!([]));
    reacts(&scene, "s3", "bob");
    scene.run();
    assert_eq!(scene.profile().reputation_score, 1);
}

#[test]
fn replaying_gives_nothing() {
    let scene = Scene::new();
    reacts(&scene, "s1", "bob");
    scene.run();
    let back = Patch::<ConsumerCursor>::new().set(ConsumerCursor::POSITION, 0);
    block_on(
        scene
            .edge
            .store()
            .commit(Batch::new().update("reputation", back)),
    )
    .unwrap();
    assert_eq!(scene.run().done, 1);
    assert_eq!(scene.profile().reputation_score, 1);
}

#[test]
fn its_badge_comes_with_the_next_activity() {
    let scene = Scene::new();
    for n in 0..5 {
        happens(
            &scene,
            "follow.created",
            &scene.user,
            &format!("u{n}"),
            &json!({}),
        );
    }
    scene.run();
    assert_eq!(scene.progress()["reputation"], 10);
    scene.does(A::Login, 1);
    scene.run();
    assert_eq!(scene.profile().badges, ["reputation_10"]);
}
