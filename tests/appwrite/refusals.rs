//! Refusals of callers who aren't signed in, of callers under another's name, and of calls that can't be read.

use whisper_testkit::json;

use super::Project;

#[test]
fn nobody_is_let_in_on_their_word() {
    let Some(project) = Project::shared() else {
        return;
    };
    let (ann, bob, eve) = (
        project.person("ann3"),
        project.person("bob3"),
        project.person("eve3"),
    );
    let talk = ann.talk_to(&bob);
    let messages = &project.messages;
    let body = json!({"content": "as Ann"});
    let call = |user: &str, jwt: &str| messages.call(user, jwt, "POST", &talk).json(&body);

    call("", "").send().refused(401, "unauthenticated");
    call("ann3", "").send().refused(401, "unauthenticated");
    call("ann3", &eve.jwt).send().refused(401, "token_invalid");
    call("", &eve.jwt).send().refused(401, "token_invalid");
    let (signed, _) = ann.jwt.rsplit_once('.').unwrap();
    let forged = format!("{signed}.Zm9yZ2Vk");
    call("ann3", &forged).send().refused(401, "token_invalid");
    // Appwrite drops such headers of a client's. A call with one beside Appwrite's own is refused.
    let claims = [
        ("x-appwrite-user-id", "ann3"),
        ("x-appwrite-user-jwt", ann.jwt.as_str()),
    ];
    let sent = claims
        .iter()
        .fold(call("", ""), |call, (name, value)| call.header(name, value));
    sent.send().refused(401, "unauthenticated");
    for (name, value) in [
        ("x-appwrite-user-id", "ann3"),
        ("X-Appwrite-User-Jwt", "forged"),
    ] {
        let call = call("eve3", &eve.jwt).smuggled(name, value);
        call.send().refused(401, "token_invalid");
    }
    // Eve is herself, and no member.
    call("eve3", &eve.jwt).send().refused(404, "not_found");
    eve.get(messages, &talk).refused(404, "not_found");
    let page = ann.get(messages, &talk).expect(200);
    assert_eq!(page["items"], json!([]));
}

/// Servers refuse addresses of hosts that can't be; the refusal names the field.
#[test]
fn what_a_server_would_refuse_is_told_by_its_field() {
    let Some(project) = Project::shared() else {
        return;
    };
    let ann = project.person("ann9");
    let change = |website: &str| {
        let body = json!({"website": website});
        let call = project.accounts.call(&ann.id, &ann.jwt, "PATCH", "/v1/me");
        call.header("if-match", "*").json(&body).send()
    };
    for website in [
        "https://my_site.example.com",
        "https://-a.example.com",
        "https://[v1.x]/",
    ] {
        let refused = change(website);
        refused.refused(422, "validation_failed");
        let refused = refused.expect(422);
        assert_eq!(refused["errors"][0]["field"], "website", "{website}");
    }
    let website = "https://my-site.example.com";
    assert_eq!(change(website).expect(200)["website"], website);
}

#[test]
fn whoever_is_blocked_or_gone_at_appwrite_is_nobody() {
    let Some(project) = Project::shared() else {
        return;
    };
    let ann = project.person("ann4");
    project.server.block("ann4");
    ann.get(&project.accounts, "/v1/me")
        .refused(401, "token_invalid");
}

#[test]
fn at_a_domain_the_jwt_is_the_bearer_token() {
    let Some(project) = Project::shared() else {
        return;
    };
    let ann = project.person("ann5");
    // At a function's own domain Appwrite doesn't sign callers in.
    let call = |token: &str| {
        let call = project.accounts.call("", "", "GET", "/v1/me");
        call.header("authorization", &format!("Bearer {token}"))
            .send()
    };
    assert_eq!(call(&ann.jwt).expect(200)["id"], "ann5");
    call("not.a.jwt").refused(401, "token_invalid");
}

#[test]
fn what_cannot_be_read_is_told_and_changes_nothing() {
    let Some(project) = Project::shared() else {
        return;
    };
    let (ann, bob) = (project.person("ann6"), project.person("bob6"));
    let talk = ann.talk_to(&bob);
    let post = |content_type: &str, body: &[u8]| {
        let call = project.messages.call("ann6", &ann.jwt, "POST", &talk);
        call.bytes(content_type, body).send()
    };
    post("application/json", b"{\"content\": ").refused(400, "invalid_json");
    post("application/json", &[0xff, 0xfe, 0x00]).refused(400, "invalid_json");
    post("text/plain", b"{}").refused(415, "unsupported_media_type");
    let large = vec![b' '; 300_000];
    post("application/json", &large).refused(413, "payload_too_large");
    let wrong = ann.send(
        &talk,
        &json!({"contentType": "location", "metadata": {"latitude": 91}}),
    );
    assert_eq!(wrong.expect(422)["errors"].as_array().unwrap().len(), 2);
    ann.get(&project.messages, "/v1/nothing")
        .refused(404, "route_not_found");
    let put = ann.call(&project.messages, "PUT", &talk, &json!({}));
    assert_eq!(put.headers["allow"], "GET, HEAD, OPTIONS, POST");
    put.refused(405, "method_not_allowed");
    let page = ann.get(&project.messages, &talk).expect(200);
    assert_eq!(page["items"], json!([]));
}

#[test]
fn routes_of_other_components_and_of_operators_are_closed() {
    let Some(project) = Project::shared() else {
        return;
    };
    let ann = project.person("ann7");
    let body = json!({"$id": "bob7", "name": "Bob"});
    for (function, path, status, code) in [
        (
            &project.accounts,
            "/internal/events",
            404,
            "route_not_found",
        ),
        (&project.points, "/internal/events", 404, "route_not_found"),
        (
            &project.stories,
            "/internal/jobs/story-expiry",
            401,
            "unauthenticated",
        ),
    ] {
        let call = |user: &str, jwt: &str| function.call(user, jwt, "POST", path).json(&body);
        call("ann7", &ann.jwt).send().refused(status, code);
        // As a component calls, and as the schedule and an event are announced.
        let pretends = call("", "")
            .header("spin-client-addr", "0.0.0.0:0")
            .header("x-appwrite-trigger", "event");
        pretends.send().refused(status, code);
        for trigger in ["schedule", "event"] {
            let put_off = call("", "")
                .without("x-appwrite-trigger")
                .smuggled("x-appwrite-trigger", trigger);
            put_off.send().refused(status, code);
        }
        for key in ["", "x", "undefined"] {
            let call = call("", "").header("authorization", &format!("Bearer {key}"));
            assert_eq!(call.send().expect(status)["status"], status);
        }
    }
    let bob = project.person("bob7");
    assert_eq!(
        bob.get(&project.accounts, "/v1/me").expect(200)["displayName"],
        "bob7"
    );
}
