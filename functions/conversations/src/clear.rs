//! `POST /v1/conversations/{conversationId}/clear`: empties a conversation for the caller alone. It stays in their list,
//! and later messages are shown.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::jobs::{Sweep, Tally, delete_bounded};
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::list_changed;
use whisper_schema::prelude::{ConversationMember, MessageMark, Timestamp};
use whisper_store::{Batch, Filter, Patch};
use whisper_views::conversations::MyMembershipView;

use crate::access::{Access, active, admit, door};
use crate::mark_read::{newest, unmark};
use crate::my_settings::my_membership;

/// The most marks on messages that one commit removes.
const MARKS: usize = 200;
/// The most commits that remove marks.
const COMMITS: u32 = 50;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/clear",
        "clearConversation",
        "Takes all messages that there are out of the caller's sight, for the caller alone: they are in no history, count or \
         preview of theirs any more. The other members aren't told.",
        clear,
    )
    .reply::<MyMembershipView>(200, "The caller's membership; nothing is unread.")
}

/// Answers 200 with the caller's membership.
async fn clear(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let access = ctx.retry(async || attempt(&ctx, id).await).await?;
    remove_marks(&ctx, &access.me).await?;
    my_membership(&ctx, &access).await
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<Access>> {
    let user = ctx.caller()?.user_id;
    let (found, newest) = ctx.read((door(id, &user), newest(id))).await?;
    let mut access = admit(found)?;
    let Some(newest) = newest.filter(|newest| access.me.cleared_position < Some(newest.seq)) else {
        return unmark(ctx, access).await;
    };
    let me = &mut access.me.value;
    me.cleared_position = Some(newest.seq);
    me.is_marked_unread = false;
    let patch = Patch::new()
        .set(ConversationMember::CLEARED_POSITION, newest.seq)
        .set(ConversationMember::IS_MARKED_UNREAD, false)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let batch = Batch::new().update_if(&me.id, patch, Filter::and([active(), before(newest.seq)]));
    let what = json!({"messageId": newest.id});
    let batch = append(ctx, batch, "conversation.cleared", id, Some(&user), &what)?;
    let batch = list_changed(ctx, batch, &user, id)?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(access)))
}

/// Removes the caller's marks on messages that they see no more: their stars, and that they had deleted some of them for
/// themselves. Nothing shows these marks, so the rest of very many may wait for the next time.
///
/// # Errors
/// The store's.
pub async fn remove_marks(ctx: &Ctx, me: &ConversationMember) -> Result<()> {
    let Some(cleared) = me.cleared_position else {
        return Ok(());
    };
    let theirs = Filter::and([
        Filter::eq(MessageMark::USER_ID, me.user_id.as_str()),
        Filter::eq(MessageMark::CONVERSATION_ID, me.conversation_id.as_str()),
        Filter::le(MessageMark::POSITION, cleared),
    ]);
    let sweep = Sweep {
        rows: ctx.store().await?.portion(MARKS) as u64,
        commits: COMMITS,
    };
    delete_bounded(ctx, &Tally::default(), &theirs, sweep).await
}

/// Holds for members who have not cleared that far.
fn before(position: i64) -> Filter<ConversationMember> {
    Filter::or([
        Filter::is_null(ConversationMember::CLEARED_POSITION),
        Filter::lt(ConversationMember::CLEARED_POSITION, position),
    ])
}
