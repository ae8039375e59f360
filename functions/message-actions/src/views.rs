//! `POST /v1/conversations/{conversationId}/views`: counts the messages of a channel that somebody saw, each once for each user.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;
use whisper_kit::error::{Code, OptionExt, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request, events};
use whisper_messages::{Access, may_still_send, member_of, refuse_others, viewer_id};
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::Body;
use whisper_schema::body::{Distinct, forms};
use whisper_schema::prelude::{
    ChannelPost, Column, Conversation, ConversationMember, Ephemeral, Message, PostViewer,
    Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::limits::POST_VIEWS;

/// Messages that the caller saw.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"messageIds": ["01a22504-f35f-7015-895a-78e7cdcc920c"]}"#)]
pub struct SeenMessages {
    /// Ids of 1 to 100 messages of the channel. Messages that aren't there any more count nothing.
    #[field(required, count = 1..=100, is = forms::ID)]
    pub message_ids: Distinct<String>,
}

/// How many users viewed a message.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageViewsView {
    /// The message.
    pub message_id: String,
    /// How many users have viewed it, the caller counted.
    pub views: i64,
}

/// The messages that were counted now or before.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ViewedMessagesView {
    /// The messages that the caller sees, with their numbers.
    pub items: Vec<MessageViewsView>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/views",
        "viewMessages",
        "Counts messages of a channel as viewed by the caller: each once, however often they say so",
        view,
    )
    .reply::<ViewedMessagesView>(200, "The messages with their numbers of viewers.")
    .codes(&[Code::NotFound, Code::WrongKind, Code::RateLimited])
}

async fn view(ctx: Ctx, request: Request, Json(seen): Json<SeenMessages>) -> Result<Reply> {
    let conversation = request.id("conversationId")?;
    let ids: Vec<&str> = seen.message_ids.iter().map(String::as_str).collect();
    // Two operations for each message, and a handful of others: all in one commit where the database takes as many.
    let most = ctx.store().await?.portion(2 * ids.len() + OTHERS);
    let portion = (most.saturating_sub(OTHERS) / 2).max(1);
    let mut items = Vec::new();
    for (place, ids) in ids.chunks(portion).enumerate() {
        let counted = ctx.retry(async || attempt(&ctx, conversation, ids, place == 0).await);
        items.extend(counted.await?);
    }
    Reply::ok(&ViewedMessagesView { items })
}

/// The operations of a commit beside those for each message; messages that end have one more.
const OTHERS: usize = 5;

async fn attempt(
    ctx: &Ctx,
    conversation: &str,
    ids: &[&str],
    is_limited: bool,
) -> Result<Attempt<Vec<MessageViewsView>>> {
    let me = ctx.caller()?.user_id;
    let viewers: Vec<String> = ids.iter().map(|id| viewer_id(id, &me)).collect();
    let asked = (
        Get::<ConversationMember>::id(member_id(conversation, &me)),
        Get::<Conversation>::id(conversation),
        by_ids::<Message>(ids.iter().copied()),
        by_ids::<ChannelPost>(ids.iter().copied()),
        by_ids::<PostViewer>(viewers.iter().map(String::as_str)),
    );
    let (member, channel, messages, posts, known) = ctx.read(asked).await?;
    let access = Access {
        member: member_of(member)?,
        conversation: channel.or_not_found()?.into_inner(),
    };
    refuse_others(&access.conversation)?;
    let known = known.into_iter().flatten();
    let known: BTreeSet<String> = known.map(|viewer| viewer.into_inner().message_id).collect();
    let messages = messages
        .into_iter()
        .flatten()
        .filter(|message| message.stands(ctx.now()) && access.is_in_history(message, None));
    let messages: Vec<Doc<Message>> = messages.collect();
    let stands = |id: &str| messages.iter().any(|message| message.id == id);
    let posts = posts.into_iter().flatten().map(Doc::into_inner);
    let posts: Vec<ChannelPost> = posts.filter(|post| stands(&post.id)).collect();
    let (old, fresh): (Vec<_>, Vec<_>) =
        posts.into_iter().partition(|post| known.contains(&post.id));
    if !fresh.is_empty() {
        let batch = Batch::new().expect_some(may_still_send(&access.member));
        let batch = counting(batch, &fresh, &messages, &me);
        // Streams aren't told: each view of each reader would go to all readers.
        let ids: Vec<&str> = fresh.iter().map(|post| post.id.as_str()).collect();
        let what = json!({"messageIds": ids});
        let channel = &access.conversation.id;
        let batch = events::append(ctx, batch, "channel.viewed", channel, Some(&me), &what)?;
        let committed = match is_limited {
            true => {
                POST_VIEWS
                    .of_caller(ctx)
                    .await?
                    .try_commit(ctx, batch)
                    .await?
            }
            false => ctx.try_commit(batch).await?,
        };
        if committed.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    let item = |post: ChannelPost, more| MessageViewsView {
        message_id: post.id,
        views: post.views + more,
    };
    let old = old.into_iter().map(|post| item(post, 0));
    let fresh = fresh.into_iter().map(|post| item(post, 1));
    Ok(Attempt::Done(old.chain(fresh).collect()))
}

/// Counts these messages as viewed by a user, of whom none has been counted: of two requests at once the second fails.
fn counting(batch: Batch, posts: &[ChannelPost], messages: &[Doc<Message>], me: &str) -> Batch {
    let is_fresh = |id: &str| posts.iter().any(|post| post.id == id);
    let ids = posts.iter().map(|post| post.id.as_str());
    let deleted = Filter::and([
        Filter::is_in(Column::<Message>::id(), ids),
        Filter::is_not_null(Message::DELETED_AT),
    ]);
    let batch = batch.expect_none(deleted);
    // One that ends may have been removed since it was read.
    let ending = messages
        .iter()
        .filter(|message| message.expires_at.is_some());
    let batch = ending
        .filter(|message| is_fresh(&message.id))
        .fold(batch, |batch, message| {
            batch.expect_some(Filter::<Message>::eq(Column::id(), message.id.as_str()))
        });
    let batch = posts.iter().fold(batch, |batch, post| {
        batch.insert(&PostViewer {
            id: viewer_id(&post.id, me),
            message_id: post.id.clone(),
            user_id: me.to_owned(),
            viewed_at: Timestamp::AT_COMMIT,
        })
    });
    posts.iter().fold(batch, |batch, post| {
        let one_more = Patch::new().add(ChannelPost::VIEWS, 1);
        batch.insert_or_update(post, one_more)
    })
}
