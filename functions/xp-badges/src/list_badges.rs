//! `GET /v1/badges`: all badges there are.

use serde::Serialize;
use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};

use crate::badges::{BADGES, Badge};

/// A badge.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct BadgeView {
    /// Its key, as in `profiles.badges`.
    pub key: &'static str,
    /// Its name, as people read it.
    pub name: &'static str,
    /// The reason it is given for, in a sentence.
    pub about: &'static str,
    /// How much of the counted thing it takes.
    pub takes: i64,
}

impl From<&Badge> for BadgeView {
    fn from(badge: &Badge) -> Self {
        Self {
            key: badge.key,
            name: badge.name,
            about: badge.about,
            takes: badge.takes,
        }
    }
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/badges",
        "listBadges",
        "All badges there are.",
        list,
    )
    .public()
    .reply::<Listing<BadgeView>>(200, "All of them.")
}

async fn list(_: Ctx, _: Request) -> Result<Reply> {
    let items: Vec<BadgeView> = BADGES.iter().map(BadgeView::from).collect();
    let list = Listing {
        items,
        next: None,
        previous: None,
    };
    Ok(Reply::ok(&list)?.header("cache-control", "public, max-age=3600"))
}
