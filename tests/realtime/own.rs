//! Events about things of one's own, and of stories, as their GET shows them.

use whisper_testkit::{Person, TestApp, Value, json};

use super::polling::{next, poll};
use super::{group, say};

/// The events of somebody since a place that tell of this, and the place behind them. Where there are some, they are waited for: on
/// PostgreSQL an older transaction of another test holds them back. Nobody waits for none, so the others who are told are asked first.
fn heard(
    app: &TestApp,
    (who, is_told): (&Person, bool),
    after: &str,
    kind: &str,
) -> (Vec<Value>, String) {
    let mut after = after.to_owned();
    loop {
        let wait = if is_told { "&wait=25" } else { "" };
        let polled = poll(app, who, &format!("?after={after}{wait}"));
        assert_eq!(polled["isReset"], false);
        after = next(&polled);
        let events = polled["events"].as_array().unwrap().iter();
        let told = events.filter(|event| event["type"] == kind);
        let told: Vec<Value> = told.cloned().collect();
        if !told.is_empty() || !is_told {
            return (told, after);
        }
    }
}

/// For a draft, a folder, a contact and a scheduled message: the request that changes it, its own GET, the type of the event,
/// and the event's field that shows it.
#[test]
fn ones_own_things_are_told_as_their_get_shows_them_and_to_nobody_else() {
    let app = TestApp::start();
    let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
    let place = group(&app, &ann, &[&bob]);
    let sent = say(&app, &ann, &place, "now");
    let soon = sent["createdAt"].as_str().unwrap().replace('Z', "-00:05");
    let conversation = format!("/v1/conversations/{place}");
    let draft = format!("{conversation}/draft");
    let contact = format!("/v1/contacts/{}", bob.id);
    let later = json!({"sendAt": soon, "message": {"content": "later"}});
    let (mut own, mut others) = (next(&poll(&app, &ann, "")), next(&poll(&app, &bob, "")));
    let mut told = |kind: &str| {
        let (events, behind) = heard(&app, (&ann, true), &own, kind);
        own = behind;
        let (none, behind) = heard(&app, (&bob, false), &others, kind);
        others = behind;
        assert_eq!((events.len(), none.len()), (1, 0), "{kind}");
        events.into_iter().next().unwrap()
    };

    ann.put(&app, &draft, &json!({"content": "I"})).expect(200);
    let event = told("draft.changed");
    assert_eq!(event["draft"], ann.get(&app, &draft).expect(200));
    ann.delete(&app, &draft).expect(204);
    assert_eq!(told("draft.changed").get("draft"), None);

    let folder = json!({"name": "Work", "includedConversationIds": [place]});
    ann.post(&app, "/v1/me/folders", &folder).expect(201);
    let event = told("folders.changed");
    let folders = ann.get(&app, "/v1/me/folders").expect(200);
    assert_eq!(event["folders"], folders["items"]);

    ann.put(&app, &contact, &json!({"nickname": "Bobby"}))
        .expect(201);
    let event = told("contacts.changed");
    assert_eq!(
        event["contacts"],
        json!([ann.get(&app, &contact).expect(200)])
    );
    ann.delete(&app, &contact).expect(204);
    let event = told("contacts.changed");
    assert_eq!(
        (&event["contacts"], &event["userIds"]),
        (&json!([]), &json!([bob.id]))
    );

    let path = format!("{conversation}/scheduled-messages");
    let scheduled = ann.post(&app, &path, &later).expect(201);
    let event = told("scheduled_message.changed");
    assert_eq!(event["scheduledMessage"], scheduled);
    let one = format!(
        "/v1/me/scheduled-messages/{}",
        scheduled["id"].as_str().unwrap()
    );
    ann.delete(&app, &one).expect(204);
    let event = told("scheduled_message.changed");
    assert_eq!(event.get("scheduledMessage"), None);
    assert_eq!(event["scheduledMessageId"], scheduled["id"]);
}

#[test]
fn a_story_is_told_to_those_whose_feed_has_it_and_its_end_to_all_who_could_see_it() {
    let app = TestApp::start();
    let [ann, friend, follower, named, keeper, stranger] =
        ["ann", "friend", "follower", "named", "keeper", "stranger"].map(|name| app.person(name));
    keeper
        .put(&app, &format!("/v1/contacts/{}", ann.id), &json!({}))
        .expect(201);
    let follow = |by: &Person, whom: &Person| {
        by.put(&app, &format!("/v1/follows/{}", whom.id), &json!({}))
            .expect(201);
    };
    follow(&ann, &friend);
    follow(&friend, &ann);
    follow(&follower, &ann);
    let all = [&ann, &friend, &follower, &named, &keeper, &stranger];
    // It is told to those whose feed has it, and to those whom it names.
    let before = all.map(|who| next(&poll(&app, who, "")));
    let body =
        json!({"contentType": "text", "text": "Now", "privacy": "public", "mentions": [named.id]});
    let story = ann.post(&app, "/v1/stories", &body).expect(201);
    let told = [true, true, true, true, false, false];
    for ((who, before), told) in all.iter().zip(&before).zip(told) {
        let (events, _) = heard(&app, (who, told), before, "story.posted");
        let posted = events.iter().map(|event| &event["story"]["id"]);
        assert_eq!(
            posted.collect::<Vec<_>>(),
            vec![&story["id"]; usize::from(told)]
        );
    }
    for (privacy, told) in [
        ("public", [true, true, true, true, true, false]),
        ("friends", [true, true, false, false, false, false]),
        ("private", [true, false, false, false, false, false]),
    ] {
        let before = all.map(|who| next(&poll(&app, who, "")));
        let body = json!({"contentType": "text", "text": "Today", "privacy": privacy, "mentions": [named.id]});
        let story = ann.post(&app, "/v1/stories", &body).expect(201);
        let id = story["id"].as_str().unwrap();
        ann.delete(&app, &format!("/v1/stories/{id}")).expect(204);
        for ((who, before), told) in all.iter().zip(&before).zip(told) {
            let (events, _) = heard(&app, (who, told), before, "story.deleted");
            assert_eq!(events.len(), usize::from(told), "{privacy}");
            assert!(events.iter().all(|event| event["storyId"] == id));
        }
    }
}
