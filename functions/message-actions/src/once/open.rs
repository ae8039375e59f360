//! `POST …/messages/{messageId}/view`: opens a message that can be viewed once. The answer is the only one that has its content.

use serde_json::json;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_messages::{
    MessageView, OPENING, SingleMessageView, Viewing, is_spent, is_view_once, message_path,
    opening_id, receipts,
};
use whisper_schema::Timestamp;
use whisper_schema::system::{ChannelPost, MessageOpening, OpenedMessage};
use whisper_store::{Batch, Get, Patch};

use super::author;
use crate::limits::VIEWS;
use crate::opened::{Named, Opened};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        message_path!("/view"),
        "viewMessage",
        "Opens a message that can be viewed once, for one of its recipients; for a minute the same answer is given again",
        view,
    )
    .reply::<SingleMessageView>(200, "The message with its content, for this once.")
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::AlreadyViewed,
        Code::RateLimited,
    ])
}

async fn view(ctx: Ctx, request: Request) -> Result<Reply> {
    let named = Named::of(&request)?;
    let opened = ctx.retry(async || attempt(&ctx, named).await).await?;
    let Opened { access, message } = opened;
    let receipts = ctx.read(receipts(&access)).await?;
    let one = std::slice::from_ref(&message);
    let viewing = Viewing::read(&ctx, &access, receipts, one).await?;
    Reply::ok(&SingleMessageView {
        message: MessageView::opened(message, &viewing),
        users: viewing.into_users(),
    })
}

async fn attempt(ctx: &Ctx, named: Named<'_>) -> Result<Attempt<Opened>> {
    let me = ctx.caller()?.user_id;
    let known = Get::<MessageOpening>::id(opening_id(named.message, &me));
    let post = Get::<ChannelPost>::id(named.message);
    let (opened, (known, post)) = named.open(ctx, (known, post)).await?;
    refuse(&opened, post.as_deref())?;
    let (message, now) = (&opened.message, ctx.now());
    if let Some(known) = &known {
        return match now.since(known.opened_at) < OPENING {
            true => Ok(Attempt::Done(opened)),
            false => Err(gone()),
        };
    }
    let opening = MessageOpening {
        id: opening_id(&message.id, &me),
        message_id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        user_id: me,
        opened_at: Timestamp::AT_COMMIT,
    };
    // After the last of the openings the job looks whether all have opened it.
    let due_at = now.plus(OPENING);
    let looked_at = OpenedMessage {
        id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        due_at,
    };
    let later = Patch::new().set(OpenedMessage::DUE_AT, due_at);
    let batch = Batch::new()
        .expect_some(opened.may_still())
        .expect_some(opened.stands())
        .insert(&opening)
        .insert_or_update(&looked_at, later);
    let (by, what) = (
        Some(opening.user_id.as_str()),
        json!({"conversationId": message.conversation_id, "authorId": message.sender_id}),
    );
    let batch = events::append(ctx, batch, "message.viewed", &message.id, by, &what)?;
    let rate = VIEWS.of_caller(ctx).await?;
    let committed = rate.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(opened)))
}

/// Refuses everybody but recipients who may let the sender know, and messages of which there is nothing to open.
fn refuse(opened: &Opened, post: Option<&ChannelPost>) -> Result<()> {
    opened.refuse_blocked()?;
    let (message, member) = (&opened.message, &opened.access.member);
    if !is_view_once(message) {
        let detail = "Only messages that can be viewed once are opened.";
        return Err(Error::forbidden(detail));
    }
    if author(message, post) == member.user_id {
        let detail = "Only recipients open a message that can be viewed once.";
        return Err(Error::forbidden(detail));
    }
    if member.is_request {
        let detail = "Accept the conversation first: its sender learns that you opened it.";
        return Err(Error::forbidden(detail));
    }
    match is_spent(message) {
        true => Err(gone()),
        false => Ok(()),
    }
}

fn gone() -> Error {
    let detail = "You have opened this message, or its content is gone.";
    Error::new(Code::AlreadyViewed, detail)
}
