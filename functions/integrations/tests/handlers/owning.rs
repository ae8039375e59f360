//! Bots and their owners: making, changing, tokens, limits, deletion.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::auth::sha256_hex;
use whisper_kit::ids::is_program_id;
use whisper_schema::prelude::*;

use crate::farm::{BOTS, Farm, one};

#[test]
fn a_bot_has_an_account_a_profile_and_a_token_that_is_told_once() {
    let farm = Farm::new();
    let ann = farm.person("ann");
    let body = json!({"username": "Weather_Bot", "displayName": "Weather", "bio": "Tells.", "avatarUrl": "https://example.com/w.png"});
    let made = farm.call(&ann, Method::POST, BOTS, &body);
    let location = made.response.headers()["location"]
        .to_str()
        .unwrap()
        .to_owned();
    let made = made.expect(201);
    let (id, token) = (
        made["id"].as_str().unwrap(),
        made["token"].as_str().unwrap(),
    );
    assert!(is_program_id(id) && token.starts_with("wbot_"), "{made}");
    assert_eq!(location, format!("{BOTS}/{id}"));
    assert_eq!(
        (
            &made["username"],
            &made["canJoinGroups"],
            &made["isEnabled"],
            &made["isDisabled"]
        ),
        (
            &json!("weather_bot"),
            &json!(true),
            &json!(true),
            &json!(false)
        )
    );
    let session: Session = farm.scene.get(id);
    assert_eq!(session.refresh_hash, sha256_hex(token));
    assert!(session.expires_at > Timestamp::parse("9999-01-01T00:00:00Z").unwrap());
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("token");
    assert_eq!(farm.get(&ann, &location).expect(200), shown);
    assert_eq!(farm.get(&ann, BOTS).expect(200)["items"], json!([shown]));
    // The bot itself, and as others see it.
    let me = block_on(
        farm.accounts
            .send(Method::GET, "/v1/me", token, &Value::Null),
    );
    assert_eq!(me.expect(200)["isBot"], true);
    let bob = farm.person("bob");
    let seen = block_on(farm.accounts.send(
        Method::GET,
        "/v1/users/weather_bot",
        &bob.token,
        &Value::Null,
    ));
    let seen = seen.expect(200);
    assert_eq!(
        (&seen["isBot"], &seen["bio"]),
        (&json!(true), &json!("Tells."))
    );
    let person =
        block_on(
            farm.accounts
                .send(Method::GET, "/v1/users/ann", &bob.token, &Value::Null),
        );
    assert!(person.expect(200)["isBot"].is_null());
}

#[test]
fn names_of_bots_are_names_that_end_in_bot() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    for (name, rule) in [
        ("weather", "format"),
        ("bo", "size"),
        ("wea-ther_bot", "format"),
        (".weatherbot", "format"),
    ] {
        let problem = farm
            .try_make(&ann, name)
            .expect_problem(422, "validation_failed");
        let wrong = &problem["errors"][0];
        assert_eq!(
            (&wrong["field"], &wrong["rule"]),
            (&json!("username"), &json!(rule)),
            "{name}"
        );
    }
    for body in [
        json!({"username": "x_bot"}),
        json!({"username": "x_bot", "displayName": " "}),
    ] {
        let refused = farm.call(&ann, Method::POST, BOTS, &body);
        let problem = refused.expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], "displayName", "{body}");
    }
    farm.make(&ann, "weather_bot");
    farm.try_make(&bob, "weather_bot")
        .expect_problem(409, "username_taken");
    farm.try_make(&ann, "Weather_BOT")
        .expect_problem(409, "username_taken");
    assert_eq!(farm.scene.all::<Bot>().len(), 1, "nothing was left behind");
}

#[test]
fn anothers_bot_is_as_none() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "weather_bot");
    let (path, token) = (one(&made), format!("{}/token", one(&made)));
    let commands = format!("{}/commands", one(&made));
    let none = format!("{BOTS}/{}", whisper_kit::ids::new_program_id().unwrap());
    let (name, list) = (json!({"displayName": "X"}), json!({"commands": []}));
    for (method, path, body) in [
        (Method::GET, &path, &Value::Null),
        (Method::PATCH, &path, &name),
        (Method::DELETE, &path, &Value::Null),
        (Method::POST, &token, &Value::Null),
        (Method::GET, &commands, &Value::Null),
        (Method::PUT, &commands, &list),
        (Method::GET, &none, &Value::Null),
        (Method::DELETE, &none, &Value::Null),
    ] {
        let call = farm.call(&bob, method.clone(), path, body);
        call.expect_problem(404, "not_found");
        let nobody = block_on(farm.bots.send(method, path, "", body));
        nobody.expect_problem(401, "unauthenticated");
    }
    assert_eq!(farm.get(&bob, BOTS).expect(200)["items"], json!([]));
    farm.get(&made, "/v1/me/commands").expect(200);
}

#[test]
fn a_token_is_good_until_it_is_replaced_and_keys_have_nothing_to_do_with_it() {
    let farm = Farm::new();
    let ann = farm.person("ann");
    let made = farm.make(&ann, "weather_bot");
    let group = farm.group(&ann, &[&made]);
    farm.scene.say(&made, &group, "Sunny");
    block_on(whisper_kit::auth::rotate_keys(&farm.bots.ctx())).unwrap();
    farm.scene.edge.advance(400 * 24 * 3_600_000);
    farm.scene.say(&made, &group, "Rainy");
    let token = block_on(farm.bots.session(&ann.id));
    let ann = whisper_messages::testing::Person { token, ..ann };
    let renewed = farm.renew(&ann, &made);
    let old = farm.scene.send(&made, &group, &json!({"content": "x"}));
    old.expect_problem(401, "session_revoked");
    farm.scene.say(&renewed, &group, "Snowy");
    // Made up, cut short, or another bot's: refused before anything is read.
    let secret = renewed.token.split_once('.').unwrap().1;
    let other = farm.make(&ann, "other_bot");
    for forged in [
        format!("wbot_{}.{secret}", other.id),
        format!("wbot_{}.{secret}", ann.id),
        renewed.token[..renewed.token.len() - 1].to_owned(),
        format!("wbot_{}.", renewed.id),
        "wbot_".to_owned(),
        renewed.token.replacen("wbot_", "wrt_", 1),
    ] {
        let call = block_on(
            farm.bots
                .send(Method::GET, "/v1/me/commands", &forged, &Value::Null),
        );
        call.expect_problem(401, "token_invalid");
    }
    let refresh = json!({"refreshToken": renewed.token.replacen("wbot_", "wrt_", 1)});
    let refresh = block_on(
        farm.accounts
            .send(Method::POST, "/v1/sessions/refresh", "", &refresh),
    );
    refresh.expect_problem(401, "token_invalid");
    farm.scene.say(&renewed, &group, "and still good");
}

#[test]
fn one_user_owns_so_many_also_at_once() {
    let farm = Farm::with(&[("bots_per_user", "2")]);
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    farm.make(&ann, "one_bot");
    let make = |name: &'static str| {
        let body = json!({"username": name, "displayName": "W"});
        let token = ann.token.clone();
        let bots = &farm.bots;
        async move { bots.send(Method::POST, BOTS, &token, &body).await }
    };
    let (two, three) = block_on(futures::future::join(make("two_bot"), make("three_bot")));
    let mut statuses = [
        two.response.status().as_u16(),
        three.response.status().as_u16(),
    ];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    farm.try_make(&ann, "four_bot")
        .expect_problem(409, "too_many_bots");
    let mine = farm.get(&ann, BOTS).expect(200);
    let first = whisper_messages::testing::Person {
        id: mine["items"][0]["id"].as_str().unwrap().to_owned(),
        token: String::new(),
    };
    farm.call(&ann, Method::DELETE, &one(&first), &Value::Null)
        .expect(204);
    farm.make(&ann, "four_bot");
    farm.make(&bob, "five_bot");
    let shut = Farm::with(&[("bots_per_user", "0")]);
    let ann = shut.person("ann");
    shut.try_make(&ann, "one_bot")
        .expect_problem(409, "too_many_bots");
}

#[test]
fn bots_make_no_bots_and_nobody_without_an_address_does() {
    let farm = Farm::with(&[("bot_change_rate_per_hour", "3")]);
    let ann = farm.person("ann");
    let made = farm.make(&ann, "weather_bot");
    farm.try_make(&made, "child_bot")
        .expect_problem(403, "not_for_bots");
    let guest = farm.scene.anonymous();
    farm.try_make(&guest, "guest_bot")
        .expect_problem(403, "forbidden");
    farm.make(&ann, "two_bot");
    farm.make(&ann, "three_bot");
    farm.try_make(&ann, "four_bot")
        .expect_problem(429, "rate_limited");
    let broken = block_on(farm.bots.send(Method::POST, BOTS, &ann.token, &json!([])));
    assert_eq!(broken.response.status().as_u16() / 100, 4);
    assert_eq!(farm.scene.all::<Bot>().len(), 3);
}

#[test]
fn its_owner_changes_it_and_switches_it_off_and_on() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "weather_bot");
    let path = one(&made);
    let change = json!({"displayName": "Wetter", "bio": "Sagt es.", "canJoinGroups": false});
    let changed = farm.call(&ann, Method::PATCH, &path, &change).expect(200);
    assert_eq!(
        (
            &changed["displayName"],
            &changed["bio"],
            &changed["canJoinGroups"]
        ),
        (&json!("Wetter"), &json!("Sagt es."), &json!(false))
    );
    let cleared = farm.call(&ann, Method::PATCH, &path, &json!({"bio": null}));
    let cleared = cleared.expect(200);
    assert_eq!(
        (&cleared["bio"], &cleared["displayName"]),
        (&Value::Null, &json!("Wetter"))
    );
    let same = farm.call(&ann, Method::PATCH, &path, &json!({}));
    assert_eq!(same.expect(200)["canJoinGroups"], false);
    for (bad, field) in [
        (json!({"displayName": null}), "displayName"),
        (json!({"avatarUrl": "javascript:x"}), "avatarUrl"),
        (json!({"isEnabled": "no"}), "isEnabled"),
        (json!({"username": "x_bot"}), "username"),
    ] {
        let refused = farm.call(&ann, Method::PATCH, &path, &bad);
        let problem = refused.expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{bad}");
    }
    let switch = |on: bool| {
        let body = json!({"isEnabled": on});
        farm.call(&ann, Method::PATCH, &path, &body).expect(200)["isEnabled"].clone()
    };
    let seen = || {
        block_on(farm.accounts.send(
            Method::GET,
            "/v1/users/weather_bot",
            &bob.token,
            &Value::Null,
        ))
    };
    assert_eq!(switch(false), false);
    farm.get(&made, "/v1/me/commands")
        .expect_problem(401, "session_revoked");
    seen().expect_problem(404, "not_found");
    assert_eq!(switch(true), true);
    farm.get(&made, "/v1/me/commands").expect(200);
    seen().expect(200);
}

#[test]
fn a_deleted_bot_is_gone_and_leaves_its_groups() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "weather_bot");
    let (one_group, two_group) = (farm.group(&ann, &[&made]), farm.group(&ann, &[&bob, &made]));
    let direct = farm.direct(&bob, &made).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let said = farm.scene.say(&made, &two_group, "Sunny");
    farm.call(
        &ann,
        Method::PUT,
        &format!("{}/commands", one(&made)),
        &crate::farm::offer(&["a"]),
    )
    .expect(200);
    farm.call(&ann, Method::DELETE, &one(&made), &Value::Null)
        .expect(204);
    farm.call(&ann, Method::DELETE, &one(&made), &Value::Null)
        .expect_problem(404, "not_found");
    farm.get(&made, "/v1/me/commands")
        .expect_problem(401, "session_revoked");
    assert!(farm.commands(&bob, &two_group).is_empty(), "at once");
    let seen = farm.scene.read(&bob, &two_group, "").expect(200);
    let named = &seen["users"][&made.id];
    assert_eq!(named["displayName"], Value::Null, "nobody sees who it was");
    assert!(
        seen["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|message| message["id"] == *said)
    );
    // Its user name rests, and its former owner can't take it either.
    farm.try_make(&ann, "weather_bot")
        .expect_problem(409, "username_taken");

    farm.run_departures();
    assert!(farm.scene.all::<ConversationBot>().is_empty());
    let members = farm.scene.all::<ConversationMember>().into_iter();
    let left: Vec<_> = members
        .filter(|member| {
            member.user_id == made.id && member.status == ConversationMemberStatus::Active
        })
        .map(|member| member.conversation_id)
        .collect();
    assert_eq!(left, [direct], "the other one keeps a conversation of two");
    for (group, count) in [(&one_group, 1), (&two_group, 2)] {
        assert_eq!(
            farm.scene.get::<Conversation>(group).participant_count,
            count
        );
    }
    for documents in [
        farm.scene.all::<Bot>().len(),
        farm.scene.all::<BotCommands>().len(),
        farm.scene.all::<DisplayName>().len(),
    ] {
        assert_eq!(documents, 0);
    }
    farm.run_departures();
}

#[test]
fn the_owner_goes_and_takes_all_bots_along() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let (one, two) = (farm.make(&ann, "one_bot"), farm.make(&ann, "two_bot"));
    let other = farm.make(&bob, "other_bot");
    let group = farm.group(&bob, &[&one, &two, &other]);
    for _ in 0..2 {
        block_on(whisper_people::bots::delete_bots_of(
            &farm.bots.ctx(),
            &ann.id,
        ))
        .unwrap();
    }
    for gone in [&one, &two] {
        farm.get(gone, "/v1/me/commands")
            .expect_problem(401, "session_revoked");
    }
    farm.run_departures();
    let there = farm.scene.all::<ConversationBot>();
    assert_eq!((there.len(), &there[0].bot_id), (1, &other.id));
    assert_eq!(farm.commands(&bob, &group).len(), 1);
}

#[test]
fn bots_are_in_use_as_long_as_their_owner_is() {
    let farm = Farm::new();
    let ann = farm.person("ann");
    let (on, off) = (farm.make(&ann, "on_bot"), farm.make(&ann, "off_bot"));
    farm.call(
        &ann,
        Method::PATCH,
        &one(&off),
        &json!({"isEnabled": false}),
    )
    .expect(200);
    let operate = |id: &str, what: &str| {
        let path = format!("/internal/users/{id}/{what}");
        farm.operate(&farm.accounts, &path).expect(200)["status"].clone()
    };
    let works = |bot: &whisper_messages::testing::Person| {
        farm.get(bot, "/v1/me/commands").response.status() == 200
    };
    assert_eq!(operate(&ann.id, "disable"), "disabled");
    farm.get(&on, "/v1/me/commands")
        .expect_problem(401, "session_revoked");
    assert_eq!(
        farm.scene.get::<Account>(&on.id).status,
        AccountStatus::Disabled
    );
    // A bot that the operator enables stays disabled until its owner is enabled.
    assert_eq!(operate(&on.id, "enable"), "disabled");
    assert_eq!(operate(&ann.id, "enable"), "active");
    assert!(
        works(&on) && !works(&off),
        "the same token, and only where it was on"
    );

    // The operator disables a bot by itself: its owner can't have it act, and finds that out.
    assert_eq!(operate(&on.id, "disable"), "disabled");
    assert_eq!(operate(&on.id, "disable"), "disabled");
    let token = block_on(farm.bots.session(&ann.id));
    let ann = whisper_messages::testing::Person { token, ..ann };
    assert_eq!(farm.get(&ann, &one(&on)).expect(200)["isDisabled"], true);
    let renewed = farm.renew(&ann, &on);
    let patch = json!({"isEnabled": true, "displayName": "Y"});
    farm.call(&ann, Method::PATCH, &one(&on), &patch)
        .expect(200);
    assert!(!works(&renewed));
    operate(&ann.id, "disable");
    operate(&ann.id, "enable");
    assert!(!works(&renewed));
    assert_eq!(operate(&on.id, "enable"), "active");
    assert!(
        works(&renewed) && !works(&on),
        "the token of before went with the disabling"
    );
}
