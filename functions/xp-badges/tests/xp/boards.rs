//! Leaderboards: the places of users, and users who aren't shown.

use super::*;
use serde_json::json;
use whisper_schema::prelude::{Contact, Follow, FollowStatus, UserActivityType as A};
use whisper_store::Patch;

/// Others who sent so many messages.
fn others(scene: &Scene, messages: &[usize]) -> Vec<(String, String)> {
    let made = messages.iter().map(|n| {
        let (user, token) = person(&scene.edge, None);
        scene.did(&user, A::MessageSent, *n, scene.now());
        (user, token)
    });
    let made = made.collect();
    scene.run();
    made
}

/// Rank and user of each place.
fn places(list: &Value) -> Vec<(u64, String)> {
    let items = list["items"].as_array().unwrap();
    let place = |item: &Value| {
        (
            item["rank"].as_u64().unwrap(),
            item["user"]["id"].as_str().unwrap().to_owned(),
        )
    };
    items.iter().map(place).collect()
}

fn change(scene: &Scene, user: &str, patch: Patch<Profile>) {
    block_on(scene.edge.store().commit(Batch::new().update(user, patch))).unwrap();
}

#[test]
fn the_most_points_stand_first_page_by_page() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 20);
    let made = others(&scene, &[10, 30, 40, 5]);
    let order = [&made[2].0, &made[1].0, &scene.user, &made[0].0, &made[3].0];
    let expected: Vec<(u64, String)> = (1..).zip(order.map(String::clone)).collect();
    assert_eq!(places(&scene.get("/v1/leaderboards/global")), expected);
    let mut seen = Vec::new();
    let mut path = "/v1/leaderboards/global?limit=2".to_owned();
    loop {
        let page = scene.get(&path);
        seen.extend(places(&page));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/leaderboards/global?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let me = scene.get("/v1/leaderboards/global")["items"][2].clone();
    assert_eq!((&me["me"], &me["xp"]), (&json!(true), &json!(40)));
}

#[test]
fn those_with_as_many_points_have_places_of_their_own_on_every_page() {
    let scene = Scene::new();
    others(&scene, &[7, 7, 7, 7]);
    let mut ranks = Vec::new();
    let mut path = "/v1/leaderboards/global?limit=1".to_owned();
    while let page = scene.get(&path)
        && !page["items"].as_array().unwrap().is_empty()
    {
        ranks.push(page["items"][0]["rank"].as_u64().unwrap());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/leaderboards/global?limit=1&after={next}");
    }
    assert_eq!(ranks, [1, 2, 3, 4]);
}

#[test]
fn the_week_counts_from_monday() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 50);
    scene.run();
    scene.edge.advance(7 * DAY);
    others(&scene, &[1]);
    let list = scene.get("/v1/leaderboards/week");
    let xp: Vec<i64> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["xp"].as_i64().unwrap())
        .collect();
    assert_eq!(xp, [2]);
    scene.does(A::MessageSent, 2);
    scene.run();
    let list = scene.get("/v1/leaderboards/week");
    assert_eq!(
        (&list["items"][0]["me"], &list["items"][0]["xp"]),
        (&json!(true), &json!(4))
    );
}

#[test]
fn the_week_adds_up_for_each_of_them() {
    let scene = Scene::new();
    let (other, _) = person(&scene.edge, None);
    for (user, messages) in [(&scene.user, 3), (&other, 5), (&scene.user, 4), (&other, 1)] {
        scene.did(user, A::MessageSent, messages, scene.now());
        scene.run();
    }
    let list = scene.get("/v1/leaderboards/week");
    let expected = [(1, scene.user.clone()), (2, other)];
    assert_eq!(places(&list), expected);
    let xp = |at: usize| list["items"][at]["xp"].as_i64().unwrap();
    assert_eq!((xp(0), xp(1)), (14, 12));
}

#[test]
fn among_the_followed_are_only_they_and_the_caller() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 1);
    let made = others(&scene, &[10, 20, 30]);
    for (other, status) in [
        (&made[0], FollowStatus::Accepted),
        (&made[1], FollowStatus::Pending),
    ] {
        let follow = Follow {
            id: format!("f-{}", &other.0[..30]),
            follower_id: scene.user.clone(),
            following_id: other.0.clone(),
            status,
            ..Follow::default()
        };
        block_on(scene.edge.store().commit(Batch::new().insert(&follow))).unwrap();
    }
    let expected = vec![(1, made[0].0.clone()), (2, scene.user.clone())];
    assert_eq!(places(&scene.get("/v1/leaderboards/following")), expected);
}

#[test]
fn who_blocked_or_is_blocked_or_hides_is_not_shown() {
    let scene = Scene::new();
    let made = others(&scene, &[10, 20, 30, 40, 50]);
    let block = |id: &str, owner: &str, other: &str| Contact {
        id: id.into(),
        user_id: owner.into(),
        contact_user_id: other.into(),
        is_blocked: true,
        ..Contact::default()
    };
    let blocks = Batch::new()
        .insert(&block("b1", &scene.user, &made[0].0))
        .insert(&block("b2", &made[1].0, &scene.user));
    block_on(scene.edge.store().commit(blocks)).unwrap();
    let hide = |settings: &str| Patch::new().set(Profile::PRIVACY_SETTINGS, settings);
    change(&scene, &made[2].0, hide(r#"{"profile":"friends"}"#));
    change(&scene, &made[3].0, hide(r#"{"profile":"everyone"}"#));
    change(&scene, &made[4].0, hide("not JSON"));
    let expected = vec![(2, made[3].0.clone())];
    assert_eq!(places(&scene.get("/v1/leaderboards/global")), expected);
}

#[test]
fn a_hidden_profile_is_shown_to_its_owner() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 1);
    scene.run();
    change(
        &scene,
        &scene.user,
        Patch::new().set(Profile::PRIVACY_SETTINGS, r#"{"profile":"nobody"}"#),
    );
    assert_eq!(
        places(&scene.get("/v1/leaderboards/global")),
        [(1, scene.user.clone())]
    );
}

#[test]
fn wrong_questions_are_refused() {
    let scene = Scene::new();
    for path in [
        "/v1/me/progress",
        "/v1/leaderboards/global",
        "/v1/leaderboards/following",
        "/v1/leaderboards/week",
    ] {
        let stranger = scene.edge.send(Method::GET, path, "", &Value::Null);
        block_on(stranger).expect_problem(401, "unauthenticated");
    }
    for (path, code) in [
        ("/v1/leaderboards/global?limit=0", "invalid_query"),
        ("/v1/leaderboards/global?limit=101", "invalid_query"),
        ("/v1/leaderboards/global?page=2", "invalid_query"),
        ("/v1/leaderboards/week?after=x", "invalid_cursor"),
    ] {
        let refused = scene
            .edge
            .send(Method::GET, path, &scene.token, &Value::Null);
        block_on(refused).expect_problem(400, code);
    }
    others(&scene, &[3, 2]);
    let next = scene.get("/v1/leaderboards/global?limit=1")["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let elsewhere = format!("/v1/leaderboards/week?after={next}");
    let refused = scene
        .edge
        .send(Method::GET, &elsewhere, &scene.token, &Value::Null);
    block_on(refused).expect_problem(400, "invalid_cursor");
}

#[test]
fn the_catalogue_is_for_everybody() {
    let scene = Scene::new();
    let list = block_on(scene.edge.send(Method::GET, "/v1/badges", "", &Value::Null)).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 20);
    assert_eq!(list["items"][0]["key"], "first_message");
}
