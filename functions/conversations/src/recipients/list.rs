//! `GET /v1/conversations/{conversationId}/recipients`: the recipients of a list.

use serde::Serialize;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::{People, UsersView};
use whisper_schema::prelude::{BroadcastRecipient, Column, Timestamp};
use whisper_store::{Filter, Order, Query};

use super::refuse_others;
use crate::access::{admit, door};

/// A user on a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecipientView {
    /// Id of the user.
    pub user_id: String,
    /// When they were added.
    pub added_at: Timestamp,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::RECIPIENTS,
        "listRecipients",
        "The users whom a broadcast reaches, in the order in which they were added; for the owner of the list.",
        list,
    )
    .reply::<ListingWith<RecipientView, UsersView>>(200, "A page of recipients.")
    .codes(&[Code::WrongKind])
}

/// Answers 200 with a page of recipients.
async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let (id, me) = (request.id("conversationId")?, ctx.caller()?.user_id);
    let query = Query::<BroadcastRecipient>::new()
        .filter(Filter::eq(BroadcastRecipient::CONVERSATION_ID, id))
        .order(Order::asc(Column::seq()));
    let asked = (door(id, &me), window.over(query).page());
    let (found, page) = ctx.read(asked).await?;
    refuse_others(&admit(found)?)?;
    let users = page.items.iter().map(|entry| entry.user_id.as_str());
    let people = People::read(&ctx, &me, users).await?;
    let items = page.items.iter().map(|entry| RecipientView {
        user_id: entry.user_id.clone(),
        added_at: entry.added_at,
    });
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    window
        .reply_with(&ctx, items.collect(), cursors, people.users())
        .await
}
