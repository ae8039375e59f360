//! Tests of the parts that viewers see.

use serde_json::json;
use whisper_schema::prelude::{Contact, Follow, FollowStatus};
use whisper_schema::{Collection, Document, Timestamp};

use super::*;

const C: &Collection = Profile::COLLECTION;

fn profile(settings: Option<&str>) -> Profile {
    Profile {
        id: "p".into(),
        user_id: "p".into(),
        username: Some("pia".into()),
        display_name: Some("Pia".into()),
        bio: Some("bio".into()),
        email: Some("pia@example.com".into()),
        phone: Some("+41791234567".into()),
        location: Some("Bern".into()),
        last_seen: Some(Timestamp::from_millis(1)),
        preferences: Some("{\"a\":1}".into()),
        is_online: true,
        privacy_settings: settings.map(str::to_owned),
        ..Profile::default()
    }
}

fn seen(viewer: Viewer, profile: &Profile) -> Map<String, Value> {
    let Ok(Value::Object(document)) = serde_json::to_value(profile) else {
        panic!("no object")
    };
    seen_by(viewer, profile, document)
}

#[test]
fn every_field_of_a_profile_is_shown_by_a_rule_or_never() {
    let never = [
        "preferences",
        "privacySettings",
        "theme",
        "premiumExpiry",
        "updatedAt",
    ];
    for attribute in C.attributes {
        let shown = visible_fields()
            .filter(|field| *field == attribute.key)
            .count();
        let hidden = never.contains(&attribute.key);
        assert_eq!(shown + usize::from(hidden), 1, "{}", attribute.key);
    }
    assert_eq!(
        visible_fields().count() + never.len(),
        C.attributes.len() + 1,
        "and the id"
    );
}

#[test]
fn by_default_only_email_and_phone_are_hidden() {
    let profile = profile(None);
    for viewer in [Viewer::Stranger, Viewer::Friend] {
        let seen = seen(viewer, &profile);
        for (key, shown) in [
            ("bio", true),
            ("lastSeen", true),
            ("email", false),
            ("phone", false),
        ] {
            assert_eq!(seen.contains_key(key), shown, "{viewer:?} {key}");
        }
        for never in ["preferences", "privacySettings", "theme"] {
            assert!(!seen.contains_key(never), "{never}");
        }
    }
}

#[test]
fn each_setting_is_applied_to_each_viewer() {
    for (audience, to_friend, to_stranger) in [
        ("everyone", true, true),
        ("friends", true, false),
        ("nobody", false, false),
    ] {
        for setting in SETTINGS {
            let profile = profile(Some(&json!({ setting.key: audience }).to_string()));
            let Ok(Value::Object(full)) = serde_json::to_value(&profile) else {
                panic!("no object")
            };
            for (viewer, expected) in [
                (Viewer::Owner, true),
                (Viewer::Friend, to_friend),
                (Viewer::Stranger, to_stranger),
            ] {
                let seen = seen(viewer, &profile);
                for field in setting
                    .fields
                    .iter()
                    .filter(|field| full.contains_key(**field))
                {
                    assert_eq!(
                        seen.contains_key(*field),
                        expected,
                        "{audience} {viewer:?} {field}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_closed_profile_shows_who_it_is_and_no_more() {
    let closed = profile(Some(
        r#"{"profile":"friends","bio":"everyone","phone":"everyone"}"#,
    ));
    let to_stranger = seen(Viewer::Stranger, &closed);
    let mut keys: Vec<&str> = to_stranger.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["displayName", "id", "username"],
        "and the picture, if there is one"
    );
    assert_eq!(seen(Viewer::Friend, &closed)["phone"], "+41791234567");
    let shut = profile(Some(r#"{"profile":"nobody"}"#));
    assert!(!seen(Viewer::Friend, &shut).contains_key("bio"));
}

#[test]
fn settings_that_cannot_be_read_hide_everything() {
    for broken in [
        "",
        "[]",
        "no json",
        r#"{"profile":7}"#,
        r#"{"profile":"all"}"#,
    ] {
        assert!(
            !seen(Viewer::Friend, &profile(Some(broken))).contains_key("bio"),
            "{broken}"
        );
    }
    let one = seen(Viewer::Friend, &profile(Some(r#"{"bio":"al"}"#)));
    assert!(!one.contains_key("bio") && one.contains_key("location"));
}

#[test]
fn invisible_looks_like_offline() {
    let hidden = Profile {
        status: ProfileStatus::Invisible,
        ..profile(None)
    };
    for viewer in [Viewer::Friend, Viewer::Stranger] {
        let seen = seen(viewer, &hidden);
        assert_eq!(
            (&seen["status"], &seen["isOnline"]),
            (&json!("offline"), &json!(false))
        );
        assert!(!seen.contains_key("lastSeen"));
    }
    assert_eq!(seen(Viewer::Owner, &hidden)["status"], "invisible");
    let private = Profile {
        privacy_settings: Some(r#"{"onlineStatus":"nobody"}"#.into()),
        ..hidden
    };
    assert!(
        !seen(Viewer::Friend, &private).contains_key("status"),
        "nothing comes back that was hidden"
    );
}

#[test]
fn what_somebody_is_follows_from_contacts_and_follows() {
    let follow = |a: &str, b: &str, status| Follow {
        follower_id: a.into(),
        following_id: b.into(),
        status,
        ..Follow::default()
    };
    let block = |a: &str, b: &str| Contact {
        user_id: a.into(),
        contact_user_id: b.into(),
        is_blocked: true,
        ..Contact::default()
    };
    use FollowStatus::{Accepted, Blocked, Pending};
    let mutual = || vec![follow("v", "o", Accepted), follow("o", "v", Accepted)];
    let contact_only = Contact {
        is_blocked: false,
        ..block("o", "v")
    };
    for (contacts, follows, expected) in [
        (vec![], vec![], Viewer::Stranger),
        (vec![], vec![follow("v", "o", Accepted)], Viewer::Stranger),
        (vec![], vec![follow("o", "v", Accepted)], Viewer::Stranger),
        (vec![], mutual(), Viewer::Friend),
        (
            vec![],
            vec![follow("v", "o", Pending), follow("o", "v", Accepted)],
            Viewer::Stranger,
        ),
        (
            vec![],
            vec![follow("v", "o", Blocked), follow("o", "v", Accepted)],
            Viewer::Blocked,
        ),
        (vec![block("o", "v")], mutual(), Viewer::Blocked),
        (vec![block("v", "o")], mutual(), Viewer::Blocked),
        (vec![contact_only], mutual(), Viewer::Friend),
        (vec![block("o", "x")], mutual(), Viewer::Friend),
        (
            vec![],
            vec![follow("v", "x", Accepted), follow("x", "v", Accepted)],
            Viewer::Stranger,
        ),
    ] {
        assert_eq!(
            Viewer::from(StoryAudience::of("v", "o", &follows, &contacts)),
            expected,
            "{contacts:?} {follows:?}"
        );
    }
    assert_eq!(
        Viewer::from(StoryAudience::of("o", "o", &[], &[])),
        Viewer::Owner
    );
}

#[test]
fn settings_are_checked_key_by_key() {
    let check = |value: Value| match value {
        Value::Object(map) => check(&map)
            .into_iter()
            .map(|(key, rule, _)| (key.to_owned(), rule.to_string()))
            .collect::<Vec<_>>(),
        _ => panic!("no object"),
    };
    assert_eq!(
        check(json!({"profile": "friends", "lastSeen": "nobody"})),
        []
    );
    let found = check(json!({"profile": "me", "shoeSize": "nobody", "bio": 1}));
    let of = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
    assert_eq!(
        found,
        [
            of("bio", "enum"),
            of("profile", "enum"),
            of("shoeSize", "unknown")
        ]
    );
}

#[test]
fn read_receipts_are_on_until_they_are_turned_off() {
    for (settings, tells) in [
        (None, true),
        (Some(r#"{"lastSeen": "nobody"}"#), true),
        (Some(r#"{"readReceipts": "everyone"}"#), true),
        (Some(r#"{"readReceipts": "nobody"}"#), false),
        (Some(r#"{"readReceipts": "friends"}"#), false),
        (Some("no JSON"), false),
    ] {
        let found = tells_of_reading(Some(&profile(settings)));
        assert_eq!(found, tells, "{settings:?}");
    }
    assert!(tells_of_reading(None));
    let sent = json!({"readReceipts": "contacts"});
    let wrong = check(sent.as_object().unwrap());
    assert_eq!((wrong[0].0, wrong[0].1), ("readReceipts", Rule::Enum));
}

#[test]
fn presence_is_seen_by_the_rules_for_status_and_time() {
    use LastSeenDetail::{Exact, Hidden, Rough};
    let (all, none) = ((true, Exact), (false, Hidden));
    let cases = [
        (None, all, all),
        (Some(r#"{"onlineStatus": "friends"}"#), all, none),
        (Some(r#"{"onlineStatus": "nobody"}"#), none, none),
        (Some(r#"{"profile": "friends"}"#), all, none),
        (Some(r#"{"lastSeen": "everyone"}"#), all, all),
        (Some(r#"{"lastSeen": "friends"}"#), all, (true, Hidden)),
        (
            Some(r#"{"lastSeen": "recently"}"#),
            (true, Rough),
            (true, Rough),
        ),
        (
            Some(r#"{"lastSeen": "nobody"}"#),
            (true, Hidden),
            (true, Hidden),
        ),
        (Some(r#"{"lastSeen": 7}"#), (true, Hidden), (true, Hidden)),
        (
            Some(r#"{"onlineStatus": "nobody", "lastSeen": "everyone"}"#),
            none,
            none,
        ),
        (Some("no JSON"), none, none),
    ];
    for (settings, friend, stranger) in cases {
        let profile = profile(settings);
        let seen = |viewer| {
            let rights = PresenceRights::of(viewer, &profile);
            (rights.status, rights.last_seen)
        };
        assert_eq!(seen(Viewer::Owner), all, "{settings:?}");
        assert_eq!(seen(Viewer::Friend), friend, "{settings:?}");
        assert_eq!(seen(Viewer::Stranger), stranger, "{settings:?}");
        assert_eq!(seen(Viewer::Blocked), none, "{settings:?}");
    }
}

#[test]
fn rights_that_go_together_are_the_lesser_of_both() {
    let of = |status, last_seen| PresenceRights { status, last_seen };
    let all = of(true, LastSeenDetail::Exact);
    let rough = of(true, LastSeenDetail::Rough);
    for one in [all, rough, PresenceRights::NONE] {
        assert_eq!((one.and(all), all.and(one)), (one, one));
        assert_eq!(one.and(PresenceRights::NONE), PresenceRights::NONE);
        assert_eq!(one.and(one), one);
    }
}

#[test]
fn a_rough_time_is_no_time_of_the_profile() {
    let roughly = profile(Some(r#"{"lastSeen": "recently"}"#));
    let setting = json!({"lastSeen": "recently"});
    assert_eq!(check(setting.as_object().unwrap()), []);
    let wrong = json!({"onlineStatus": "recently"});
    let wrong = check(wrong.as_object().unwrap());
    assert_eq!((wrong[0].0, wrong[0].1), ("onlineStatus", Rule::Enum));
    assert!(!seen(Viewer::Friend, &roughly).contains_key("lastSeen"));
    assert!(seen(Viewer::Owner, &roughly).contains_key("lastSeen"));
}
