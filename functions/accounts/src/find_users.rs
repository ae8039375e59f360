//! `GET /v1/users`: people by their ids, or by the beginning of a name.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use whisper_kit::page::Listing;
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Params, Reply, Request, Result, Rule};
use whisper_people::privacy::{Viewer, is_shown};
use whisper_people::{People, UserSummaryView, beginning_of_name, friends, shown_to};
use whisper_schema::prelude::{DisplayName, Document, Profile};
use whisper_store::{Filter, Order, Page, Query};

/// The most ids of one question.
const MOST_IDS: usize = 100;
/// How many people a search gives.
const FOUND: usize = 20;
/// How many are looked at in a round, for each kind of name: some may not be for the caller.
const LOOKED_AT: u32 = 60;
/// The most rounds of a search: a bound on the cost of one that meets many people who aren't for the caller.
const ROUNDS: usize = 5;

/// The people to find, by ids or by a name: one of the two has to be there.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct WhichUsers {
    /// Ids, separated by commas; at most 100.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(regex(pattern = r"^[^,]*(,[^,]*){0,99}$"))
    )]
    ids: Option<String>,
    /// The beginning of a user name or a display name, upper and lower case alike; 1 to 100 characters.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(length(min = 1, max = whisper_people::MOST_NAME_CHARACTERS), regex(pattern = r"^\s*\S"))
    )]
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
    .at_replica()
    .reply::<Listing<UserSummaryView>>(200, "The people.")
    .codes(&[Code::InvalidQuery])
}

async fn find(ctx: Ctx, _: Request, Params(which): Params<WhichUsers>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let items = match (&which.ids, &which.query) {
        (Some(ids), None) => by_ids(&ctx, &me, ids).await?,
        (None, Some(query)) => by_name(&ctx, &me, query).await?,
        _ => {
            return Err(Error::parameter(
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

async fn by_ids(ctx: &Ctx, me: &str, ids: &str) -> Result<Vec<UserSummaryView>> {
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    if ids.len() > MOST_IDS {
        return Err(Error::parameter(
            "ids",
            Rule::Size,
            "must have at most 100 ids",
        ));
    }
    let people = People::read(ctx, me, ids.iter().copied()).await?;
    let mut once = BTreeSet::new();
    let seen = ids.iter().filter(|id| once.insert(**id));
    let seen = seen.filter(|id| people.profile(id).is_some());
    Ok(seen.map(|id| people.summary(id)).collect())
}

async fn by_name(ctx: &Ctx, me: &str, query: &str) -> Result<Vec<UserSummaryView>> {
    let prefix = beginning_of_name(query)?;
    let handles = Query::<Profile>::new()
        .filter(Filter::starts_with(Profile::USERNAME, prefix.as_str()))
        .order(Order::asc(Profile::USERNAME))
        .limit(LOOKED_AT);
    let names = Query::<DisplayName>::new()
        .filter(Filter::starts_with(DisplayName::NAME, prefix.as_str()))
        .order(Order::asc(DisplayName::NAME))
        .limit(LOOKED_AT);
    let (mut handles, mut names) = (Some(handles), Some(names));
    let (mut by_handle, mut by_display_name) = (Vec::new(), Vec::new());
    let mut once = BTreeSet::new();
    for _ in 0..ROUNDS {
        let pages = (
            handles.clone().map(Query::page),
            names.clone().map(Query::page),
        );
        let (handle_page, name_page) = ctx.read(pages).await?;
        let found = ids(handle_page.as_ref()).chain(ids(name_page.as_ref()));
        let shown = shown(ctx, me, found.collect()).await?;
        let mut new = |id: &str| {
            shown
                .get(id)
                .filter(|_| once.insert(id.to_owned()))
                .cloned()
        };
        by_handle.extend(ids(handle_page.as_ref()).filter_map(&mut new));
        by_display_name.extend(ids(name_page.as_ref()).filter_map(&mut new));
        handles = behind(handles, handle_page);
        names = behind(names, name_page);
        if once.len() >= FOUND || (handles.is_none() && names.is_none()) {
            break;
        }
    }
    by_handle.append(&mut by_display_name);
    by_handle.truncate(FOUND);
    Ok(by_handle)
}

fn ids<D: Document>(page: Option<&Page<D>>) -> impl Iterator<Item = &str> {
    page.into_iter()
        .flat_map(|page| page.items.iter().map(|found| found.id()))
}

/// The same question behind a page; none if that was the last one.
fn behind<D: Document>(query: Option<Query<D>>, page: Option<Page<D>>) -> Option<Query<D>> {
    let next = page?.next?;
    query.map(|query| query.after(next))
}

/// The people whose privacy settings let the caller find them, of these.
async fn shown(ctx: &Ctx, me: &str, ids: Vec<&str>) -> Result<BTreeMap<String, UserSummaryView>> {
    let read = (
        shown_to(me, ids.iter().copied()),
        friends(me, ids.iter().copied()),
    );
    let (people, friends) = ctx.read(read).await?;
    let people = people.pictured(ctx).await?;
    let shown = ids.into_iter().filter_map(|id| {
        let viewer = match id {
            id if id == me => Viewer::Owner,
            id if friends.contains(id) => Viewer::Friend,
            _ => Viewer::Stranger,
        };
        let profile = people.profile(id)?;
        is_shown(viewer, profile).then(|| (id.to_owned(), people.summary(id)))
    });
    Ok(shown.collect())
}
