//! Collections in parts, on PostgreSQL: a part goes when all that is in it is past, has been read, and the clock is right.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::SystemTime;

use futures::executor::block_on;
use operator::api;
use postgres_server::PostgresServer;
use serde_json::Value;
use whisper_kit::testing::TestEdge;
use whisper_kit::{Method, ids};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch, Query};

const DAY: i64 = 24 * 3_600_000;

/// The job on a database of its own. Its clock stands at noon of the day of the server's, on which the first parts are made.
struct Scene {
    server: &'static PostgresServer,
    url: String,
    edge: TestEdge,
}

impl Scene {
    fn new(variables: &[(&str, &str)]) -> Option<Self> {
        let server = postgres_server::shared()?;
        let url = server.fresh_database();
        let variables = [variables, &[("operator_key", "key")]].concat();
        let edge = TestEdge::on_postgres(&api(), &variables, &url);
        block_on(edge.store().migrate()).unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = i64::try_from(now.unwrap().as_millis()).unwrap();
        edge.clock().set(now.div_euclid(DAY) * DAY + DAY / 2);
        Some(Scene { server, url, edge })
    }

    /// Commits an event with an id of the present; gives the id.
    fn event(&self) -> String {
        let id = ids::new_id(self.edge.ctx().now()).unwrap();
        self.put(&id);
        id
    }

    fn put(&self, id: &str) {
        let event = Event {
            id: id.into(),
            created_at: Timestamp::AT_COMMIT,
            ..Event::default()
        };
        block_on(self.edge.store().commit(Batch::new().insert(&event))).unwrap();
    }

    /// The ids of the events that are there, in the order of their commits.
    fn events(&self) -> Vec<String> {
        let all = Query::<Event>::new().order(whisper_store::Order::asc(Column::seq()));
        let all = block_on(self.edge.store().read(all)).unwrap();
        all.into_iter().map(|event| event.id.clone()).collect()
    }

    /// Days go by without a run; then the job runs until nothing is left to do.
    fn run_after(&self, days: i64) {
        self.edge.advance(days * DAY);
        // It wants to see another run of about the same time. And the server may tidy up a table meanwhile: then the next run does it.
        let is_done = (0..30).any(|_| {
            let report = self.run();
            self.edge.advance(600_000);
            report["capped"] == false
        });
        assert!(is_done);
    }

    fn run(&self) -> Value {
        let job = "/internal/jobs/retention";
        block_on(self.edge.send(Method::POST, job, "key", &Value::Null)).expect(200)
    }

    /// The parts of a collection by their numbers.
    fn parts(&self, collection: &str) -> Vec<u32> {
        let list = format!("SELECT number FROM whisper_part_list('{collection}')");
        let list = self.server.sql(&self.url, &list).unwrap();
        list.lines()
            .map(|line| line.trim().parse().unwrap())
            .collect()
    }
}

#[test]
fn a_part_goes_when_all_of_it_is_past_and_its_documents_wait_for_that() {
    let Some(scene) = Scene::new(&[]) else { return };
    // Of the first part, which ends on the second midnight, of the second and of the third.
    let first = scene.event();
    scene.edge.advance(3 * DAY);
    let second = scene.event();
    scene.edge.advance(5 * DAY);
    let third = scene.event();
    // 31 days after the first, 28 after the second.
    scene.run_after(23);
    assert_eq!(scene.events(), [&first, &second, &third].map(String::clone));
    scene.run_after(1);
    assert_eq!(scene.events(), [&second, &third].map(String::clone));
    assert_eq!(scene.parts("events")[0], 1);
    // The second is 34 days old, and its part a day younger than 30.
    scene.run_after(4);
    assert_eq!(scene.events(), [&second, &third].map(String::clone));
    scene.run_after(2);
    assert_eq!(scene.events(), [third]);
    // There is room for ten days to come, and for ever more.
    let newest = scene.edge.ctx().now().plus(10 * DAY).as_millis();
    let ends = format!("SELECT max(ends) >= {newest} FROM whisper_part_list('events')");
    assert_eq!(scene.server.sql(&scene.url, &ends).unwrap().trim(), "t");
    scene.run_after(400);
    assert_eq!(scene.events().len(), 0);
    let left = scene.parts("events").len();
    assert!(left <= 4, "{left}");
}

#[test]
fn a_part_stays_until_every_consumer_has_read_it() {
    let Some(scene) = Scene::new(&[]) else { return };
    let ids = [scene.event(), scene.event()];
    let consumer = ConsumerCursor {
        id: "slow".into(),
        reads: Some("events".into()),
        position: 1,
        updated_at: Timestamp::AT_COMMIT,
    };
    block_on(scene.edge.store().commit(Batch::new().insert(&consumer))).unwrap();
    scene.run_after(40);
    assert_eq!(scene.events(), ids);
    let all = block_on(scene.edge.store().read(Query::<Event>::new())).unwrap();
    let last = all.iter().map(|event| event.seq).max().unwrap();
    for (position, left) in [(last - 1, 1), (last, 0)] {
        let moved = Patch::<ConsumerCursor>::new().set(ConsumerCursor::POSITION, position);
        block_on(
            scene
                .edge
                .store()
                .commit(Batch::new().update("slow", moved)),
        )
        .unwrap();
        scene.run_after(0);
        assert_eq!(scene.events().len(), left);
    }
}

#[test]
fn a_clock_that_is_a_year_ahead_for_a_minute_drops_nothing_and_makes_nothing() {
    let Some(scene) = Scene::new(&[]) else { return };
    scene.run_after(0);
    let (id, parts) = (scene.event(), scene.parts("events"));
    scene.edge.advance(365 * DAY);
    assert_eq!(scene.run()["done"], 0);
    scene.edge.advance(-365 * DAY);
    scene.run_after(0);
    assert_eq!(scene.events(), [id]);
    assert_eq!(scene.parts("events"), parts);
}

#[test]
fn what_has_an_id_of_another_time_goes_by_its_own() {
    let Some(scene) = Scene::new(&[]) else { return };
    let old = ids::new_id(scene.edge.ctx().now()).unwrap();
    let first = scene.event();
    scene.put("without-a-time");
    let ahead = ids::new_id(scene.edge.ctx().now().plus(300 * DAY)).unwrap();
    scene.put(&ahead);
    scene.edge.advance(34 * DAY);
    scene.put(&old);
    // 36 days after the others: the part can't go, so they go by themselves.
    scene.run_after(2);
    assert!(!scene.events().contains(&first));
    assert_eq!(scene.events(), [old]);
    assert_eq!(scene.parts("events")[0], 0);
    scene.run_after(30);
    assert_eq!(scene.events().len(), 0);
    assert!(!scene.parts("events").contains(&0));
}

#[test]
fn a_setting_of_zero_keeps_all_and_a_small_one_makes_small_parts() {
    let Some(scene) = Scene::new(&[
        ("event_retention_days", "0"),
        ("activity_retention_days", "6"),
    ]) else {
        return;
    };
    let id = scene.event();
    scene.run_after(1000);
    assert_eq!(scene.events(), [id]);
    assert_eq!(scene.parts("events")[0], 0);
    // A day each, and those from the beginning have gone.
    let lengths = "SELECT max(ends - before) / 86400000 FROM (SELECT ends, lag(ends) OVER (ORDER BY number) AS before FROM whisper_part_list('userActivity') \
                   ORDER BY number DESC LIMIT 3) AS newest";
    let lengths = scene.server.sql(&scene.url, lengths).unwrap();
    assert_eq!(lengths.trim(), "1");
    assert!(!scene.parts("userActivity").contains(&0));
}
