//! Tests of the counters in a store, without the cost of hashing.

use futures::executor::block_on;
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;

use super::*;

const EMAIL: &str = "alice@example.com";
const SECOND: i64 = 1000;

fn edge() -> TestEdge {
    TestEdge::new(&crate::api(), &[])
}

/// The attempts of the n-th address.
fn from(n: u16) -> Attempts {
    let [high, low] = n.to_be_bytes();
    attempts(EMAIL, Some(IpAddr::from([192, 0, high, low])))
}

fn attempts(email: &str, address: Option<IpAddr>) -> Attempts {
    let mut request = Request::new(Method::POST, "/v1/sessions");
    request.client_addr = address;
    Attempts::new(email, &request)
}

async fn count(edge: &TestEdge, attempts: &Attempts) -> Option<Counted> {
    match attempts.count(&edge.ctx()).await {
        Ok(counted) => Some(counted),
        Err(error) if error.code() == Code::RateLimited => None,
        Err(error) => panic!("{error}"),
    }
}

/// How many of these are let through.
async fn passed(edge: &TestEdge, all: impl IntoIterator<Item = Attempts>) -> usize {
    let mut passed = 0;
    for attempts in all {
        passed += usize::from(count(edge, &attempts).await.is_some());
    }
    passed
}

async fn succeed(edge: &TestEdge, attempts: &Attempts) {
    let counted = count(edge, attempts).await.expect("an attempt");
    let now = edge.ctx().now();
    let batch = attempts.forget(attempts.refund(Batch::new(), &counted, now));
    edge.store()
        .commit(attempts.remember_address(batch, now))
        .await
        .unwrap();
}

#[test]
fn an_account_can_be_tried_so_often_from_everywhere_together() {
    block_on(async {
        let edge = edge();
        assert_eq!(passed(&edge, (0..150).map(from)).await, 100);
        edge.advance(WINDOW_MS);
        assert_eq!(passed(&edge, (200..210).map(from)).await, 10);
    });
}

#[test]
fn the_crowd_does_not_lock_out_an_address_known_to_the_account() {
    block_on(async {
        let edge = edge();
        succeed(&edge, &from(500)).await;
        edge.advance(24 * 3600 * SECOND);
        assert_eq!(passed(&edge, (0..150).map(from)).await, 100);
        assert!(count(&edge, &from(501)).await.is_none(), "a stranger");
        assert!(count(&edge, &from(500)).await.is_some(), "the owner");
    });
}

#[test]
fn the_crowd_does_not_lock_out_an_address_with_a_live_session() {
    block_on(async {
        let edge = edge();
        let now = edge.ctx().now();
        let account = Account {
            id: "a".into(),
            email: Some(EMAIL.into()),
            ..Account::default()
        };
        let session = Session {
            id: "s".into(),
            user_id: "a".into(),
            ip_address: Some("192.0.1.244".into()),
            expires_at: now.plus(3600 * SECOND),
            ..Session::default()
        };
        edge.store()
            .commit(Batch::new().insert(&account).insert(&session))
            .await
            .unwrap();
        assert_eq!(passed(&edge, (0..150).map(from)).await, 100);
        assert!(count(&edge, &from(501)).await.is_none(), "a stranger");
        let counted = count(&edge, &from(500)).await.expect("the owner");
        assert_eq!(counted.account.expect("the account").id, "a");
    });
}

#[test]
fn one_address_can_try_so_often_over_all_accounts() {
    block_on(async {
        let edge = edge();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        let others = (0..80).map(|n| attempts(&format!("u{n}@example.com"), address));
        assert_eq!(passed(&edge, others).await, 50);
        assert_eq!(passed(&edge, [from(1)]).await, 1, "another address");
    });
}

#[test]
fn what_others_try_behind_an_address_does_not_count_for_an_account_that_was_signed_in_to_there() {
    block_on(async {
        let edge = edge();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        let own = attempts(EMAIL, address);
        succeed(&edge, &own).await;
        let others = (0..80).map(|n| attempts(&format!("u{n}@example.com"), address));
        assert_eq!(passed(&edge, others).await, 50);
        let stranger = attempts("stranger@example.com", address);
        assert!(count(&edge, &stranger).await.is_none());
        for _ in 0..5 {
            assert!(count(&edge, &own).await.is_some());
        }
        assert!(count(&edge, &own).await.is_none(), "its own failures count");
    });
}

#[test]
fn a_request_that_began_before_the_last_one_counted_does_not_wait() {
    block_on(async {
        let edge = edge();
        let early = edge.ctx();
        edge.advance(50);
        for _ in 0..3 {
            assert!(count(&edge, &from(1)).await.is_some());
        }
        assert!(from(1).count(&early).await.is_ok());
    });
}

#[test]
fn counters_of_a_clock_that_was_ahead_lock_nobody_out() {
    block_on(async {
        let edge = edge();
        let year = 365 * 24 * 3600 * SECOND;
        edge.advance(year);
        for _ in 0..5 {
            assert!(count(&edge, &from(1)).await.is_some());
        }
        assert!(count(&edge, &from(1)).await.is_none());
        edge.advance(-year);
        assert!(count(&edge, &from(1)).await.is_some());
    });
}

#[test]
fn without_addresses_only_each_account_is_slowed_down() {
    block_on(async {
        let edge = edge();
        let others = (0..80).map(|n| attempts(&format!("u{n}@example.com"), None));
        assert_eq!(passed(&edge, others).await, 80);
        let same = (0..6).map(|_| attempts(EMAIL, None));
        assert_eq!(passed(&edge, same).await, 5);
    });
}

#[test]
fn successes_are_not_counted_against_anybody() {
    block_on(async {
        let edge = edge();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        for n in 0..120 {
            succeed(
                &edge,
                &attempts(&format!("u{}@example.com", n % 3), address),
            )
            .await;
        }
        for n in 0..120 {
            succeed(&edge, &from(n)).await;
        }
    });
}

#[test]
fn a_refund_fails_by_name_when_the_counter_started_anew() {
    block_on(async {
        let edge = edge();
        let counted = count(&edge, &from(1)).await.expect("an attempt");
        edge.advance(WINDOW_MS);
        let batch = from(1).refund(Batch::new(), &counted, edge.ctx().now());
        let error = edge.store().commit(batch).await.unwrap_err();
        assert!(error.failed_at(REFUND), "{error}");
    });
}

#[test]
fn of_many_at_once_five_pass() {
    block_on(async {
        let edge = edge();
        let ctx = edge.ctx();
        let all: Vec<Attempts> = (0..30).map(|_| from(1)).collect();
        let counted =
            futures::future::join_all(all.iter().map(|attempts| attempts.count(&ctx))).await;
        assert_eq!(counted.iter().filter(|counted| counted.is_ok()).count(), 5);
    });
}

#[test]
fn the_rightful_do_not_stumble_over_each_other() {
    block_on(async {
        let edge = edge();
        let (ctx, attempts) = (edge.ctx(), from(1));
        for _ in 0..10 {
            let four = (0..4).map(|_| attempts.count(&ctx));
            let counted = futures::future::join_all(four).await;
            assert!(counted.iter().all(Result::is_ok), "several at once");
            let batch = attempts.refund(Batch::new(), counted[0].as_ref().unwrap(), ctx.now());
            edge.store().commit(attempts.forget(batch)).await.unwrap();
        }
    });
}
