//! A server that answers as a test says, and remembers its calls.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use whisper_schema::Timestamp;
use whisper_store::tables::{Answer, Call, Credentials, Tables, Transport, TransportError};
use whisper_store::{LocalBoxFuture, Store};

/// An answer of the server's, or the loss of one.
pub type Answered = Result<Answer, TransportError>;

/// Makes the answers.
type Answering = dyn FnMut(&Call) -> Answered;

/// The clock of the stores.
pub const NOW: i64 = 1_767_225_600_000;

/// A server, with the calls and pauses it has seen.
#[derive(Clone)]
pub struct Scripted {
    answer: Rc<RefCell<Answering>>,
    pub calls: Rc<RefCell<Vec<Call>>>,
    pub pauses: Rc<RefCell<Vec<Duration>>>,
}

impl Scripted {
    pub fn new(answer: impl FnMut(&Call) -> Answered + 'static) -> Self {
        Scripted {
            answer: Rc::new(RefCell::new(answer)),
            calls: Rc::default(),
            pauses: Rc::default(),
        }
    }

    pub fn store(&self) -> Store {
        self.store_with(&Credentials::new("standard_secret"))
    }

    pub fn store_with(&self, credentials: &Credentials) -> Store {
        let endpoint = "https://appwrite.example/v1";
        let tables = Tables::new(endpoint, "p", credentials.clone(), self.clone());
        Store::tables(tables, Rc::new(|| Timestamp::from_millis(NOW)))
    }

    /// Methods and paths of the calls, without the endpoint and the query.
    pub fn asked(&self) -> Vec<String> {
        let calls = self.calls.borrow();
        let asked = calls.iter().map(|call| {
            let path = call
                .url
                .strip_prefix("https://appwrite.example/v1")
                .unwrap();
            let path = path.split('?').next().unwrap_or_default();
            format!("{} {path}", call.method)
        });
        asked.collect()
    }
}

impl Transport for Scripted {
    fn send(&self, call: Call) -> LocalBoxFuture<'_, Answered> {
        let answer = (self.answer.borrow_mut())(&call);
        self.calls.borrow_mut().push(call);
        Box::pin(async move { answer })
    }

    fn pause(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        self.pauses.borrow_mut().push(time);
        Box::pin(async {})
    }
}

/// A success.
pub fn ok(body: Value) -> Answered {
    Ok(Answer {
        status: 200,
        retry_after: None,
        body: body.to_string().into_bytes(),
    })
}

/// An error as the server has them; its message quotes a secret.
pub fn refused(status: u16, kind: &str) -> Answered {
    let body = json!({"message": "the secret is 4711", "code": status, "type": kind});
    Ok(Answer {
        status,
        retry_after: None,
        body: body.to_string().into_bytes(),
    })
}

/// No rows.
pub fn none() -> Answered {
    ok(json!({"total": 0, "rows": []}))
}
