//! The store on PostgreSQL, on a server of the tests' own.
#![allow(clippy::unwrap_used)]

#[path = "postgres/conformance.rs"]
mod conformance;
#[path = "postgres/order.rs"]
mod order;
#[path = "postgres/parts.rs"]
mod parts;
#[path = "postgres/races.rs"]
mod races;
#[path = "postgres/replica.rs"]
mod replica;
#[path = "postgres/rights.rs"]
mod rights;
#[path = "postgres/skew.rs"]
mod skew;

use std::rc::Rc;

use whisper_schema::prelude::*;
use whisper_store::Store;
use whisper_store::postgres::native::PostgresDriver;

/// An empty database of the tests' own server; none, after a line that says so, where there is none.
fn database() -> Option<String> {
    postgres_server::shared().map(|server| server.fresh_database())
}

/// A store with connections of its own, as another instance has them.
fn store(url: &str) -> Store {
    let clock = Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    Store::new(PostgresDriver::new(url), clock)
}

fn conversation(id: &str, creator: &str) -> Conversation {
    Conversation {
        id: id.to_owned(),
        creator_id: creator.to_owned(),
        ..Conversation::default()
    }
}

fn message(id: &str, conversation: &str) -> Message {
    Message {
        id: id.to_owned(),
        conversation_id: conversation.to_owned(),
        sender_id: "u".to_owned(),
        ..Message::default()
    }
}

fn event(id: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: "test".to_owned(),
        subject: "s".to_owned(),
        payload: "{}".to_owned(),
        created_at: Timestamp::from_millis(1_767_225_600_000),
        ..Event::default()
    }
}
