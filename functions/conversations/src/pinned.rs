//! `GET` and `PUT /v1/me/pinned-conversations`: the conversations on top of the caller's list, in their own order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, FieldError, Json, Method, Reply, Request, Result, Rule,
};
use whisper_people::ids::member_id;
use whisper_people::{by_ids, list_changed};
use whisper_schema::Body;
use whisper_schema::body::forms;
use whisper_schema::prelude::{
    ConversationList, ConversationMember, ConversationMemberStatus, Timestamp,
};
use whisper_store::{Batch, Doc, Patch};

use crate::access::active;
use crate::limits::{LISTS, Uses};
use crate::my_settings::pinned;
use crate::own_list::{OwnList, own_list};

const PATH: &str = "/v1/me/pinned-conversations";

/// The pinned conversations, the topmost first.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"conversationIds": []}"#)]
pub struct NewPinnedOrder {
    /// Ids of 0 to 20 conversations of the caller's. Pinned ones that aren't named are pinned no more.
    #[field(required, count = 0..=ConversationList::MOST_PINNED, unique, is = forms::ID)]
    pub conversation_ids: Vec<String>,
}

/// The pinned conversations, the topmost first.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PinnedOrderView {
    /// Their ids, those of archived ones too.
    pub conversation_ids: Vec<String>,
}

/// Reading the order.
pub fn reading() -> Endpoint {
    Endpoint::new(
        Method::GET,
        PATH,
        "getPinnedConversations",
        "The conversations that the caller pinned, in their own order.",
        read,
    )
    .reply::<PinnedOrderView>(200, "The order.")
}

/// Setting the order.
pub fn setting() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        PATH,
        "setPinnedConversations",
        "Pins these conversations in this order, and no others.",
        set,
    )
    .reply::<PinnedOrderView>(200, "The order.")
    .codes(&[Code::RateLimited])
}

async fn read(ctx: Ctx, _: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let (list, pinned) = ctx.read((own_list(&me), pinned(&me))).await?;
    let conversation_ids = OwnList::of(list, &me).in_order(&pinned);
    Reply::ok(&PinnedOrderView { conversation_ids })
}

async fn set(ctx: Ctx, _: Request, Json(wanted): Json<NewPinnedOrder>) -> Result<Reply> {
    let conversation_ids = wanted.conversation_ids;
    ctx.retry(async || attempt(&ctx, &conversation_ids).await)
        .await?;
    Reply::ok(&PinnedOrderView { conversation_ids })
}

async fn attempt(ctx: &Ctx, wanted: &[String]) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let named: Vec<String> = wanted.iter().map(|id| member_id(id, &me)).collect();
    let named = by_ids::<ConversationMember>(named.iter().map(String::as_str));
    let asked = (own_list(&me), pinned(&me), named);
    let (list, pinned, named) = ctx.read(asked).await?;
    let named = named.into_iter().flatten();
    let named: BTreeMap<String, Doc<ConversationMember>> = named
        .map(|member| (member.conversation_id.clone(), member))
        .collect();
    refuse_strange(wanted, &named)?;
    let list = OwnList::of(list, &me);
    let before = list.in_order(&pinned);
    if before == wanted && list.pinned() == wanted {
        return Ok(Attempt::Done(()));
    }
    let set = |batch: Batch, member: &Doc<ConversationMember>, is_pinned: bool| {
        let patch = Patch::new()
            .set(ConversationMember::IS_PINNED, is_pinned)
            .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
        batch.update_if(&member.id, patch, active())
    };
    let new = named.values().filter(|member| !member.is_pinned);
    let batch = new.fold(Batch::new(), |batch, member| set(batch, member, true));
    let gone = pinned.iter();
    let gone = gone.filter(|member| !wanted.contains(&member.conversation_id));
    let batch = gone.fold(batch, |batch, member| set(batch, member, false));
    let batch = list.with_pinned(wanted.to_vec()).keep_in(batch);
    let mut moved = moved(&before, wanted).into_iter();
    let batch = moved.try_fold(batch, |batch, id| list_changed(ctx, batch, &me, id))?;
    let what = json!({"conversationIds": wanted});
    let kind = "pinned_conversations.changed";
    let batch = append(ctx, batch, kind, &me, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(LISTS, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Refuses conversations that aren't the caller's, or that they deleted for themselves.
fn refuse_strange(
    wanted: &[String],
    named: &BTreeMap<String, Doc<ConversationMember>>,
) -> Result<()> {
    let is_listed = |id: &String| {
        let member = named.get(id);
        member.is_some_and(|m| m.status == ConversationMemberStatus::Active && !m.is_hidden)
    };
    let strange = wanted.iter().enumerate().filter(|(_, id)| !is_listed(id));
    let strange: Vec<FieldError> = strange
        .map(|(n, _)| {
            let field = format!("conversationIds[{n}]");
            FieldError::new(&field, Rule::Reference, "is no conversation of yours")
        })
        .collect();
    match strange.is_empty() {
        true => Ok(()),
        false => Err(Error::fields(strange)),
    }
}

/// The conversations whose place among the pinned ones changed: moved, pinned or unpinned.
fn moved<'a>(before: &'a [String], after: &'a [String]) -> BTreeSet<&'a str> {
    let places = |order: &'a [String]| -> BTreeSet<(usize, &'a str)> {
        order.iter().map(String::as_str).enumerate().collect()
    };
    let (before, after) = (places(before), places(after));
    let differing = before.symmetric_difference(&after);
    differing.map(|(_, id)| *id).collect()
}
