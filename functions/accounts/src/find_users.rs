//! `GET /v1/users`: people by their ids, or by the beginning of a name.

use std::collections::BTreeSet;

use serde::Deserialize;
use whisper_kit::page::Listing;
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Params, Reply, Request, Result, Rule};
use whisper_people::privacy::{Viewer, is_shown};
use whisper_people::{People, UserSummary, friends, shown_to};
use whisper_schema::prelude::{DisplayName, Profile};
use whisper_store::{Filter, Order, Query};

use crate::names::folded;

/// The most ids of one question.
const MOST_IDS: usize = 100;
/// The most characters of the beginning of a name.
const MOST_CHARACTERS: usize = 100;
/// How many people a search gives.
const FOUND: usize = 20;
/// How many are looked at for each kind of name: some may not be for the caller.
const LOOKED_AT: u32 = 60;

/// Which people: one of the two has to be there.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct WhichUsers {
    /// Ids, separated by commas; at most 100.
    ids: Option<String>,
    /// The beginning of a user name or a display name, upper and lower case alike; 1 to 100 characters.
    query: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/users",
        "findUsers",
        "People by their ids, in that order and without those whom the caller may not see; or at most 20 whose user name or \
         display name begins so, by their privacy settings",
        find,
    )
    .reply::<Listing<UserSummary>>(200, "The people.")
    .codes(&[Code::InvalidQuery])
}

async fn find(ctx: Ctx, _: Request, Params(which): Params<WhichUsers>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let items = match (&which.ids, &which.query) {
        (Some(ids), None) => by_ids(&ctx, &me, ids).await?,
        (None, Some(query)) => by_name(&ctx, &me, query).await?,
        _ => {
            return Err(wrong(
                "ids",
                Rule::Required,
                "or query is needed, and not both",
            ));
        }
    };
    Reply::ok(&Listing {
        items,
        next: None,
        previous: None,
    })
}

fn wrong(parameter: &str, rule: Rule, detail: &str) -> Error {
    Error::field(parameter, rule, detail).with_code(Code::InvalidQuery)
}

async fn by_ids(ctx: &Ctx, me: &str, ids: &str) -> Result<Vec<UserSummary>> {
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    if ids.len() > MOST_IDS {
        return Err(wrong("ids", Rule::Size, "must have at most 100 ids"));
    }
    let people = People::read(ctx, me, ids.iter().copied()).await?;
    let mut once = BTreeSet::new();
    let seen = ids.iter().filter(|id| once.insert(**id));
    let seen = seen.filter_map(|id| people.profile(id));
    Ok(seen.map(UserSummary::from).collect())
}

async fn by_name(ctx: &Ctx, me: &str, query: &str) -> Result<Vec<UserSummary>> {
    let prefix = folded(query.trim());
    if !(1..=MOST_CHARACTERS).contains(&prefix.chars().count()) {
        return Err(wrong("query", Rule::Size, "must have 1 to 100 characters"));
    }
    let handles = Query::<Profile>::new()
        .filter(Filter::starts_with(Profile::USERNAME, prefix.as_str()))
        .order(Order::asc(Profile::USERNAME))
        .limit(LOOKED_AT);
    let names = Query::<DisplayName>::new()
        .filter(Filter::starts_with(DisplayName::NAME, prefix.as_str()))
        .order(Order::asc(DisplayName::NAME))
        .limit(LOOKED_AT);
    let (handles, names) = ctx.read((handles, names)).await?;
    let handles = handles.iter().map(|profile| profile.id.as_str());
    let mut once = BTreeSet::new();
    let found = handles.chain(names.iter().map(|name| name.id.as_str()));
    let found: Vec<&str> = found.filter(|id| once.insert(*id)).collect();
    let read = (
        shown_to(me, found.iter().copied()),
        friends(me, found.iter().copied()),
    );
    let (people, friends) = ctx.read(read).await?;
    let shown = found.into_iter().filter_map(|id| {
        let viewer = match id {
            id if id == me => Viewer::Owner,
            id if friends.contains(id) => Viewer::Friend,
            _ => Viewer::Stranger,
        };
        people
            .profile(id)
            .filter(|profile| is_shown(viewer, profile))
    });
    Ok(shown.take(FOUND).map(UserSummary::from).collect())
}
