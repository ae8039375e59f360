//! Appwrite as the server that signs users in: `GET /account` with a JWT answers with its user.

use http::HeaderMap;
use serde::Deserialize;
use whisper_store::tables::{Answer, Call, Transport, TransportError};

use crate::caller::{IdentityServer, Verifying};
use crate::config::{APPWRITE_ENDPOINT, APPWRITE_PROJECT, Config};
use crate::error::{Code, Error, Result};

/// Header with the key that Appwrite makes for each call of a function.
const KEY: &str = "x-appwrite-key";

/// A project of an Appwrite server.
pub struct Appwrite<T> {
    account: String,
    project: String,
    transport: T,
}

#[derive(Deserialize)]
struct Account {
    #[serde(rename = "$id")]
    id: String,
}

impl<T: Transport> Appwrite<T> {
    /// The project in the variables `appwrite_endpoint` and `appwrite_project`.
    pub fn of(config: &Config, transport: T) -> Self {
        let endpoint = config.text(APPWRITE_ENDPOINT).trim().trim_end_matches('/');
        Self {
            account: format!("{endpoint}/account"),
            project: config.text(APPWRITE_PROJECT).trim().to_owned(),
            transport,
        }
    }

    async fn ask(&self, jwt: &str) -> Result<Option<String>> {
        let call = Call {
            method: "GET",
            url: self.account.clone(),
            headers: vec![
                ("x-appwrite-project", self.project.clone()),
                ("x-appwrite-jwt", jwt.to_owned()),
            ],
            body: String::new(),
        };
        read(self.transport.send(call).await)
    }
}

impl<T: Transport> IdentityServer for Appwrite<T> {
    fn user_of<'a>(&'a self, jwt: &'a str) -> Verifying<'a> {
        Box::pin(self.ask(jwt))
    }
}

/// The id of the account's owner; none for a JWT that isn't valid, of a session that ended or of a user who is blocked.
fn read(answer: Result<Answer, TransportError>) -> Result<Option<String>> {
    let answer = answer.map_err(|error| unavailable(format!("{error:?}")))?;
    match answer.status {
        200 => {}
        401 | 403 | 404 => return Ok(None),
        status => return Err(unavailable(status)),
    }
    let account: Account = serde_json::from_slice(&answer.body).map_err(unavailable)?;
    Ok(Some(account.id))
}

fn unavailable(cause: impl std::fmt::Display) -> Error {
    let detail = "Your identity can't be verified at the moment. Try again.";
    Error::new(Code::Unavailable, detail)
        .with_header("retry-after", "1")
        .with_source(format!("GET /account: {cause}"))
}

/// Takes the store's key from a call of Appwrite's. Each key is good for some minutes, so the newest one counts.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) fn take_key(headers: &mut HeaderMap) -> Option<String> {
    let keys = headers.get_all(KEY).iter().count();
    let key = headers.remove(KEY)?;
    // Appwrite sets one such header. A second one was sent by the caller, so neither counts.
    let key = key.to_str().ok().filter(|_| keys == 1)?;
    Some(key.to_owned()).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use futures::executor::block_on;

    use super::*;

    use std::pin::Pin;

    type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

    /// Gives one answer, and keeps the calls.
    struct Once(Result<Answer, TransportError>, RefCell<Vec<Call>>);

    impl Transport for Once {
        fn send(&self, call: Call) -> Soon<'_, Result<Answer, TransportError>> {
            self.1.borrow_mut().push(call);
            Box::pin(async { self.0.clone() })
        }

        fn pause(&self, _: Duration) -> Soon<'_, ()> {
            Box::pin(async {})
        }
    }

    fn ask(answer: Result<Answer, TransportError>) -> (Result<Option<String>, Code>, Vec<Call>) {
        let config = Config::new([
            ("appwrite_endpoint", "https://example.com/v1/"),
            ("appwrite_project", "p"),
        ]);
        let server = Appwrite::of(&config, Once(answer, RefCell::default()));
        let user = block_on(server.user_of("a.b.c")).map_err(|error| error.code());
        (user, server.transport.1.into_inner())
    }

    fn answered(status: u16, body: &str) -> Result<Answer, TransportError> {
        Ok(Answer {
            status,
            body: body.into(),
            ..Answer::default()
        })
    }

    #[test]
    fn the_account_behind_a_jwt_is_asked_for_without_a_key() {
        let (user, sent) = ask(answered(200, r#"{"$id": "ann", "email": ""}"#));
        assert_eq!(user, Ok(Some("ann".to_owned())));
        assert_eq!(sent.len(), 1);
        assert_eq!(
            (sent[0].method, sent[0].url.as_str()),
            ("GET", "https://example.com/v1/account")
        );
        let headers = [
            ("x-appwrite-project", "p".to_owned()),
            ("x-appwrite-jwt", "a.b.c".to_owned()),
        ];
        assert_eq!(sent[0].headers, headers);
    }

    #[test]
    fn a_refusal_is_nobody_and_anything_else_no_answer() {
        for status in [401, 403, 404] {
            assert_eq!(ask(answered(status, "{}")).0, Ok(None), "{status}");
        }
        for answer in [
            answered(429, "{}"),
            answered(500, "{}"),
            answered(302, ""),
            answered(200, "<html>"),
            answered(200, "{}"),
            Err(TransportError::Lost("gone")),
        ] {
            assert_eq!(ask(answer.clone()).0, Err(Code::Unavailable), "{answer:?}");
        }
    }

    #[test]
    fn the_key_of_a_call_is_taken_and_goes_no_further() {
        let key = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(KEY, http::HeaderValue::from_static(value));
            }
            let key = take_key(&mut headers);
            assert!(!headers.contains_key(KEY));
            key
        };
        assert_eq!(key(&["dynamic_new"]).as_deref(), Some("dynamic_new"));
        for nothing in [&[][..], &[""], &["forged", "dynamic_new"]] {
            assert_eq!(key(nothing), None, "{nothing:?}");
        }
    }
}
