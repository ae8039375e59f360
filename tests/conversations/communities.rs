//! Communities: groups under one roof.

use super::{add, group, id, say};
use whisper_testkit::{TestApp, json};

#[test]
fn somebody_joins_finds_its_groups_and_leaves_them_with_it() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let body = json!({"type": "community", "name": "Town", "description": "All of us"});
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    let chess = group(&app, &ann, &[]);
    let link = format!("{path}/groups/{}", id(&chess));
    ann.put(&app, &link, &json!({})).expect(204);
    ann.put(&app, &format!("{path}/listing"), &json!({}))
        .expect(200);
    bob.post(&app, &format!("{path}/join"), &json!({}))
        .expect(201);
    say(&app, &ann, &path, "Welcome");
    let refused = bob.post(&app, &format!("{path}/messages"), &json!({"content": "no"}));
    refused.expect_problem(403, "forbidden");
    assert_eq!(bob.get(&app, &path).expect(200)["my"]["unreadCount"], 1);
    let groups = bob.get(&app, &format!("{path}/groups")).expect(200);
    assert_eq!(groups["items"][0]["conversationId"], id(&chess));
    bob.post(&app, &format!("{chess}/join"), &json!({}))
        .expect(201);
    assert_eq!(bob.get(&app, &chess).expect(200)["communityId"], id(&path));
    say(&app, &bob, &chess, "hello");
    bob.post(&app, &format!("{path}/leave"), &json!({}))
        .expect(204);
    app.run_job("community-departures").expect(200);
    for gone in [&path, &chess] {
        bob.get(&app, gone).expect_problem(404, "not_found");
    }
    add(&app, &ann, &path, &[&bob]).expect(200);
    ann.delete(&app, &link).expect(204);
    assert!(
        ann.get(&app, &chess)
            .expect(200)
            .get("communityId")
            .is_none()
    );
}
