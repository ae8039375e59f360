//! The four privacy levels, and blocks.

use super::{befriend, block, feed, follow, id, story};
use whisper_testkit::{Person, TestApp, json};

/// An author with people who are different things to them.
struct World {
    app: TestApp,
    author: Person,
    close: Person,
    friend: Person,
    follower: Person,
    followed: Person,
    stranger: Person,
}

fn world() -> World {
    let app = TestApp::start();
    let [author, close, friend, follower, followed, stranger] = [
        "author", "close", "friend", "follower", "followed", "stranger",
    ]
    .map(|name| app.person(name));
    follow(&app, &author, &close, true);
    follow(&app, &close, &author, false);
    befriend(&app, &author, &friend);
    follow(&app, &follower, &author, false);
    follow(&app, &author, &followed, false);
    World {
        app,
        author,
        close,
        friend,
        follower,
        followed,
        stranger,
    }
}

#[test]
fn each_level_is_for_those_it_names() {
    let world = world();
    let World {
        app,
        author,
        close,
        friend,
        follower,
        followed,
        stranger,
    } = &world;
    let all = [author, close, friend, follower, followed, stranger];
    let cases = [
        (
            "public",
            &[author, close, friend, follower, followed, stranger][..],
        ),
        ("friends", &[author, close, friend]),
        ("close_friends", &[author, close]),
        ("private", &[author]),
    ];
    for (privacy, allowed) in cases {
        let path = story(app, author, &json!({"privacy": privacy}));
        for who in all {
            let sees = allowed.iter().any(|allowed| allowed.id == who.id);
            let reply = who.get(app, &path);
            if sees {
                assert_eq!(reply.expect(200)["privacy"], privacy, "{}", who.username);
            } else {
                reply.expect_problem(404, "not_found");
                let views = format!("{path}/views");
                who.post(app, &views, &json!({}))
                    .expect_problem(404, "not_found");
                let reactions = format!("{path}/reactions");
                who.put(app, &reactions, &json!({"reaction": "like"}))
                    .expect_problem(404, "not_found");
            }
            // The feed is of those followed; the author's list is for everybody who may see the stories.
            let follows = [close, friend, follower, author]
                .iter()
                .any(|p| p.id == who.id);
            let found = feed(app, who).iter().any(|found| found == id(&path));
            assert_eq!(found, sees && follows, "{} {privacy}", who.username);
            let list = who
                .get(app, &format!("/v1/stories?userId={}", author.id))
                .expect(200);
            assert_eq!(
                super::ids(&list).contains(&id(&path)),
                sees,
                "{} {privacy}",
                who.username
            );
        }
    }
}

#[test]
fn what_is_not_for_somebody_looks_like_nothing() {
    let world = world();
    let World {
        app,
        author,
        stranger,
        ..
    } = &world;
    let path = story(app, author, &json!({"privacy": "friends"}));
    let problem = |path: &str| {
        let mut problem = stranger.get(app, path).expect_problem(404, "not_found");
        problem["instance"] = json!("");
        problem
    };
    assert_eq!(problem(&path), problem(super::NO_STORY));
}

#[test]
fn a_block_in_either_direction_hides_everything() {
    let world = world();
    let (app, author) = (&world.app, &world.author);
    let (close, friend) = (&world.close, &world.friend);
    let path = story(app, author, &json!({}));
    let list = format!("/v1/stories?userId={}", author.id);
    block(app, author, close);
    block(app, friend, author);
    for who in [close, friend] {
        who.get(app, &path).expect_problem(404, "not_found");
        who.get(app, &list).expect_problem(404, "not_found");
        assert!(feed(app, who).is_empty());
    }
}

#[test]
fn who_is_no_longer_a_friend_sees_it_no_longer() {
    let world = world();
    let (app, author) = (&world.app, &world.author);
    let (close, friend) = (&world.close, &world.friend);
    let path = story(app, author, &json!({"privacy": "friends"}));
    friend
        .delete(app, &format!("/v1/follows/{}", author.id))
        .expect(204);
    friend.get(app, &path).expect_problem(404, "not_found");
    author
        .delete(app, &format!("/v1/follows/{}", close.id))
        .expect(204);
    close.get(app, &path).expect_problem(404, "not_found");
}
