//! `POST /v1/contact-discovery`: the people behind hashes of addresses.

use std::collections::BTreeSet;

use serde::Serialize;
use whisper_kit::{Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_people::UserSummaryView;
use whisper_schema::Body;

use super::{HASH, lookup};
use crate::limits::LOOKUPS;

/// The most hashes of a request.
pub const MOST_HASHES: usize = 1000;

/// Hashes of addresses.
#[derive(Clone, Debug, Body)]
#[body(
    example = r#"{"hashes": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]}"#
)]
pub struct AddressHashes {
    /// 1 to 1,000 hashes, as `GET /v1/contact-discovery` says to make them; one that stands twice counts once.
    #[field(required, count = 1..=MOST_HASHES, is = HASH)]
    pub hashes: Vec<String>,
}

/// Somebody who was found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FoundContactView {
    /// The hash that led to them.
    pub hash: String,
    /// The person.
    pub user: UserSummaryView,
}

/// The people who were found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FoundContactsView {
    /// One for each hash that led to somebody.
    pub items: Vec<FoundContactView>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::DISCOVERY,
        "discoverContacts",
        "Finds people by hashes of their verified e-mail addresses and phone numbers, if they let the caller find them so.",
        find,
    )
    .reply::<FoundContactsView>(200, "The people who were found.")
    .codes(&[Code::RateLimited])
}

async fn find(ctx: Ctx, _: Request, Json(asked): Json<AddressHashes>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let (mut hashes, mut once) = (asked.hashes, BTreeSet::new());
    hashes.retain(|hash| once.insert(hash.clone()));
    // Counted before anything is looked up: a find can't be taken back.
    let limit = LOOKUPS.of_caller(&ctx).await?;
    limit.times(hashes.len()).count(&ctx).await?;
    let looked = lookup(&ctx, &me, hashes.iter().map(String::as_str)).await?;
    let items = hashes.into_iter().filter_map(|hash| {
        let user = looked.people.summary(looked.found.get(&hash)?);
        Some(FoundContactView { hash, user })
    });
    Reply::ok(&FoundContactsView {
        items: items.collect(),
    })
}
