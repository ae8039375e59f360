//! `GET /v1/conversations`: the caller's conversations, the pinned ones on top, the last active first; those of a folder; or those
//! that changed since the list was read.

use serde::Serialize;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::precondition::{edit_number, etag_of_edit};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result, Rule};
use whisper_schema::prelude::{Conversation, Timestamp};
use whisper_store::Doc;
use whisper_views::conversations::ConversationView;

use crate::activity::{Listed, Part, Shelf};
use crate::changes;
use crate::folders;
use crate::found::{Found, read_part};
use crate::listing::views;
use crate::which::{PageView, Which};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations",
        "listConversations",
        "The caller's conversations, the pinned ones on top in the caller's own order, the last active first; or those of a folder. The first page's \
         `previous` leads to those that have become active since, and its `since` to all that changed in any way: catching up is one call. The \
         first page has an ETag.",
        list,
    )
    .for_bots()
    .answers(&["etag"])
    .reply::<ListingWith<ConversationView, PageView>>(200, "A page of conversations.")
    .codes(&[Code::NotFound, Code::ResyncRequired])
}

/// Answers 200 with a page.
async fn list(ctx: Ctx, _: Request, window: Window<Which>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let which = &window.filters;
    let is_cursor = window.after.is_some() || window.before.is_some();
    if which.since.is_some()
        && (which.archived || which.requests || which.folder.is_some() || is_cursor)
    {
        return Err(wrong("since", "goes with no other parameter"));
    }
    match (&which.since, &which.folder) {
        (Some(since), _) => changes::answer(&ctx, &me, since, &window).await,
        (None, Some(folder)) => {
            if which.archived || which.requests {
                return Err(wrong("folder", "goes with neither archived nor requests"));
            }
            if window.before.is_some() {
                return Err(wrong("before", "doesn't go with folder"));
            }
            let folder = folders::find(&ctx, &me, folder).await?;
            let page = folders::page(&ctx, &me, &folder, &window).await?;
            answer(&ctx, &me, &window, page).await
        }
        (None, None) => {
            let page = page(&ctx, &me, &window).await?;
            answer(&ctx, &me, &window, page).await
        }
    }
}

/// Reads a page; one statement, and two or three more where the caller deleted conversations for themselves.
async fn page(ctx: &Ctx, me: &str, window: &Window<Which>) -> Result<Found> {
    let shelf = Shelf {
        user: me,
        archived: Some(window.filters.archived),
        requests: Some(window.filters.requests),
        only: None,
    };
    let part = Part::of(window, ctx.now())?;
    read_part(ctx, me, &part, &shelf).await
}

/// Answers with a page; the first with its ETag and where to catch up from.
async fn answer(ctx: &Ctx, me: &str, window: &Window<Which>, found: Found) -> Result<Reply> {
    let Listed {
        items,
        next,
        previous,
    } = found.listed;
    let docs: Vec<Doc<Conversation>> = items.into_iter().map(|item| item.conversation).collect();
    let (items, users) = views(ctx, me, docs).await?;
    let cursors = (next.as_ref(), previous.as_ref());
    let Some(place) = found.place else {
        let more = PageView {
            users,
            ..PageView::default()
        };
        return window.reply_with(ctx, items, cursors, more).await;
    };
    let pinned = found.pinned;
    let etag = etag(ctx.now(), &(&items, &users, &pinned))?;
    let more = PageView {
        users,
        pinned_conversation_ids: Some(pinned),
        since: Some(place.seal(ctx, me).await?),
        gone: None,
    };
    let reply = window.reply_with(ctx, items, cursors, more).await?;
    Ok(reply.header("etag", &etag))
}

/// The ETag of a first page: a code of all that it shows. The place to catch up from isn't a part of it, as it moves with each
/// message of any user. The day is: so a client that gets 304 has a place that is a day old at most.
fn etag(now: Timestamp, shown: &impl Serialize) -> Result<String> {
    const DAY: i64 = 24 * 3_600_000;
    let shown = serde_json::to_string(shown).map_err(Error::internal)?;
    let day = now.as_millis().div_euclid(DAY);
    Ok(etag_of_edit(day, edit_number(&[&shown])))
}

fn wrong(parameter: &str, detail: &str) -> Error {
    Error::parameter(parameter, Rule::Range, detail)
}
