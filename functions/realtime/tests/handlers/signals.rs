//! Signs, as streams hear of them and keep them up.

use serde_json::json;
use whisper_messages::testing::Person;
use whisper_people::presence_settings_changed;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::room::{Ear, Room, SECOND, room};

fn people<const N: usize>(room: &Room, names: [&str; N]) -> [Person; N] {
    names.map(|name| room.person(name))
}

/// A listener's news: its place and a status.
fn is(place: usize, status: &str) -> (usize, String) {
    (place, status.to_owned())
}

#[test]
fn writing_is_told_to_members_but_the_writer_and_those_whom_a_block_parts() {
    let room = room();
    let [ann, bob, cid, dan] = people(&room, ["ann", "bob", "cid", "dan"]);
    let group = room.0.group(&[&ann, &bob, &cid]);
    room.types(&ann, &group, "text").expect(204);
    room.types(&ann, &group, "none").expect(204);
    let ears = [
        Ear::of(&ann).inside(&group),
        Ear::of(&bob).inside(&group),
        Ear::of(&cid).inside(&group).parted(&ann),
        Ear::of(&dan).watching(&[&ann]),
        Ear::of(&dan).inside("another"),
    ];
    room.0.edge.statements();
    let told = room.told(&room.signals(), &ears);
    let event = |kind: &str, at: &str| {
        let data =
            json!({"conversationId": group, "userId": ann.id, "kind": kind, "expiresAt": at});
        (1, "typing", data)
    };
    let expected = [
        event("text", "2026-01-01T00:00:06.000Z"),
        event("none", "2026-01-01T00:00:03.000Z"),
    ];
    assert_eq!(told, expected);
    // The signals themselves, and the people whom they name.
    assert_eq!(room.0.edge.statements().len(), 2);
    room.advance(9 * SECOND);
    assert_eq!(
        room.told(&room.signals(), &ears),
        [],
        "it means nothing any more"
    );
}

#[test]
fn presence_is_told_to_those_who_watch_and_may_see_it() {
    for (settings, friend, stranger) in [
        (json!({}), true, true),
        (json!({"onlineStatus": "friends"}), true, false),
        (json!({"onlineStatus": "nobody"}), false, false),
        (json!({"profile": "friends"}), true, false),
        (json!({"lastSeen": "nobody"}), true, true),
    ] {
        for is_own in [false, true] {
            let room = room();
            let [ann, bob, cid, dan] = people(&room, ["ann", "bob", "cid", "dan"]);
            room.befriend(&ann, &bob);
            match is_own {
                false => room.settings(&ann, &settings),
                true => [&bob, &cid]
                    .map(|who| room.settings(who, &settings))
                    .into_iter()
                    .collect(),
            }
            let ears = [
                Ear::of(&bob).watching(&[&ann]),
                Ear::of(&cid).watching(&[&ann]),
                Ear::of(&dan).watching(&[&ann]).parted(&ann),
                Ear::of(&dan).watching(&[&bob]),
                Ear::of(&ann).watching(&[&ann]),
            ];
            room.is(&ann, "online");
            let expected: Vec<_> = [(0, friend), (1, stranger)]
                .into_iter()
                .filter(|(_, sees)| *sees)
                .map(|(place, _)| is(place, "online"))
                .collect();
            assert_eq!(room.heard(0, &ears), expected, "{settings} {is_own}");
            // A stream that opens hears of it as well.
            for (ear, sees) in ears
                .into_iter()
                .zip([friend, stranger, false, false, false])
            {
                let present = room.present(ear);
                let there = json!({"userId": ann.id, "status": "online"});
                let expected: Vec<_> = sees.then_some(there).into_iter().collect();
                assert_eq!(present, expected, "{settings} {is_own}");
            }
        }
    }
}

#[test]
fn any_number_of_listeners_costs_one_statement() {
    let room = room();
    let owners = people(&room, ["ann", "bob", "cid"]);
    let all: Vec<&Person> = owners.iter().collect();
    let fans: Vec<Person> = (0..60).map(|n| room.person(&format!("f{n}"))).collect();
    for owner in &owners {
        room.is(owner, "online");
    }
    room.settings(&owners[0], &json!({"onlineStatus": "friends"}));
    room.befriend(&owners[0], &fans[7]);
    let ears: Vec<Ear> = fans.iter().map(|fan| Ear::of(fan).watching(&all)).collect();
    let signals = room.signals();
    for some in [1, 60] {
        room.0.edge.statements();
        let told = room.told(&signals, &ears[..some]);
        assert_eq!(room.0.edge.statements().len(), 1);
        assert_eq!(told.len(), 2 * some + usize::from(some > 7));
    }
    room.0.edge.statements();
    room.present(Ear::of(&fans[7]).watching(&all));
    assert_eq!(room.0.edge.statements().len(), 2);
    room.told(&[], &ears);
    assert_eq!(room.0.edge.statements().len(), 0);
}

#[test]
fn a_stream_keeps_its_device_up() {
    let room = room();
    let [ann, bob] = people(&room, ["ann", "bob"]);
    room.keep(&[&ann, &bob]);
    for _ in 0..5 {
        room.advance(20 * SECOND);
        room.0.edge.rows_written();
        room.keep(&[&ann, &bob]);
        // Two devices and their sum, in one commit.
        assert_eq!(room.0.edge.rows_written(), [4]);
        assert_eq!(room.status(&bob, &ann), "online");
    }
    assert_eq!(room.signals().len(), 2, "nothing changed for others");
    // The word of a device holds as long as it is kept up.
    room.is(&ann, "away");
    room.advance(20 * SECOND);
    room.keep(&[&ann, &bob]);
    assert_eq!(room.status(&bob, &ann), "away");
}

#[test]
fn a_thousand_devices_are_one_commit() {
    let room = room();
    let devices: Vec<_> = (0..1000)
        .map(|n| (format!("u{n}"), format!("s{n}")))
        .collect();
    let keep = || {
        let ctx = room.0.edge.ctx();
        futures::executor::block_on(realtime::signals::keep(&ctx, &devices)).unwrap();
    };
    keep();
    room.0.edge.statements();
    room.0.edge.rows_written();
    room.advance(20 * SECOND);
    keep();
    assert_eq!(room.0.edge.rows_written(), [2000]);
    assert_eq!(room.0.all::<Signal>().len(), 1000);
}

#[test]
fn a_device_whose_stream_ended_counts_for_25_seconds_more() {
    let room = room();
    let [ann, bob] = people(&room, ["ann", "bob"]);
    let ears = || [Ear::of(&bob).watching(&[&ann])];
    room.keep(&[&ann]);
    room.gone(&ann);
    room.advance(24_999);
    assert_eq!(room.status(&bob, &ann), "online");
    // Another instance keeps the device up, or it comes back: the watchers hear nothing.
    room.keep(&[&ann]);
    room.gone(&ann);
    room.advance(25 * SECOND);
    assert_eq!(room.status(&bob, &ann), "offline");
    assert_eq!(room.signals().len(), 1);
    room.run_out(&[&ann, &bob]);
    room.run_out(&[&ann, &bob]);
    assert_eq!(room.heard(1, &ears()), [is(0, "offline")]);
    // Ending the stream of a device that doesn't count changes nothing.
    room.gone(&ann);
    room.gone(&bob);
    assert_eq!(room.signals().len(), 2);
    assert_eq!(room.status(&ann, &bob), "offline");
}

#[test]
fn a_device_that_vanished_is_off_once_it_has_run_out() {
    let room = room();
    let [ann, bob] = people(&room, ["ann", "bob"]);
    let phone = room.device(&ann);
    room.keep(&[&ann]);
    room.advance(20 * SECOND);
    room.is(&phone, "away");
    room.advance(25 * SECOND);
    // The first device ran out; the request that keeps up the other finds it.
    room.is(&phone, "away");
    let ears = || [Ear::of(&bob).watching(&[&ann])];
    assert_eq!(room.heard(1, &ears()), [is(0, "away")]);
    room.advance(44_999);
    room.run_out(&[&ann]);
    assert_eq!(room.signals().len(), 2);
    room.advance(1);
    room.run_out(&[&bob]);
    assert_eq!(room.signals().len(), 2, "she wasn't asked for");
    room.run_out(&[&ann]);
    assert_eq!(room.heard(2, &ears()), [is(0, "offline")]);
    let last = room.seen(&bob, &ann.id)["lastSeen"].take();
    assert_eq!(last, "2026-01-01T00:00:45.000Z");
    // She comes back.
    room.keep(&[&ann]);
    assert_eq!(room.heard(3, &ears()), [is(0, "online")]);
}

#[test]
fn invisible_devices_tell_nobody_when_they_come_and_go() {
    let room = room();
    let [ann, bob] = people(&room, ["ann", "bob"]);
    room.is(&ann, "invisible");
    room.advance(20 * SECOND);
    room.keep(&[&ann]);
    room.gone(&ann);
    room.advance(60 * SECOND);
    room.run_out(&[&ann]);
    room.keep(&[&ann]);
    assert_eq!(room.signals(), []);
    assert_eq!(room.0.all::<Presence>(), []);
    // Becoming invisible looks as if she went.
    room.is(&ann, "online");
    room.is(&ann, "invisible");
    let told = room.told(&room.signals()[1..], &[Ear::of(&bob).watching(&[&ann])]);
    let offline = json!({"userId": ann.id, "status": "offline"});
    assert_eq!(told, [(0, "presence", offline)]);
}

/// Changes a profile as its owner does, with the word to streams.
fn choose(room: &Room, who: &Person, change: impl Fn(&mut Profile)) {
    let before = room.0.get::<Profile>(&who.id);
    let mut after = before.clone();
    change(&mut after);
    let ctx = room.0.edge.ctx();
    let batch = Batch::new().upsert(&after);
    let batch = presence_settings_changed(&ctx, batch, &before, &after).unwrap();
    room.0.commit(batch);
}

#[test]
fn changes_of_what_others_may_see_are_told_to_those_for_whom_they_change_something() {
    let room = room();
    let [ann, bob, cid] = people(&room, ["ann", "bob", "cid"]);
    room.befriend(&ann, &bob);
    let ears = || [&bob, &cid].map(|who| Ear::of(who).watching(&[&ann]));
    let chosen = |settings: &str| {
        let from = room.signals().len();
        choose(&room, &ann, |profile| {
            profile.privacy_settings = Some(settings.to_owned());
        });
        room.heard(from, &ears())
    };
    let available = |status| {
        let from = room.signals().len();
        choose(&room, &ann, |profile| profile.status = status);
        room.heard(from, &ears())
    };
    // While she isn't there, her watchers hear nothing.
    assert_eq!(available(ProfileStatus::Invisible), []);
    assert_eq!(available(ProfileStatus::Active), []);
    room.is(&ann, "online");
    assert_eq!(
        available(ProfileStatus::Busy),
        [is(0, "busy"), is(1, "busy")]
    );
    assert_eq!(chosen(r#"{"onlineStatus": "friends"}"#), [is(1, "offline")]);
    assert_eq!(
        chosen(r#"{"onlineStatus": "friends", "bio": "nobody"}"#),
        []
    );
    assert_eq!(available(ProfileStatus::Away), [is(0, "away")]);
    assert_eq!(available(ProfileStatus::Invisible), [is(0, "offline")]);
    // While she is invisible her coming and going isn't told.
    let from = room.signals().len();
    room.is(&ann, "away");
    room.is(&ann, "busy");
    room.advance(60 * SECOND);
    room.run_out(&[&ann]);
    room.keep(&[&ann]);
    assert!(room.signals().len() > from);
    assert_eq!(room.heard(from, &ears()), []);
    assert_eq!(available(ProfileStatus::Active), [is(0, "busy")]);
    assert_eq!(chosen("{}"), [is(1, "busy")]);
    assert_eq!(chosen("broken"), [is(0, "offline"), is(1, "offline")]);
}

#[test]
fn people_out_of_use_are_not_told_of() {
    let room = room();
    let [ann, bob] = people(&room, ["ann", "bob"]);
    room.is(&ann, "online");
    room.disable(&ann);
    let ear = || Ear::of(&bob).watching(&[&ann]);
    assert_eq!(room.heard(0, &[ear()]), []);
    assert_eq!(room.present(ear()), Vec::<serde_json::Value>::new());
}

#[test]
fn signals_that_cannot_be_read_tell_nothing() {
    let room = room();
    let [ann, bob] = people(&room, ["ann", "bob"]);
    let group = room.0.group(&[&ann, &bob]);
    room.types(&ann, &group, "text").expect(204);
    room.is(&ann, "online");
    for signal in room.signals() {
        let patch = Patch::<Signal>::new().set(Signal::PAYLOAD, "7");
        room.0.change(&signal.id, patch);
    }
    let ear = Ear::of(&bob).inside(&group).watching(&[&ann]);
    assert_eq!(room.told(&room.signals(), &[ear]), []);
    // A sign whose signal is gone is text.
    assert_eq!(room.typing(&bob, &group), [(ann.id, "text".to_owned())]);
}
