//! Each type of event of the API document: a doing that makes it, and the people who hear of it. The others hear nothing: a stranger,
//! somebody who is blocked, and members whose it isn't.

mod doings;
mod scene;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use whisper_testkit::{Value, json};

use doings as is;
use scene::{Heard, Scene, heard};

/// Types of events that tell of the stream itself; `resuming.rs`, `rights.rs` and `stopping.rs` are about them.
const OF_THE_STREAM: [&str; 3] = ["stream.ended", "stream.ready", "stream.reset"];

/// Both devices of the one who does most of it.
const OWN: &[&str] = &["phone", "desk"];
/// The members of the conversation. One of them is blocked by the one who does most, and hears in it what all members do.
const MEMBERS: &[&str] = &["phone", "desk", "bob", "mia", "foe"];

/// A type of event.
struct Row {
    kind: &'static str,
    /// The devices that hear of it.
    hearers: &'static [&'static str],
    /// The doing. It gives a text that the event has, and no other one of this type.
    doing: fn(&mut Scene) -> String,
}

const fn row(
    kind: &'static str,
    hearers: &'static [&'static str],
    doing: fn(&mut Scene) -> String,
) -> Row {
    Row {
        kind,
        hearers,
        doing,
    }
}

/// All types, in the order in which they are made.
const ROWS: [Row; 28] = [
    row("message.created", MEMBERS, is::said),
    row("message.changed", MEMBERS, is::edited),
    row("notification.created", OWN, is::mentioned),
    row("receipt", &["bob", "mia"], is::read),
    row("notifications.changed", OWN, is::notifications_read),
    row("message.removed", OWN, is::deleted_for_oneself),
    row("conversation.mine", OWN, is::muted),
    row("pinned_conversations.changed", OWN, is::pinned),
    row("draft.changed", OWN, is::drafted),
    row("folders.changed", OWN, is::put_in_a_folder),
    row("scheduled_message.changed", OWN, is::scheduled),
    row("conversation.changed", MEMBERS, is::renamed),
    row(
        "conversation.added",
        &["phone", "desk", "bob", "mia"],
        is::founded,
    ),
    row("conversation.cleared", OWN, is::cleared),
    row("conversation.removed", &["bob"], is::sent_away),
    row("story.posted", &["phone", "desk", "bob"], is::story_posted),
    row("story.reacted", OWN, is::story_reacted),
    row(
        "story.deleted",
        &["phone", "desk", "bob"],
        is::story_deleted,
    ),
    row("follow.created", &["phone", "desk", "mia"], is::followed),
    row("follow.removed", &["phone", "desk", "mia"], is::unfollowed),
    row(
        "contact_request.changed",
        &["phone", "desk", "mia"],
        is::asked,
    ),
    row("contacts.changed", OWN, is::kept_as_a_contact),
    row("profile.changed", OWN, is::named_otherwise),
    row("typing", &["bob", "mia"], is::typing),
    row("presence", &["bob"], is::busy),
    row("sessions.changed", OWN, is::signed_in),
    row("xp.earned", OWN, is::earning),
    row("block.changed", OWN, is::blocked),
];

/// All that is heard of all of it. The tests share it.
fn all() -> &'static Heard {
    static HEARD: OnceLock<Heard> = OnceLock::new();
    HEARD.get_or_init(|| heard(&ROWS))
}

#[test]
fn each_type_of_event_of_the_document_has_its_hearers() {
    let known = ROWS.iter().map(|row| row.kind).chain(OF_THE_STREAM);
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    assert_eq!(known, all().types);
}

#[test]
fn each_event_is_told_to_those_whom_it_concerns_and_to_nobody_else() {
    for (row, about) in ROWS.iter().zip(&all().abouts) {
        for (name, events) in &all().events {
            let told = events.iter().find(|event| is_of(event, row.kind, about));
            let is_meant = row.hearers.contains(name);
            assert_eq!(told.is_some(), is_meant, "{} to {name}: {told:?}", row.kind);
        }
    }
}

/// Types of events that name users.
const NAMING: [&str; 19] = [
    "block.changed",
    "contact_request.changed",
    "contacts.changed",
    "conversation.added",
    "conversation.changed",
    "conversation.cleared",
    "conversation.mine",
    "follow.created",
    "follow.removed",
    "message.changed",
    "message.created",
    "notification.created",
    "presence",
    "profile.changed",
    "receipt",
    "story.deleted",
    "story.posted",
    "story.reacted",
    "typing",
];

#[test]
fn each_event_has_the_people_whom_it_names() {
    let mut naming = BTreeSet::new();
    for (name, events) in &all().events {
        for event in events {
            let mut named = BTreeSet::new();
            texts(event, &mut named);
            for id in named.intersection(&all().people) {
                naming.insert(event["type"].as_str().unwrap());
                let person = &event["users"][id.as_str()];
                assert_eq!(person["id"], json!(id), "to {name}: {event}");
            }
        }
    }
    assert_eq!(naming, NAMING.into_iter().collect());
}

/// Whether an event is of this type and has this text.
fn is_of(event: &Value, kind: &str, about: &str) -> bool {
    event["type"] == kind && event.to_string().contains(about)
}

/// The texts that stand in a value, but for those in `users`.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, _)| *key != "users");
            fields.for_each(|(_, field)| texts(field, found));
        }
        _ => {}
    }
}
