//! Roles: owner, admin, moderator, member.

use std::thread;

use super::{give, group};
use whisper_testkit::{TestApp, json};

#[test]
fn the_owner_gives_any_role() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    for role in ["admin", "moderator", "member", "member"] {
        let member = give(&app, &ann, &path, &bob, role).expect(200);
        assert_eq!(
            (&member["userId"], &member["role"]),
            (&json!(bob.id), &json!(role))
        );
        let seen = bob.get(&app, &path).expect(200);
        assert_eq!(seen["my"]["role"], role);
        let listed = |key: &str| seen[key].as_array().unwrap().contains(&json!(bob.id));
        assert_eq!(
            (listed("adminIds"), listed("moderatorIds")),
            (role == "admin", role == "moderator")
        );
    }
}

#[test]
fn handing_over_leaves_one_owner() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[&bob]);
    assert_eq!(
        give(&app, &ann, &path, &bob, "owner").expect(200)["role"],
        "owner"
    );
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["role"], "owner");
    assert_eq!(ann.get(&app, &path).expect(200)["my"]["role"], "admin");
    give(&app, &ann, &path, &ann, "owner").expect_problem(403, "forbidden");
    give(&app, &bob, &path, &bob, "member").expect_problem(409, "last_owner");
}

#[test]
fn two_hand_overs_at_once_leave_one_owner() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob, &cid]);
    let statuses = thread::scope(|scope| {
        let both = [&bob, &cid].map(|to| {
            let (app, ann, path) = (&app, &ann, &path);
            scope.spawn(move || give(app, ann, path, to, "owner").status)
        });
        let mut statuses = both.map(|one| one.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(statuses, [200, 403]);
    let roles =
        [&ann, &bob, &cid].map(|who| who.get(&app, &path).expect(200)["my"]["role"].clone());
    assert_eq!(
        roles.iter().filter(|role| **role == "owner").count(),
        1,
        "{roles:?}"
    );
    assert_eq!(roles[0], "admin");
}

#[test]
fn admins_give_lower_roles_to_lower_ones_and_others_none() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let path = group(&app, &ann, &[&bob, &cid]);
    give(&app, &cid, &path, &bob, "member").expect_problem(403, "forbidden");
    give(&app, &ann, &path, &bob, "admin").expect(200);
    give(&app, &bob, &path, &cid, "moderator").expect(200);
    give(&app, &cid, &path, &cid, "admin").expect_problem(403, "forbidden");
    give(&app, &bob, &path, &cid, "admin").expect_problem(403, "forbidden");
    give(&app, &bob, &path, &cid, "owner").expect_problem(403, "forbidden");
    give(&app, &bob, &path, &ann, "member").expect_problem(403, "forbidden");
    give(&app, &bob, &path, &cid, "member").expect(200);
}

#[test]
fn a_role_needs_a_member_and_a_word_that_is_one() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = group(&app, &ann, &[]);
    give(&app, &ann, &path, &bob, "admin").expect_problem(404, "not_found");
    give(&app, &bob, &path, &bob, "owner").expect_problem(404, "not_found");
    give(&app, &ann, &path, &ann, "king").expect_fields(&["role"]);
    let them = format!("{path}/members/{}", ann.id);
    super::patch(&app, &ann, &them, &json!({})).expect_fields(&["role"]);
    super::patch(
        &app,
        &ann,
        &them,
        &json!({"role": "owner", "isMuted": true}),
    )
    .expect_fields(&["isMuted"]);
}
