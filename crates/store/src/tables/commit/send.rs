//! Transactions of the server.

use serde_json::{Value, json};

use crate::error::StoreError;
use crate::tables::Tables;
use crate::tables::client::{Backoff, Refusal};
use crate::tables::permissions::PERMISSIONS;

/// For how long, in seconds, the server keeps a transaction that isn't ended.
const KEPT: u32 = 60;

/// The outcome of a transaction, or of a request that does the same.
#[derive(Debug)]
pub(super) enum Sent {
    /// It took place.
    Done,
    /// It did not; somebody may have been faster.
    Lost,
    /// It did not, or it isn't known whether it did.
    Failed(StoreError),
}

/// A request that does the same as a transaction with one operation.
pub(super) struct Direct {
    method: &'static str,
    path: String,
    body: Value,
}

/// The request for an operation that needs no transaction; none if it does.
pub(super) fn direct(operation: &Value) -> Option<Direct> {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let rows = format!(
        "/tablesdb/{}/tables/{}/rows",
        text("databaseId"),
        text("tableId")
    );
    let id = text("rowId");
    // Beside the data, not within them.
    let mut data = operation["data"].clone();
    let permissions = data
        .as_object_mut()
        .and_then(|data| data.remove(PERMISSIONS));
    let body = |mut body: Value| {
        if let Some(permissions) = permissions {
            body["permissions"] = permissions;
        }
        body
    };
    match text("action") {
        "create" => Some(Direct {
            method: "POST",
            path: rows,
            body: body(json!({"rowId": id, "data": data})),
        }),
        "update" => Some(Direct {
            method: "PATCH",
            path: format!("{rows}/{id}"),
            body: body(json!({"data": data})),
        }),
        "delete" => Some(Direct {
            method: "DELETE",
            path: format!("{rows}/{id}"),
            body: json!({}),
        }),
        _ => None,
    }
}

impl Tables {
    /// Does one operation.
    pub(super) async fn once(&self, direct: Direct) -> Sent {
        match self.send(direct.method, &direct.path, direct.body).await {
            Ok(_) => Sent::Done,
            Err(refusal) => refused(refusal),
        }
    }

    /// Begins a transaction and adds its operations; gives its id. Nothing takes place yet.
    pub(super) async fn stage(&self, operations: &[Value]) -> Result<String, Sent> {
        let begun = self.send("POST", "/tablesdb/transactions", json!({"ttl": KEPT}));
        let begun = begun.await.map_err(harmless)?;
        let Some(id) = begun["$id"].as_str().map(str::to_owned) else {
            let why = "the answer is none of Appwrite's".to_owned();
            return Err(Sent::Failed(StoreError::Unavailable(why)));
        };
        let path = format!("/tablesdb/transactions/{id}/operations");
        let staged = self.send("POST", &path, json!({"operations": operations}));
        match staged.await {
            Ok(_) => Ok(id),
            Err(refusal) if refusal.ends("transaction_limit_exceeded") => {
                // A plan of the server's may allow fewer than we know of.
                Err(Sent::Failed(StoreError::TooLarge {
                    operations: operations.len(),
                    most: operations.len().saturating_sub(1),
                }))
            }
            Err(refusal) => Err(harmless(refusal)),
        }
    }

    /// Ends a transaction; asks for its outcome if the answer gets lost.
    pub(super) async fn end(&self, transaction: &str) -> Sent {
        let path = format!("/tablesdb/transactions/{transaction}");
        let mut backoff = Backoff::new();
        let mut asked = false;
        loop {
            let ended = self.send("PATCH", &path, json!({"commit": true})).await;
            let why = match ended {
                Ok(_) => return Sent::Done,
                Err(Refusal::Unknown(why)) => why,
                Err(Refusal::Unsent(why)) => why.to_owned(),
                Err(Refusal::Throttled) => "Appwrite put the commit off".to_owned(),
                // After a lost answer it says so of a transaction that has ended.
                Err(_) if asked => "the transaction has ended".to_owned(),
                Err(refusal) => return refused(refusal),
            };
            asked = true;
            match self.became(&path, &mut backoff).await {
                Some(sent) => return sent,
                None if backoff.wait(self, None).await => {}
                None => return Sent::Failed(StoreError::Unavailable(why)),
            }
        }
    }

    /// The outcome of a transaction; none if it still waits to be ended.
    async fn became(&self, path: &str, backoff: &mut Backoff) -> Option<Sent> {
        loop {
            let status = match self.get(path, &[]).await {
                Ok(transaction) => transaction["status"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                // Transactions that have ended are cleared away after a while; which way is not known then.
                Err(refusal) => {
                    let why = match StoreError::from(refusal) {
                        StoreError::Internal(why) | StoreError::Unavailable(why) => why,
                        other => other.to_string(),
                    };
                    return Some(Sent::Failed(StoreError::Unavailable(why)));
                }
            };
            match status.as_str() {
                "committed" => return Some(Sent::Done),
                "failed" => return Some(Sent::Lost),
                "pending" => return None,
                _ if backoff.wait(self, None).await => {}
                _ => {
                    let why = "Appwrite doesn't tell the outcome of the commit".to_owned();
                    return Some(Sent::Failed(StoreError::Unavailable(why)));
                }
            }
        }
    }
}

/// The outcome of a failed request that changes no row yet: if the answer got lost, the commit can begin again.
fn harmless(refusal: Refusal) -> Sent {
    match refusal {
        Refusal::Unknown(_) => Sent::Lost,
        other => refused(other),
    }
}

fn refused(refusal: Refusal) -> Sent {
    let missing =
        refusal.is(404) && (refusal.ends("row_not_found") || refusal.ends("document_not_found"));
    let faster = refusal.is(409) || refusal.is(410) || refusal.ends("limit_exceeded");
    if missing || faster {
        Sent::Lost
    } else {
        Sent::Failed(refusal.into())
    }
}
