//! Reading: pages in both directions, single messages, receipts, messages that are not shown.

use serde_json::{Value, json};

use whisper_messages::testing::{Person, Scene};

fn contents(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["content"].as_str().unwrap().to_owned())
        .collect()
}

/// A group in which Ann said these.
fn said(scene: &Scene, words: &[&str]) -> (Person, String) {
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    words
        .iter()
        .for_each(|words| drop(scene.say(&ann, &group, words)));
    (ann, group)
}

#[test]
fn newest_first_by_default_and_oldest_first_when_asked() {
    let scene = crate::scene();
    // All in one millisecond: the order is that of the commits.
    let (ann, group) = said(&scene, &["1", "2", "3"]);
    assert_eq!(
        contents(&scene.read(&ann, &group, "").expect(200)),
        ["3", "2", "1"]
    );
    assert_eq!(
        contents(&scene.read(&ann, &group, "?order=asc").expect(200)),
        ["1", "2", "3"]
    );
}

#[test]
fn pages_lead_to_older_and_to_newer_ones() {
    let scene = crate::scene();
    let (ann, group) = said(&scene, &["1", "2", "3", "4", "5"]);
    let first = scene.read(&ann, &group, "?limit=2").expect(200);
    assert_eq!(contents(&first), ["5", "4"]);
    let next = |page: &Value| format!("?limit=2&after={}", page["next"].as_str().unwrap());
    let second = scene.read(&ann, &group, &next(&first)).expect(200);
    assert_eq!(contents(&second), ["3", "2"]);
    let last = scene.read(&ann, &group, &next(&second)).expect(200);
    assert_eq!(contents(&last), ["1"]);
    assert_eq!(last["next"], Value::Null);
    let back = format!("?limit=2&before={}", last["previous"].as_str().unwrap());
    assert_eq!(
        contents(&scene.read(&ann, &group, &back).expect(200)),
        ["3", "2"]
    );
}

#[test]
fn a_client_at_the_newest_message_polls_with_previous() {
    let scene = crate::scene();
    let (ann, group) = said(&scene, &["1"]);
    let page = scene.read(&ann, &group, "").expect(200);
    let newest = page["previous"]
        .as_str()
        .expect("also at the newest")
        .to_owned();
    let poll = format!("?before={newest}");
    let nothing = scene.read(&ann, &group, &poll).expect(200);
    assert_eq!(contents(&nothing), [""; 0]);
    scene.say(&ann, &group, "2");
    scene.say(&ann, &group, "3");
    assert_eq!(
        contents(&scene.read(&ann, &group, &poll).expect(200)),
        ["3", "2"]
    );
    // The same cursor reads on in the other order.
    let ascending = format!("?order=asc&after={newest}");
    assert_eq!(
        contents(&scene.read(&ann, &group, &ascending).expect(200)),
        ["2", "3"]
    );
}

#[test]
fn a_cursor_is_good_for_its_own_list_alone() {
    let scene = crate::scene();
    let (ann, group) = said(&scene, &["1"]);
    let bob = scene.person();
    scene.join(&group, &bob.id);
    let cursor = scene.read(&ann, &group, "").expect(200)["previous"]
        .as_str()
        .unwrap()
        .to_owned();
    let elsewhere = scene.group(&[&ann]);
    scene
        .read(&ann, &elsewhere, &format!("?after={cursor}"))
        .expect_problem(400, "invalid_cursor");
    scene
        .read(&bob, &group, &format!("?after={cursor}"))
        .expect_problem(400, "invalid_cursor");
    scene
        .read(&ann, &group, "?after=abc")
        .expect_problem(400, "invalid_cursor");
    for wrong in [
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?order=up",
        "?page=2",
        &format!("?after={cursor}&before={cursor}"),
    ] {
        scene
            .read(&ann, &group, wrong)
            .expect_problem(400, "invalid_query");
    }
}

#[test]
fn expired_and_deleted_messages_are_not_served() {
    let scene = crate::scene();
    let (ann, group) = said(&scene, &["stays"]);
    let bob = scene.person();
    scene.join(&group, &bob.id);
    let until = scene.edge.ctx().now().plus(1_000);
    scene
        .send(
            &ann,
            &group,
            &json!({"id": "brief", "content": "brief", "expiresAt": until}),
        )
        .expect(201);
    scene
        .send(
            &ann,
            &group,
            &json!({"id": "mine", "content": "not for Bob"}),
        )
        .expect(201);
    scene.hide(&bob, &group, "mine").expect(204);
    assert_eq!(
        contents(&scene.read(&bob, &group, "").expect(200)),
        ["brief", "stays"]
    );
    scene
        .read(&bob, &group, "/mine")
        .expect_problem(404, "not_found");
    assert_eq!(
        scene.read(&ann, &group, "/mine").expect(200)["deletedFor"],
        json!([])
    );
    scene.edge.advance(999);
    scene.read(&ann, &group, "/brief").expect(200);
    scene.edge.advance(1);
    scene
        .read(&ann, &group, "/brief")
        .expect_problem(404, "not_found");
    assert_eq!(
        contents(&scene.read(&ann, &group, "").expect(200)),
        ["not for Bob", "stays"]
    );
}

#[test]
fn a_message_is_found_in_its_own_conversation_alone() {
    let scene = crate::scene();
    let (ann, group) = said(&scene, &[]);
    let sent = scene
        .send(&ann, &group, &json!({"content": "x"}))
        .expect(201);
    let path = format!("/{}", sent["id"].as_str().unwrap());
    let mut found = scene.read(&ann, &group, &path).expect(200);
    let users = found.as_object_mut().unwrap().remove("users");
    assert_eq!(found, sent);
    assert_eq!(users.unwrap()[&ann.id]["id"], ann.id);
    let elsewhere = scene.group(&[&ann]);
    scene
        .read(&ann, &elsewhere, &path)
        .expect_problem(404, "not_found");
    scene
        .read(&ann, &group, "/nothing")
        .expect_problem(404, "not_found");
}
