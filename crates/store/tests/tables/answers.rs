//! The errors and results that the server's answers become, also when they don't come.

use std::time::Duration;

use serde_json::json;
use whisper_schema::Rule;
use whisper_schema::prelude::*;
use whisper_store::tables::{Answer, Credentials, TransportError};
use whisper_store::{Batch, Filter, Get, Patch, Query, StoreError};

use crate::scripted::{Answered, NOW, Scripted, none, ok, refused};

fn wait<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        conversation_id: "c".to_owned(),
        sender_id: "u".to_owned(),
        ..Message::default()
    }
}

fn throttled(seconds: u64) -> Answered {
    Ok(Answer {
        status: 429,
        retry_after: Some(Duration::from_secs(seconds)),
        body: Vec::new(),
    })
}

#[test]
fn what_is_put_off_is_asked_again_when_the_server_says() {
    let mut puts_off = 2;
    let server = Scripted::new(move |_| match puts_off {
        0 => none(),
        _ => {
            puts_off -= 1;
            throttled(1)
        }
    });
    assert_eq!(wait(server.store().read(Get::<Message>::id("m"))), Ok(None));
    let pauses = server.pauses.borrow();
    assert_eq!(pauses.len(), 2);
    assert!(pauses.iter().all(|pause| *pause >= Duration::from_secs(1)));
}

#[test]
fn nobody_waits_longer_than_a_request_may() {
    let server = Scripted::new(|_| throttled(2));
    assert_eq!(
        wait(server.store().read(Get::<Message>::id("m"))),
        Err(StoreError::Busy)
    );
    let waited: Duration = server.pauses.borrow().iter().sum();
    assert!(waited <= Duration::from_secs(10), "{waited:?}");
    let server = Scripted::new(|_| throttled(60));
    let refused = wait(server.store().commit(Batch::new().insert(&message("m"))));
    assert_eq!(refused, Err(StoreError::Busy));
    assert_eq!(server.pauses.borrow().len(), 0);
}

#[test]
fn errors_have_a_type_and_say_nothing_of_content_or_key() {
    let unavailable = |error: &StoreError| matches!(error, StoreError::Unavailable(_));
    let internal = |error: &StoreError| matches!(error, StoreError::Internal(_));
    type Expected<'a> = &'a dyn Fn(&StoreError) -> bool;
    let push = |error: &StoreError| error.to_string().contains("whisper schema push");
    let cases: [(Answered, Expected<'_>); 8] = [
        (refused(401, "user_unauthorized"), &unavailable),
        (refused(401, "general_unauthorized_scope"), &unavailable),
        (refused(404, "table_not_found"), &push),
        (refused(400, "general_query_invalid"), &internal),
        (refused(408, "database_timeout"), &unavailable),
        (refused(500, "general_unknown"), &unavailable),
        (
            Err(TransportError::Lost("the server took too long")),
            &unavailable,
        ),
        (
            Ok(Answer {
                status: 404,
                retry_after: None,
                body: b"<html>the secret is 4711</html>".to_vec(),
            }),
            &unavailable,
        ),
    ];
    for (answer, expected) in cases {
        let server = Scripted::new(move |_| answer.clone());
        let store = server.store();
        let sent = Message {
            content: "the secret is 4711".to_owned(),
            ..message("m4711")
        };
        let read = wait(
            store.read(
                Query::new()
                    .filter(Filter::eq(Message::CONTENT, "4711"))
                    .limit(1),
            ),
        );
        let write = wait(store.commit(Batch::new().insert(&sent)));
        for error in [
            read.map(|_| ()).unwrap_err(),
            write.map(|_| ()).unwrap_err(),
        ] {
            assert!(expected(&error), "{error:?}");
            let told = format!("{error} {error:?}");
            assert!(
                !told.contains("4711") && !told.contains("standard_"),
                "{told}"
            );
        }
    }
}

#[test]
fn a_key_can_be_replaced_and_is_never_shown() {
    let server = Scripted::new(|_| none());
    let credentials = Credentials::new("");
    let store = server.store_with(&credentials);
    let without = wait(store.read(Get::<Message>::id("m")));
    assert!(matches!(without, Err(StoreError::Unavailable(_))));
    assert_eq!(server.asked().len(), 0);
    for key in ["first", "second"] {
        credentials.replace(key);
        wait(store.read(Get::<Message>::id("m"))).unwrap();
        let calls = server.calls.borrow();
        let headers = &calls.last().unwrap().headers;
        assert!(headers.contains(&("x-appwrite-key", key.to_owned())));
        assert!(headers.contains(&("x-appwrite-project", "p".to_owned())));
    }
    assert!(!format!("{credentials:?}").contains("second"));
}

#[test]
fn questions_that_get_lost_are_asked_again() {
    let mut lost = 2;
    let server = Scripted::new(move |_| match lost {
        0 => none(),
        _ => {
            lost -= 1;
            Err(TransportError::Lost("the connection broke"))
        }
    });
    assert_eq!(wait(server.store().read(Get::<Message>::id("m"))), Ok(None));
    assert_eq!(server.asked().len(), 3);
}

/// A server whose transactions' commit gets lost, and that then gives the transaction this status.
fn forgetful(status: &'static str) -> Scripted {
    Scripted::new(move |call| match call.method {
        "POST" => ok(json!({"$id": "t1", "status": "pending"})),
        "PATCH" => Err(TransportError::Lost("the connection broke")),
        _ if call.url.contains("/transactions/") => ok(json!({"$id": "t1", "status": status})),
        _ => none(),
    })
}

fn two() -> Batch {
    Batch::new().insert(&message("m1")).insert(&message("m2"))
}

#[test]
fn a_lost_answer_to_a_commit_is_settled() {
    let server = forgetful("committed");
    assert_eq!(wait(server.store().commit(two())).unwrap().affected, [1, 1]);
    let commits = |server: &Scripted| {
        let asked = server.asked();
        asked
            .iter()
            .filter(|call| call.starts_with("PATCH"))
            .count()
    };
    assert_eq!(commits(&server), 1);
    // It did not take place: it is tried anew until the time is up.
    let server = forgetful("failed");
    assert_eq!(wait(server.store().commit(two())), Err(StoreError::Busy));
    assert!(commits(&server) > 2);
    for unsure in ["pending", "committing"] {
        let outcome = wait(forgetful(unsure).store().commit(two()));
        assert!(
            matches!(outcome, Err(StoreError::Unavailable(_))),
            "{unsure}: {outcome:?}"
        );
    }
}

#[test]
fn conflicts_are_tried_again_with_pauses_that_grow() {
    let mut conflicts = 3;
    let server = Scripted::new(move |call| match call.method {
        "PATCH" if conflicts > 0 => {
            conflicts -= 1;
            refused(409, "transaction_conflict")
        }
        "GET" => none(),
        _ => ok(json!({"$id": "t1"})),
    });
    wait(server.store().commit(two())).unwrap();
    let pauses = server.pauses.borrow();
    assert_eq!(pauses.len(), 3);
    assert!(pauses.is_sorted(), "{pauses:?}");
}

#[test]
fn a_batch_that_can_never_fit_is_refused_before_anything_is_sent() {
    let server = Scripted::new(|_| none());
    let store = server.store();
    let mut batch = Batch::new();
    for i in 0..101 {
        let patch = Patch::new().set(Message::CONTENT, "x");
        batch = batch.update::<Message>(&format!("m{i}"), patch);
    }
    assert_eq!(
        wait(store.commit(batch)),
        Err(StoreError::TooLarge {
            operations: 101,
            most: 100
        })
    );
    assert_eq!(server.asked(), Vec::<String>::new());
    assert_eq!(store.most_operations(), Some(50));
}

#[test]
fn text_as_long_as_its_column_is_refused_if_it_needs_a_mark() {
    let server = Scripted::new(|_| ok(json!({})));
    let named = |length: usize| {
        let start = r#"{"method":"#;
        let name = format!("{start}{}", "x".repeat(length - start.len()));
        let group = Conversation {
            id: "c".to_owned(),
            creator_id: "u".to_owned(),
            name: Some(name),
            ..Conversation::default()
        };
        wait(server.store().commit(Batch::new().insert(&group)))
    };
    let whisper_schema::Kind::String { size } =
        Conversation::COLLECTION.attribute("name").unwrap().kind
    else {
        panic!("a name is text");
    };
    assert!(matches!(named(size as usize), Err(StoreError::Invalid(_))));
    assert_eq!(server.asked().len(), 0);
    named(size as usize - 1).unwrap();
}

#[test]
fn a_reader_in_commit_order_stops_at_a_gap_until_it_is_old() {
    let row = |seq: i64, age: i64| {
        let at = whisper_schema::Timestamp::from_millis(NOW - age);
        json!({"$id": format!("e{seq}"), "$sequence": seq.to_string(), "$createdAt": at,
            "revision": 1, "kind": "k", "subject": "s", "payload": "{}", "createdAt": at})
    };
    let read = |rows: Vec<serde_json::Value>, behind: i64| {
        let server = Scripted::new(move |_| ok(json!({"total": rows.len(), "rows": rows})));
        let query = Query::<Event>::new().in_commit_order(behind);
        let found = wait(server.store().read(query)).unwrap();
        found.iter().map(|doc| doc.seq).collect::<Vec<_>>()
    };
    // Five is missing, and seven: somebody may still commit them.
    let young = || vec![row(4, 50), row(6, 40), row(8, 30)];
    assert_eq!(read(young(), 3), [4]);
    assert_eq!(read(young(), 2), [0i64; 0]);
    let old = vec![row(4, 21_000), row(6, 20_000), row(8, 19_999)];
    assert_eq!(read(old, 2), [4, 6]);
}

fn structure(message: &str) -> Answered {
    let body = json!({"message": message, "code": 400, "type": "row_invalid_structure"});
    Ok(Answer {
        status: 400,
        retry_after: None,
        body: body.to_string().into_bytes(),
    })
}

/// A value that the server doesn't take is the caller's fault, and nothing but the attribute's name is taken over from
/// its message.
#[test]
fn a_value_that_the_server_refuses_is_invalid() {
    let said = [
        (
            r#"Invalid document structure: Attribute "content" has invalid format. Value must be a valid URL"#,
            Some(("content", Rule::Format)),
        ),
        (
            r#"Invalid document structure: Attribute "mentions['3']" has invalid type. Value must be a valid string and no longer than 9 chars"#,
            Some(("mentions", Rule::Size)),
        ),
        (
            r#"Invalid document structure: Attribute "4711" has invalid format."#,
            None,
        ),
        (
            r#"Invalid document structure: Unknown attribute: "content""#,
            None,
        ),
    ];
    for (message, expected) in said {
        let server = Scripted::new(move |_| structure(message));
        let sent = Batch::new().insert(&self::message("m"));
        let refused = wait(server.store().commit(sent)).unwrap_err();
        match (refused, expected) {
            (StoreError::Invalid(found), Some((field, rule))) => {
                assert_eq!((found[0].field.as_str(), found[0].rule), (field, rule));
                assert_eq!(found.len(), 1);
            }
            (StoreError::Internal(_), None) => {}
            (refused, _) => panic!("{message}: {refused:?}"),
        }
    }
}

/// Batches that wait together don't fail for another's value.
#[test]
fn a_value_that_the_server_refuses_fails_its_own_batch_alone() {
    let bad = "refused";
    let server = Scripted::new(move |call| match call.method {
        "GET" => none(),
        _ if call.body.contains(bad) => structure(
            r#"Invalid document structure: Attribute "content" has invalid format. Value must be a valid URL"#,
        ),
        _ => ok(json!({"$id": "t1"})),
    });
    let store = server.store();
    let sent = ["good", bad, "better"].map(|content| {
        let sent = Message {
            content: content.to_owned(),
            ..message(content)
        };
        let (store, batch) = (store.clone(), Batch::new().insert(&sent));
        async move { store.commit(batch).await }
    });
    let done = wait(futures::future::join_all(sent));
    assert_eq!(
        done.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert!(
        matches!(done[1], Err(StoreError::Invalid(_))),
        "{:?}",
        done[1]
    );
}
