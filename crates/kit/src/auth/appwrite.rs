//! Appwrite as the server that signs users in: `GET /account` with a JWT answers with its user.

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Full, Limited};
use serde::Deserialize;

use super::foreign::{IdentityServer, Verifying};
use crate::config::Config;
use crate::error::{Code, Error, Result};

/// The longest answer that is read, in bytes: an account with its preferences, which may have 64 KB.
const MOST: usize = 1024 * 1024;

/// A project of an Appwrite server.
pub(crate) struct Appwrite {
    account: String,
    project: String,
}

#[derive(Deserialize)]
struct Account {
    #[serde(rename = "$id")]
    id: String,
}

impl Appwrite {
    /// The project in the variables `appwrite_endpoint` and `appwrite_project`.
    pub fn of(config: &Config) -> Self {
        let endpoint = config.text("appwrite_endpoint").trim_end_matches('/');
        Self {
            account: format!("{endpoint}/account"),
            project: config.text("appwrite_project").to_owned(),
        }
    }

    async fn ask(&self, jwt: &str) -> Result<Option<String>> {
        let request = http::Request::get(&self.account)
            .header("x-appwrite-project", &self.project)
            .header("x-appwrite-jwt", jwt)
            .body(Full::new(Bytes::new()))
            .map_err(Error::internal)?;
        let response = spin_sdk::http::send(request).await.map_err(unavailable)?;
        match response.status() {
            StatusCode::OK => {}
            // Not valid, of a session that ended, of a user who is blocked.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                return Ok(None);
            }
            status => return Err(unavailable(status)),
        }
        let body = Limited::new(response.into_body(), MOST).collect().await;
        let body = body.map_err(unavailable)?.to_bytes();
        let account: Account = serde_json::from_slice(&body).map_err(unavailable)?;
        Ok(Some(account.id))
    }
}

impl IdentityServer for Appwrite {
    fn user_of<'a>(&'a self, jwt: &'a str) -> Verifying<'a> {
        Box::pin(self.ask(jwt))
    }
}

fn unavailable(cause: impl std::fmt::Display) -> Error {
    let detail = "Who you are can't be verified at the moment. Try again.";
    Error::new(Code::Unavailable, detail)
        .with_header("retry-after", "1")
        .with_source(format!("GET /account: {cause}"))
}
