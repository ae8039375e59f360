//! Consumers on a store that does only so much at once.
#![allow(clippy::unwrap_used, missing_docs)]

use std::rc::Rc;
use std::time::Duration;

use appwrite_server::{KEY, Options, PROJECT, Server};
use futures::executor::block_on;
use serde_json::json;
use whisper_appwrite::from_schema;
use whisper_appwrite::remote::{Client, plan, push, state};
use whisper_kit::consumer::{self, Bounds};
use whisper_kit::jobs::Tally;
use whisper_kit::{Code, Config, Ctx, Error, Instance, events};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Event, Profile};
use whisper_store::tables::native::HttpTransport;
use whisper_store::tables::{Credentials, Tables};
use whisper_store::{Batch, Doc, Query, Store};

fn server() -> Server {
    let server = Server::start(Options {
        storage_limit: 500_000_000,
        looks_until_available: 0,
        ..Options::default()
    });
    let server = server.unwrap();
    let client = Client::new(&server.endpoint(), PROJECT, KEY);
    let plan = plan(&from_schema(), &state(&client).unwrap(), &[]);
    push(&client, &plan, Duration::from_secs(60), &mut |_| {}).unwrap();
    server
}

fn ctx(server: &Server) -> Ctx {
    let clock: Rc<dyn Fn() -> Timestamp> = Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    let key = Credentials::new(KEY);
    let tables = Tables::new(&server.endpoint(), PROJECT, key, HttpTransport::new());
    let store = Store::tables(tables, Rc::clone(&clock));
    Ctx::new(Rc::new(Instance::new(
        Some(store),
        Config::default(),
        clock,
    )))
    .unwrap()
}

/// Gives one point to each user named: each is a row that is read and held.
fn points(events: &[Doc<Event>]) -> Batch {
    let one = |batch: Batch, event: &Doc<Event>| {
        batch.increment::<Profile>(&event.subject, Profile::REPUTATION_SCORE, 1)
    };
    events.iter().fold(Batch::new(), one)
}

#[test]
fn a_portion_that_is_too_much_is_halved() {
    let server = server();
    let ctx = ctx(&server);
    let store = block_on(ctx.store()).unwrap();
    let ids: Vec<String> = (0..70).map(|i| format!("u{i}")).collect();
    let mut batch = Batch::new();
    for id in &ids {
        let profile = Profile {
            id: id.clone(),
            user_id: id.clone(),
            ..Profile::default()
        };
        let what = json!({});
        batch = events::append(&ctx, batch.insert(&profile), "x", id, None, &what).unwrap();
    }
    block_on(store.commit(batch)).unwrap();
    let bounds = Bounds::new(100, Duration::from_secs(60));
    let handle = async |events: Vec<Doc<Event>>| Ok(points(&events));
    let tally = Tally::default();
    block_on(consumer::run(&ctx, "points", bounds, &tally, handle)).unwrap();
    let report = tally.report();
    assert_eq!((report.done, report.failed, report.capped), (70, 0, false));
    let profiles = block_on(store.read(Query::<Profile>::new().limit(100))).unwrap();
    assert!(profiles.iter().all(|profile| profile.reputation_score == 1));
}

#[test]
fn a_client_is_told_to_ask_for_less() {
    let server = server();
    let ctx = ctx(&server);
    let batch = (0..101).fold(Batch::new(), |batch, i| {
        batch.increment::<Profile>(&format!("u{i}"), Profile::REPUTATION_SCORE, 1)
    });
    let store = block_on(ctx.store()).unwrap();
    let refused = block_on(store.commit(batch)).unwrap_err();
    let error = Error::from(refused);
    assert!(error.is_too_large());
    assert_eq!(error.code(), Code::PayloadTooLarge);
}
