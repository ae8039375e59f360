//! The reader's feed.

use super::{feed, follow, id, ids, story};
use whisper_testkit::{TestApp, json};

#[test]
fn the_feed_has_the_stories_of_those_followed_and_ones_own_the_latest_first() {
    let app = TestApp::start();
    let (me, ann, bob, eve) = (
        app.person("me"),
        app.person("ann"),
        app.person("bob"),
        app.person("eve"),
    );
    follow(&app, &me, &ann, false);
    follow(&app, &me, &bob, false);
    let posted = [&ann, &me, &eve, &bob, &ann].map(|who| story(&app, who, &json!({})));
    let expected = [4, 3, 1, 0].map(|at: usize| id(&posted[at]).to_owned());
    assert_eq!(feed(&app, &me), expected);
    let list = me.get(&app, "/v1/stories/feed").expect(200);
    assert_eq!(
        list["items"][0]["author"]["username"],
        ann.username.as_str()
    );
    assert_eq!(list["items"][0]["viewed"], false);
    assert_eq!(feed(&app, &eve), [id(&posted[2])]);
}

#[test]
fn the_feed_comes_in_pages() {
    let app = TestApp::start();
    let (me, ann) = (app.person("me"), app.person("ann"));
    follow(&app, &me, &ann, false);
    let mut posted: Vec<String> = (0..5)
        .map(|_| id(&story(&app, &ann, &json!({}))).to_owned())
        .collect();
    posted.reverse();
    let first = me.get(&app, "/v1/stories/feed?limit=2").expect(200);
    assert_eq!(ids(&first), posted[..2]);
    let next = first["next"].as_str().unwrap();
    // A story that is posted meanwhile doesn't move the pages.
    story(&app, &ann, &json!({}));
    let second = me
        .get(&app, &format!("/v1/stories/feed?limit=3&after={next}"))
        .expect(200);
    assert_eq!(ids(&second), posted[2..]);
    assert!(second["next"].is_null());
    let previous = second["previous"].as_str().unwrap();
    let back = me
        .get(&app, &format!("/v1/stories/feed?limit=2&before={previous}"))
        .expect(200);
    assert_eq!(ids(&back), posted[..2]);
    ann.get(&app, &format!("/v1/stories/feed?after={next}"))
        .expect_problem(400, "invalid_cursor");
    me.get(&app, "/v1/stories/feed?limit=0")
        .expect_problem(400, "invalid_query");
}

#[test]
fn the_feed_says_what_was_seen_and_how_one_reacted() {
    let app = TestApp::start();
    let (me, ann) = (app.person("me"), app.person("ann"));
    follow(&app, &me, &ann, false);
    let path = story(&app, &ann, &json!({}));
    me.post(&app, &format!("{path}/views"), &json!({}))
        .expect(201);
    me.put(
        &app,
        &format!("{path}/reactions"),
        &json!({"reaction": "🔥"}),
    )
    .expect(201);
    let list = me.get(&app, "/v1/stories/feed").expect(200);
    let item = &list["items"][0];
    assert_eq!(
        (&item["viewed"], &item["myReaction"]),
        (&json!(true), &json!("🔥"))
    );
    assert_eq!(
        (&item["viewCount"], &item["viewerIds"]),
        (&json!(1), &json!([]))
    );
}
