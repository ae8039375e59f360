//! `GET /v1/badges`: all badges there are.

use serde::Serialize;
use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Reply, Request, Result};

use crate::badges::{BADGES, Badge};

/// A badge.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ShownBadge {
    /// Its key, as in `profiles.badges`.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// How much it takes of what is counted.
    pub takes: i64,
}

impl From<&Badge> for ShownBadge {
    fn from(badge: &Badge) -> Self {
        Self {
            key: badge.key,
            name: badge.name,
            about: badge.about,
            takes: badge.takes,
        }
    }
}

/// Answers 200 with all of them.
pub async fn list(_: Ctx, _: Request) -> Result<Reply> {
    let items: Vec<ShownBadge> = BADGES.iter().map(ShownBadge::from).collect();
    let list = Listing {
        items,
        next: None,
        previous: None,
    };
    Ok(Reply::ok(&list)?.header("cache-control", "public, max-age=3600"))
}
