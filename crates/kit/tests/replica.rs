//! The endpoints that say so have their reads answered by a replica, and no others.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::rc::Rc;

use futures::executor::block_on;
use whisper_kit::edge::{Edge, Unread};
use whisper_kit::{Api, Bytes, Config, Ctx, Endpoint, Instance, Method, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::Conversation;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Dialect, Driver, DriverError, Get, LocalBoxFuture, Store};

/// A replica that isn't there, and counts who asks for it.
struct Missing(Rc<Cell<usize>>);

impl Driver for Missing {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn connect(
        &self,
    ) -> LocalBoxFuture<'_, std::result::Result<Box<dyn whisper_store::Connection>, DriverError>>
    {
        self.0.set(self.0.get() + 1);
        Box::pin(async { Err(DriverError::Unavailable("it is gone".into())) })
    }

    fn pause(&self, _: std::time::Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// A request without a body.
struct NoBody;

impl Unread for NoBody {
    async fn whole(self, _: usize) -> Result<Bytes> {
        Ok(Bytes::new())
    }
}

async fn read(ctx: Ctx, _: Request) -> Result<Reply> {
    let found = ctx.read(Get::<Conversation>::id("c")).await?;
    Reply::ok(&found.is_some())
}

fn api() -> Api {
    let endpoint = |path, name| Endpoint::new(Method::GET, path, name, "Reads", read).public();
    Api::new("test", "A test")
        .endpoint(endpoint("/v1/one", "getOne"))
        .endpoint(endpoint("/v1/list", "list").at_replica())
}

#[test]
fn endpoints_of_lists_ask_the_replica_and_others_do_not() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let asked = Rc::new(Cell::new(0));
    let clock: Rc<dyn Fn() -> Timestamp> = Rc::new(|| Timestamp::from_millis(1_767_225_600_000));
    let store = Store::new(
        PostgresDriver::new(&server.fresh_database()),
        Rc::clone(&clock),
    );
    let store = store.with_replica(Missing(Rc::clone(&asked)), Rc::new(|_| {}));
    let config = Config::new::<String, String>([]);
    let instance = Rc::new(Instance::new(Some(store), config, clock));
    let edge = Edge::new(&api()).unwrap();
    let call = |path: &str| {
        let request = Request::new(Method::GET, path);
        let answered = block_on(edge.answer(Rc::clone(&instance), request, NoBody));
        // Either way the answer is the primary's.
        assert_eq!(answered.response.body().as_ref(), b"false", "{path}");
        asked.get()
    };
    assert_eq!(call("/v1/one"), 0);
    assert_eq!(call("/v1/list"), 1);
    assert_eq!(call("/v1/one"), 1);
}
