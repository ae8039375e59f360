//! Components react to the commits of others, and faults are reported.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::join;
use serde_json::{Value, json};
use whisper_kit::jobs::ReportView;
use whisper_kit::reaction::PATH;
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Auth, Code, Endpoint, Error, Method, Reply, events, openapi};
use whisper_store::Batch;

/// A consumer that counts its runs, each of which finds this.
fn counting(report: ReportView) -> (Api, Rc<Cell<u32>>) {
    let runs = Rc::new(Cell::new(0));
    let counted = Rc::clone(&runs);
    let api = Api::new("x", "").consumer(move |_| {
        counted.set(counted.get() + 1);
        let report = report.clone();
        async move { Ok(report) }
    });
    (api, runs)
}

#[test]
fn components_wake_it_and_learn_whether_there_is_more() {
    for (capped, is_held_back, status) in
        [(false, false, 200), (true, false, 202), (false, true, 202)]
    {
        let report = ReportView {
            capped,
            is_held_back,
            ..ReportView::default()
        };
        let (api, runs) = counting(report);
        let edge = TestEdge::new(&api, &[]);
        let body = block_on(edge.from_component(PATH, &Value::Null)).expect(status);
        assert_eq!((body["capped"].as_bool(), runs.get()), (Some(capped), 1));
    }
}

#[test]
fn to_everybody_else_there_is_no_such_route() {
    let (api, runs) = counting(ReportView::default());
    let edge = TestEdge::new(&api, &[("operator_key", "the-key")]);
    let (_, user) = block_on(edge.user());
    for token in ["", "the-key", &user] {
        let answer = edge.send(Method::POST, PATH, token, &Value::Null);
        block_on(answer).expect_problem(404, "route_not_found");
    }
    assert_eq!(runs.get(), 0);
    let document = openapi::document(&openapi::About::default(), &[api]);
    assert_eq!(document["paths"], json!({}));
}

#[test]
fn who_comes_while_it_is_at_work_is_not_forgotten() {
    let (started, has_started) = oneshot::channel::<()>();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let first = Rc::new(Cell::new(Some((started, may_go_on))));
    let runs = Rc::new(Cell::new(0));
    let (held, counted) = (Rc::clone(&first), Rc::clone(&runs));
    let api = Api::new("x", "").consumer(move |_| {
        counted.set(counted.get() + 1);
        let held = held.take();
        async move {
            if let Some((started, may_go_on)) = held {
                started.send(()).unwrap();
                may_go_on.await.unwrap();
            }
            Ok(ReportView::default())
        }
    });
    let edge = TestEdge::new(&api, &[]);
    block_on(async {
        let second = async {
            has_started.await.unwrap();
            edge.from_component(PATH, &Value::Null).await.expect(204);
            assert_eq!(runs.get(), 1, "one at a time");
            go_on.send(()).unwrap();
        };
        let (first, ()) = join!(edge.from_component(PATH, &Value::Null), second);
        first.expect(200);
    });
    assert_eq!(runs.get(), 2, "it looked again for the second");
}

fn failing(code: Code) -> Api {
    let handler = move |_, _| async move {
        Err::<Reply, _>(Error::new(code, "No.").with_source("the cause"))
    };
    let endpoint = Endpoint::new(Method::POST, "/v1/x", "doX", "Does x", handler);
    Api::new("x", "").endpoint(endpoint.auth(Auth::Public))
}

#[test]
fn an_event_wakes_consumers_once() {
    let edge = TestEdge::new(&Api::new("x", ""), &[]);
    assert!(!edge.signalled());
    let ctx = edge.ctx();
    let batch = events::append(&ctx, Batch::new(), "x.done", "1", None, &json!({}));
    assert_eq!(batch.unwrap().len(), 1);
    assert!(edge.signalled());
    assert!(!edge.signalled());
    ctx.signal();
    assert!(edge.signalled());
}

#[test]
fn faults_are_reported_and_refusals_are_not() {
    let send = |code| {
        let edge = TestEdge::new(&failing(code), &[]);
        block_on(edge.send(Method::POST, "/v1/x", "", &Value::Null));
        edge.faults()
    };
    let faults = send(Code::Internal);
    let report = faults[0].to_json();
    assert_eq!(report["component"], "x");
    assert_eq!(report["errorType"], "internal");
    assert_eq!(report["errorMessage"], "the cause");
    assert_eq!(report["context"]["operation"], "doX");
    assert_eq!(report["context"]["requestId"].as_str().unwrap().len(), 36);
    assert_eq!(faults.len(), 1);
    for code in [Code::Unavailable, Code::NotFound, Code::ValidationFailed] {
        assert_eq!(send(code), []);
    }
}

#[test]
fn what_is_left_for_after_the_answer_is_done_and_reported_when_it_fails() {
    let runs = Rc::new(Cell::new(0));
    let counted = Rc::clone(&runs);
    let api = Api::new("x", "").consumer(move |ctx| {
        let counted = Rc::clone(&counted);
        ctx.after_answer("x", "doMore", async move {
            counted.set(counted.get() + 1);
            Err(Error::internal("the cause"))
        });
        async { Ok(ReportView::default()) }
    });
    let edge = TestEdge::new(&api, &[]);
    block_on(edge.from_component(PATH, &Value::Null)).expect(200);
    assert_eq!(runs.get(), 1);
    let faults = edge.faults();
    let seen = (faults[0].component, faults[0].operation, &*faults[0].cause);
    assert_eq!(seen, ("x", "doMore", "the cause"));
}
