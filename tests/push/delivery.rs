//! Messages on their way to devices.

use whisper_testkit::{Person, TestApp, json};

use super::{device, direct, operator, say, start, wait_for_messages};

#[test]
fn a_message_is_pushed_at_once_as_ids_that_only_the_device_can_read() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let phone = device(&app, &service, &bob, "/bob");
    device(&app, &service, &ann, "/ann");
    let path = direct(&app, &ann, &bob);
    let sent = say(&app, &ann, &path, &json!({}));
    let pushed = service.wait_for(1);
    let (one, conversation) = (&pushed[0], path.rsplit('/').next().unwrap());
    assert_eq!(one.path, "/bob");
    assert_eq!(
        phone.decrypt(&one.body),
        json!({"type": "message", "messageId": sent["id"], "conversationId": conversation})
    );
    for (name, value) in [("content-encoding", "aes128gcm"), ("urgency", "normal")] {
        assert_eq!(one.header(name), value, "{name}");
    }
    // Three days, less the time that has passed on a slow machine.
    let ttl: u32 = one.header("ttl").parse().unwrap();
    assert!((259_140..=259_200).contains(&ttl), "{ttl}");
    assert_eq!(one.header("topic").len(), 32);
    let key = app.get("/v1/push/vapid-public-key").send().expect(200);
    let key = format!(", k={}", key["publicKey"].as_str().unwrap());
    let authorization = one.header("authorization");
    assert!(authorization.starts_with("vapid t=") && authorization.ends_with(&key));
    wait_for_messages(&app, "delivered", 1);
    app.run_job("notification-push").expect(200);
    assert_eq!(service.pushed().len(), 1, "and once");
}

#[test]
fn while_a_service_takes_its_time_others_are_told() {
    let Some((app, service)) = start() else {
        return;
    };
    let people = ["ann", "bob", "cid"].map(|name| app.person(name));
    let [ann, bob, cid] = &people;
    device(&app, &service, bob, "/bob");
    let phone = device(&app, &service, cid, "/cid");
    let path = direct(&app, ann, bob);
    service.hold(true);
    say(&app, ann, &path, &json!({}));
    service.wait_for(1);
    ann.put(&app, &format!("/v1/follows/{}", cid.id), &json!({}))
        .expect(201);
    let pushed = service.wait_for(2);
    assert_eq!(phone.decrypt(&pushed[1].body)["type"], "follow");
    let waiting = operator(&app, "/internal/queue/pushes?status=processing");
    let waiting = waiting["items"].as_array().unwrap().iter();
    let attempts: Vec<_> = waiting.map(|push| &push["attempts"]).collect();
    assert_eq!(attempts, [0, 0], "neither has its answer");
    service.hold(false);
    wait_for_messages(&app, "delivered", 1);
}

#[test]
fn a_service_that_is_busy_is_left_alone_as_long_as_it_asks() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    device(&app, &service, &bob, "/bob");
    let path = direct(&app, &ann, &bob);
    service.answer("/bob", 429, "300");
    say(&app, &ann, &path, &json!({}));
    service.wait_for(1);
    wait_for_messages(&app, "processing", 1);
    app.advance("290s");
    app.run_job("notification-push").expect(200);
    assert_eq!(service.pushed().len(), 1);
    service.answer("/bob", 201, "");
    app.advance("60s");
    app.run_job("notification-push").expect(200);
    let pushed = service.wait_for(2);
    assert_eq!(pushed[0].header("topic"), pushed[1].header("topic"));
    wait_for_messages(&app, "delivered", 1);
}

#[test]
fn a_dead_device_is_forgotten_and_what_was_refused_can_be_tried_again() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    device(&app, &service, &bob, "/dead");
    device(&app, &service, &bob, "/alive");
    service.answer("/dead", 410, "");
    service.answer("/alive", 302, "");
    let path = direct(&app, &ann, &bob);
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "failed", 1);
    let devices = bob.get(&app, super::SUBSCRIPTIONS).expect(200);
    assert_eq!(devices["items"].as_array().unwrap().len(), 1);
    let failed = operator(&app, "/internal/queue?status=failed");
    assert_eq!(failed["items"][0]["pendingFor"], json!([bob.id]));
    assert_eq!(failed["items"][0]["error"], "the push service answered 302");
    service.answer("/alive", 201, "");
    let retried = app.post("/internal/queue/retry").bearer(app.operator_key());
    let retried = retried.json(&json!({"all": true})).send().expect(200);
    assert_eq!(retried, json!({"pushes": 1, "messages": 1, "more": false}));
    wait_for_messages(&app, "delivered", 1);
    assert_eq!(service.pushed().len(), 3);
}

#[test]
fn a_device_that_signed_out_hears_nothing_more_until_somebody_signs_in_on_it() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let sign_in = || {
        let body = json!({"email": bob.email, "password": bob.password});
        let signed_in = app.post("/v1/sessions").json(&body).send().expect(201);
        Person {
            token: signed_in["accessToken"].as_str().unwrap().to_owned(),
            ..bob.clone()
        }
    };
    let (phone, tablet) = (sign_in(), sign_in());
    device(&app, &service, &phone, "/phone");
    device(&app, &service, &tablet, "/tablet");
    let path = direct(&app, &ann, &bob);
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "delivered", 1);
    assert_eq!(service.pushed().len(), 2);

    phone.delete(&app, "/v1/sessions/current").expect(204);
    let listed = bob.get(&app, super::SUBSCRIPTIONS).expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "delivered", 2);
    let to: Vec<String> = service.pushed().into_iter().map(|push| push.path).collect();
    assert_eq!(to[2..], ["/tablet"]);
    let devices = bob.get(&app, super::SUBSCRIPTIONS).expect(200);
    assert_eq!(devices["items"].as_array().unwrap().len(), 1);

    // The same device with a new session, and the other one, whose session goes with all of them.
    let again = sign_in();
    device(&app, &service, &again, "/phone");
    let others = "/v1/sessions?keepCurrent=true";
    again.delete(&app, others).expect(204);
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "delivered", 3);
    let to: Vec<String> = service.pushed().into_iter().map(|push| push.path).collect();
    assert_eq!(to[3..], ["/phone"]);
}

#[test]
fn in_a_group_the_muted_and_the_sender_hear_nothing_and_the_mentioned_more() {
    let Some((app, service)) = start() else {
        return;
    };
    let people: Vec<_> = ["ann", "bob", "cid", "dan"].map(|n| app.person(n)).into();
    let ids: Vec<&str> = people[1..].iter().map(|p| p.id.as_str()).collect();
    let body = json!({"type": "group", "name": "Room", "participantIds": ids});
    let made = people[0].post(&app, "/v1/conversations", &body).expect(201);
    let id = made["id"].as_str().unwrap();
    people[1..]
        .iter()
        .for_each(|person| person.accept(&app, id));
    let path = format!("/v1/conversations/{id}");
    for (n, who) in people.iter().enumerate() {
        device(&app, &service, who, &format!("/{n}"));
    }
    let mute = people[1].call(&app, "PATCH", &format!("{path}/me"));
    mute.json(&json!({"isMuted": true})).send().expect(200);
    say(
        &app,
        &people[0],
        &path,
        &json!({"mentions": [people[1].id, people[2].id]}),
    );
    wait_for_messages(&app, "delivered", 1);
    let mut pushed = service.pushed();
    pushed.sort_by(|a, b| a.path.cmp(&b.path));
    let seen: Vec<_> = pushed
        .iter()
        .map(|p| (p.path.as_str(), p.header("urgency")))
        .collect();
    assert_eq!(seen, [("/2", "high"), ("/3", "normal")]);
    for (n, mentions) in [(0, 0), (1, 1), (2, 1), (3, 0)] {
        // The inbox is written by another turn than the deliveries.
        app.eventually(|| {
            let inbox = people[n].get(&app, "/v1/notifications").expect(200);
            (inbox["items"].as_array().unwrap().len() >= mentions).then_some(())
        });
    }
    // And no more of them after another turn.
    app.run_job("notification-push").expect(200);
    for (n, mentions) in [(0, 0), (1, 1), (2, 1), (3, 0)] {
        let inbox = people[n].get(&app, "/v1/notifications").expect(200);
        assert_eq!(inbox["items"].as_array().unwrap().len(), mentions, "{n}");
    }
}

#[test]
fn quiet_hours_hold_pushes_back_by_the_users_own_clock() {
    let Some((app, service)) = start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    device(&app, &service, &bob, "/bob");
    let path = direct(&app, &ann, &bob);
    let settings = "/v1/me/notification-settings";
    // All day but a minute, which is twelve hours from now wherever this runs.
    let hour = whisper_hour(&app);
    let quiet = json!({
        "quietFrom": format!("{:02}:01", (hour + 12) % 24), "quietTo": format!("{:02}:00", (hour + 12) % 24),
        "timezone": "UTC",
    });
    bob.put(&app, settings, &quiet).expect(200);
    say(&app, &ann, &path, &json!({}));
    wait_for_messages(&app, "delivered", 1);
    assert_eq!(service.pushed().len(), 0);
    bob.put(&app, settings, &json!({})).expect(200);
    say(&app, &ann, &path, &json!({}));
    assert_eq!(service.wait_for(1).len(), 1);
}

/// The hour of the day in UTC, by the bundle's clock.
fn whisper_hour(app: &TestApp) -> u32 {
    let person = app.person("clock");
    let account = person.get(app, "/v1/sessions").expect(200);
    let at = account["items"][0]["createdAt"]
        .as_str()
        .expect("a time")
        .to_owned();
    at[11..13].parse().expect("an hour")
}
