//! Stories by their ids.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_people::UsersView;
use whisper_schema::prelude::*;
use whisper_store::Patch;
use whisper_views::stories::{reaction_id, stories_of, view_id};

use crate::scene::{Scene, json, named};

/// A story of somebody's, named after them and its audience.
fn post(scene: &Scene, author: &str, privacy: StoryPrivacy) -> String {
    let id = format!("{author}-{privacy}");
    scene.put(&Story {
        id: id.clone(),
        user_id: author.into(),
        privacy,
        mentions: vec!["dan".into()],
        created_at: Some(Timestamp::AT_COMMIT),
        expires_at: scene.ctx().now().plus(60_000),
        ..Story::default()
    });
    id
}

fn follow(scene: &Scene, by: &str, whom: &str) {
    scene.put(&Follow {
        id: format!("{by}-{whom}"),
        follower_id: by.into(),
        following_id: whom.into(),
        status: FollowStatus::Accepted,
        ..Follow::default()
    });
}

fn look(scene: &Scene, viewer: &str, ids: &[&str]) -> (Value, UsersView) {
    let (stories, users) = block_on(stories_of(&scene.ctx(), viewer, ids)).unwrap();
    (json(&stories), users)
}

/// The ids of those that somebody sees.
fn seen(scene: &Scene, viewer: &str, ids: &[&str]) -> Vec<String> {
    let (stories, _) = look(scene, viewer, ids);
    let ids = stories.as_array().unwrap().iter();
    ids.map(|story| story["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_viewer_sees_those_that_are_for_them_the_latest_first() {
    let scene = Scene::new();
    follow(&scene, "bob", "ann");
    follow(&scene, "ann", "bob");
    let levels = [
        StoryPrivacy::Public,
        StoryPrivacy::Friends,
        StoryPrivacy::Private,
    ];
    let ids = levels.map(|level| post(&scene, "ann", level));
    let asked: Vec<&str> = ids.iter().map(String::as_str).chain(["none"]).collect();
    let sees = |viewer: &str| seen(&scene, viewer, &asked);
    assert_eq!(sees("ann"), ["ann-private", "ann-friends", "ann-public"]);
    assert_eq!(sees("bob"), ["ann-friends", "ann-public"]);
    assert_eq!(sees("cid"), ["ann-public"]);
    assert_eq!(scene.statements(|| drop(sees("cid"))), 2);
}

#[test]
fn a_story_that_ended_is_seen_by_nobody() {
    let scene = Scene::new();
    let id = post(&scene, "ann", StoryPrivacy::Public);
    scene.edge.advance(60_000);
    for viewer in ["ann", "bob"] {
        assert_eq!(seen(&scene, viewer, &[&id]), [""; 0]);
    }
    assert_eq!(scene.statements(|| drop(seen(&scene, "bob", &[&id]))), 1);
}

#[test]
fn a_block_and_an_account_out_of_use_hide_stories() {
    let scene = Scene::new();
    let ids = ["ann", "bob", "cid"].map(|author| post(&scene, author, StoryPrivacy::Public));
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    scene.block("ann", "bob");
    assert_eq!(seen(&scene, "bob", &asked), ["cid-public", "bob-public"]);
    assert_eq!(seen(&scene, "ann", &asked), ["cid-public", "ann-public"]);
    let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
    scene.change("cid", disabled);
    assert_eq!(seen(&scene, "dan", &asked), ["bob-public", "ann-public"]);
}

#[test]
fn the_people_whom_hidden_stories_name_are_not_told_of() {
    let scene = Scene::new();
    let hidden = post(&scene, "ann", StoryPrivacy::Private);
    let shown = post(&scene, "bob", StoryPrivacy::Public);
    let plain = Patch::new().set(Story::MENTIONS, Vec::<String>::new());
    scene.change::<Story>(&shown, plain);
    let (stories, users) = look(&scene, "cid", &[&hidden, &shown]);
    assert_eq!(stories[0]["author"]["username"], "name-of-bob");
    assert_eq!(named(&users), ["bob"]);
}

#[test]
fn the_author_learns_who_saw_it_and_the_viewer_what_they_did() {
    let scene = Scene::new();
    let id = post(&scene, "ann", StoryPrivacy::Public);
    scene.put(&StoryView {
        id: view_id(&id, "bob"),
        story_id: id.clone(),
        viewer_id: "bob".into(),
        ..StoryView::default()
    });
    scene.put(&StoryReaction {
        id: reaction_id(&id, "bob"),
        story_id: id.clone(),
        user_id: "bob".into(),
        reaction: "like".into(),
        ..StoryReaction::default()
    });
    let (own, users) = look(&scene, "ann", &[&id]);
    assert_eq!(own[0]["viewerIds"], json!(["bob"]));
    assert_eq!(own[0]["viewed"], false);
    assert_eq!(named(&users), ["ann", "bob", "dan"]);
    let (others, users) = look(&scene, "bob", &[&id]);
    assert_eq!(others[0]["viewerIds"], json!([]));
    assert_eq!(others[0]["viewed"], true);
    assert_eq!(others[0]["myReaction"], "like");
    assert_eq!(named(&users), ["ann", "dan"]);
    assert_eq!(
        look(&scene, "cid", &[&id]).0[0].get("myReaction"),
        None,
        "nor others'"
    );
}

#[test]
fn a_hundred_authors_cost_as_much_as_one() {
    let scene = Scene::new();
    let authors: Vec<String> = (0..100).map(|n| format!("author{n}")).collect();
    for author in &authors {
        scene.put(&Account {
            id: author.clone(),
            is_anonymous: true,
            ..Account::default()
        });
    }
    let ids = authors
        .iter()
        .map(|author| post(&scene, author, StoryPrivacy::Public));
    let ids: Vec<String> = ids.collect();
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(seen(&scene, "ann", &asked).len(), 100);
    let statements = scene.statements(|| drop(seen(&scene, "ann", &asked)));
    assert_eq!(statements, 2);
}
