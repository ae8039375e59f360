//! `GET /v1/presence`: whether people are there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use whisper_kit::ids::is_id;
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Params, Reply, Request, Result, Rule};
use whisper_people::{PresenceSeen, presences, reach};

use super::PresenceView;

/// The most people of one question.
const MOST: usize = 100;

/// The people who are asked for.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct WhosePresence {
    /// Ids of users, separated by commas; 1 to 100.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(regex(
            pattern = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,35}(,[A-Za-z0-9][A-Za-z0-9_.-]{0,35}){0,99}$"
        ))
    )]
    ids: String,
}

/// The presence of several people.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct PresencesView {
    /// One for each id, in their order.
    pub items: Vec<PresenceView>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/presence",
        "getPresence",
        "Whether people are there, and when they last were, by their privacy settings and the caller's own: nobody sees more of others than \
         they show of themselves.",
        get,
    )
    .reply::<PresencesView>(200, "The presence of each.")
    .codes(&[Code::InvalidQuery])
}

async fn get(ctx: Ctx, _: Request, Params(whose): Params<WhosePresence>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let ids = ids(&whose.ids)?;
    let pairs = ids.iter().map(|id| (*id, me.as_str()));
    let asked = (
        reach(pairs),
        presences([me.as_str()], ids.iter().copied(), ctx.now()),
    );
    let (reach, presences) = ctx.read(asked).await?;
    let view = |id: &&str| {
        let seen = match reach.allows(id, &me) {
            true => presences.seen(&me, id),
            false => PresenceSeen::NOTHING,
        };
        PresenceView::new(id, seen)
    };
    Reply::ok(&PresencesView {
        items: ids.iter().map(view).collect(),
    })
}

/// The ids of a list, each once.
fn ids(text: &str) -> Result<Vec<&str>> {
    let refuse = |rule, detail: &str| Err(Error::parameter("ids", rule, detail));
    let ids: Vec<&str> = text.split(',').map(str::trim).collect();
    if ids.len() > MOST {
        return refuse(Rule::Size, "must have at most 100 ids");
    }
    if !ids.iter().all(|id| is_id(id)) {
        return refuse(Rule::Format, "must be ids of users, separated by commas");
    }
    let mut once = BTreeSet::new();
    Ok(ids.into_iter().filter(|id| once.insert(*id)).collect())
}
