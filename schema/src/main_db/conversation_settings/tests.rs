use super::*;
use serde_json::json;

fn read(value: Value) -> Result<ConversationSettings, Vec<String>> {
    crate::body::read(value.as_object().unwrap())
        .map_err(|wrong| wrong.into_iter().map(|wrong| wrong.field).collect())
}

#[test]
fn circles_hold_a_role_and_those_above() {
    for (circle, roles) in [
        (ConversationCircle::Everyone, 4),
        (ConversationCircle::Moderators, 3),
        (ConversationCircle::Admins, 2),
        (ConversationCircle::Owner, 1),
    ] {
        // Roles are declared from the highest on.
        let included: Vec<bool> = Role::ALL
            .iter()
            .map(|role| circle.includes(*role))
            .collect();
        let expected: Vec<bool> = (0..4).map(|place| place < roles).collect();
        assert_eq!(included, expected, "{circle}");
    }
}

#[test]
fn settings_are_kept_as_they_were_set_and_shown_whole() {
    let set = read(json!({"addMembers": "everyone", "custom": {"colour": "red"}})).unwrap();
    let text = set.to_text().unwrap();
    assert_eq!(
        text,
        r#"{"addMembers":"everyone","custom":{"colour":"red"}}"#
    );
    assert_eq!(ConversationSettings::of_text(Some(&text)), set);
    let shown = serde_json::to_value(set.filled()).unwrap();
    assert_eq!(
        shown,
        json!({
            "sendMessages": "everyone", "addMembers": "everyone", "editDetails": "admins",
            "pinMessages": "moderators", "inviteMembers": "admins", "mentionAll": "everyone",
            "seeMembers": "everyone", "slowModeSeconds": 0, "setMessageTimer": "admins",
            "messageTimerSeconds": 0, "history": "all", "joinApproval": false, "custom": {"colour": "red"},
        })
    );
    assert_eq!(ConversationSettings::default().to_text(), None);
}

#[test]
fn whatever_a_text_holds_it_gives_settings() {
    for odd in [
        None,
        Some(""),
        Some("[]"),
        Some(r#"{"addMembers": "cats"}"#),
        Some(r#"{"theme": 1}"#),
    ] {
        assert_eq!(
            ConversationSettings::of_text(odd),
            ConversationSettings::default(),
            "{odd:?}"
        );
    }
}

#[test]
fn a_change_keeps_what_it_does_not_name_and_tells_what_differs() {
    let before = read(json!({"addMembers": "everyone", "slowModeSeconds": 5})).unwrap();
    let change = read(json!({"slowModeSeconds": 0, "history": "joined", "addMembers": "everyone"}));
    let after = before.clone().with(&change.unwrap());
    let wanted = json!({"addMembers": "everyone", "slowModeSeconds": 0, "history": "joined"});
    assert_eq!(Ok(after.clone()), read(wanted));
    let differing = after.filled().unlike(&before.filled());
    assert_eq!(
        Ok(differing),
        read(json!({"slowModeSeconds": 0, "history": "joined"}))
    );
}

#[test]
fn what_is_refused_and_where() {
    let long = json!({"text": "x".repeat(4_000)});
    for (body, wanted) in [
        (
            json!({"sendMessages": "cats", "addMembers": 1}),
            vec!["sendMessages", "addMembers"],
        ),
        (json!({"slowModeSeconds": -1}), vec!["slowModeSeconds"]),
        (json!({"slowModeSeconds": 21_601}), vec!["slowModeSeconds"]),
        (
            json!({"messageTimerSeconds": 4}),
            vec!["messageTimerSeconds"],
        ),
        (
            json!({"messageTimerSeconds": 31_536_001}),
            vec!["messageTimerSeconds"],
        ),
        (
            json!({"history": "none", "theme": "dark"}),
            vec!["history", "theme"],
        ),
        (json!({"custom": []}), vec!["custom"]),
        (json!({"custom": long}), vec!["custom"]),
    ] {
        let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        assert_eq!(read(body.clone()), Err(wanted), "{body}");
    }
}

#[test]
fn the_history_before_is_hidden_from_those_who_joined_under_that_setting_while_it_holds() {
    for (settings, position, hidden) in [
        (None, None, 0),
        (None, Some(7), 0),
        (Some(r#"{"history":"joined"}"#), None, 0),
        (Some(r#"{"history":"joined"}"#), Some(7), 7),
        (Some(r#"{"history":"all"}"#), Some(7), 0),
    ] {
        let conversation = Conversation {
            settings: settings.map(str::to_owned),
            ..Conversation::default()
        };
        let member = ConversationMember {
            history_position: position,
            ..ConversationMember::default()
        };
        assert_eq!(conversation.hidden_up_to(&member), hidden, "{settings:?}");
        for (cleared, hidden) in [(5, hidden.max(5)), (9, 9)] {
            let member = ConversationMember {
                cleared_position: Some(cleared),
                ..member.clone()
            };
            assert_eq!(conversation.hidden_up_to(&member), hidden, "{settings:?}");
        }
    }
}

#[test]
fn between_two_both_may_do_everything() {
    let owner_only = Some(r#"{"sendMessages":"owner"}"#.to_owned());
    let direct = Conversation {
        settings: owner_only.clone(),
        ..Conversation::default()
    };
    let group = Conversation {
        kind: ConversationKind::Group,
        settings: owner_only,
        ..Conversation::default()
    };
    let send = ConversationRight::SendMessages;
    assert!(direct.lets(Role::Member, send));
    assert!(!group.lets(Role::Admin, send) && group.lets(Role::Owner, send));
    for right in ConversationRight::ALL {
        assert!(direct.lets(Role::Member, right));
        let at_first = ConversationSettings::default().circle(right);
        assert_eq!(
            group.own_settings().circle(right) == at_first,
            right != send
        );
    }
}
