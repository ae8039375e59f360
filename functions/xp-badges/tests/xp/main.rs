//! Experience points, as the consumer awards them and the routes show them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod awards;
mod boards;
mod replay;
mod reputation;
mod streaks;

use futures::executor::block_on;
use serde_json::Value;
use whisper_kit::Method;
use whisper_kit::jobs::ReportView;
use whisper_kit::testing::TestEdge;
use whisper_schema::Timestamp;
use whisper_schema::prelude::{
    Column, Document, Notification, Profile, UserActivity, UserActivityType,
};
use whisper_store::{Batch, Filter, Order, Query};
use xp_badges::{api, react};

const KEY: &str = "the operator's key";
/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The function, and somebody with a profile.
struct Scene {
    edge: TestEdge,
    user: String,
    token: String,
}

impl Scene {
    fn new() -> Self {
        Self::in_zone(None)
    }

    fn in_zone(timezone: Option<&str>) -> Self {
        let edge = TestEdge::new(&api(), &[("operator_key", KEY)]);
        let (user, token) = person(&edge, timezone);
        Self { edge, user, token }
    }

    fn now(&self) -> Timestamp {
        self.edge.ctx().now()
    }

    /// The user does something so many times, now.
    fn does(&self, what: UserActivityType, times: usize) {
        self.did(&self.user, what, times, self.now());
    }

    fn did(&self, user: &str, what: UserActivityType, times: usize, at: Timestamp) {
        let batch = (0..times).fold(Batch::new(), |batch, _| {
            batch.insert(&UserActivity {
                id: self.edge.ctx().new_id().unwrap(),
                user_id: user.to_owned(),
                activity_type: what,
                timestamp: at,
                ..UserActivity::default()
            })
        });
        block_on(self.edge.store().commit(batch)).unwrap();
    }

    fn run(&self) -> ReportView {
        block_on(react(self.edge.ctx())).unwrap()
    }

    fn profile(&self) -> Profile {
        profile(&self.edge, &self.user)
    }

    fn progress(&self) -> Value {
        self.get("/v1/me/progress")
    }

    fn get(&self, path: &str) -> Value {
        // The clock may have moved beyond the life of the first one.
        let token = block_on(self.edge.session(&self.user));
        block_on(self.edge.send(Method::GET, path, &token, &Value::Null)).expect(200)
    }

    /// Titles in the user's inbox, in the order they came.
    fn news(&self) -> Vec<String> {
        let mine = Filter::eq(Notification::USER_ID, self.user.as_str());
        let found = Query::<Notification>::new()
            .filter(mine)
            .order(Order::asc(Column::seq()))
            .limit(1000);
        let found = block_on(self.edge.store().read(found)).unwrap();
        found.into_iter().map(|n| n.into_inner().title).collect()
    }
}

/// Somebody with an account, a session and a profile; gives the id and an access token.
fn person(edge: &TestEdge, timezone: Option<&str>) -> (String, String) {
    let (user, token) = block_on(edge.user());
    let profile = Profile {
        id: user.clone(),
        user_id: user.clone(),
        timezone: timezone.map(str::to_owned),
        ..Profile::default()
    };
    block_on(edge.store().commit(Batch::new().insert(&profile))).unwrap();
    (user, token)
}

fn profile(edge: &TestEdge, user: &str) -> Profile {
    let found = block_on(edge.store().get::<Profile>(user)).unwrap();
    found.expect("a profile").into_inner()
}

fn count<D: Document>(edge: &TestEdge) -> u64 {
    block_on(edge.store().read(Query::<D>::new().count(1_000_000))).unwrap()
}
