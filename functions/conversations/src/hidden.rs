//! `DELETE /v1/conversations/{conversationId}/me`: deletes a conversation for the caller alone, until somebody writes in it again.
//!
//! It is a flag of the membership. A send writes nothing per member, so nothing takes the flag away when somebody writes: that
//! is found out when its user looks at a list of theirs, by the conversations of the flag that were active last.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus, Message, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};
use whisper_views::conversations::newest::newest_for;

use crate::access::{active, admit, door};
use crate::clear::remove_marks;
use crate::limits::{LISTS, Uses};
use crate::mark_read::newest;
use crate::mine;

/// How many of a user's deleted conversations are looked at, those that were active last. Each deletion looks first, so those
/// in which somebody wrote since are the last active.
const LOOKED_AT: usize = 100;
/// Operations of a commit that one of them takes: on TablesDB a change takes two.
const OPERATIONS: usize = 4;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        "/v1/conversations/{conversationId}/me",
        "deleteConversationForMe",
        "Takes a conversation out of the caller's lists and its messages out of the caller's sight, for the caller alone. It comes back with the next \
         message, with that alone.",
        delete,
    )
    .reply_empty(204, "It is in no list of the caller's, or was in none already.")
    .codes(&[Code::RateLimited])
}

/// Answers 204.
async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let asleep = ctx.read(asleep(&me)).await?;
    wake(&ctx, &me, asleep).await?;
    let member = ctx.retry(async || attempt(&ctx, id, &me).await).await?;
    remove_marks(&ctx, &member).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, me: &str) -> Result<Attempt<ConversationMember>> {
    let (found, newest) = ctx.read((door(id, me), newest(id))).await?;
    let mut member = admit(found)?.me;
    let cleared = member.cleared_position.max(newest.map(|newest| newest.seq));
    if member.is_hidden && member.cleared_position == cleared {
        return Ok(Attempt::Done(member.into_inner()));
    }
    member.value.cleared_position = cleared;
    let patch = Patch::new()
        .set(ConversationMember::IS_HIDDEN, true)
        .set(ConversationMember::IS_PINNED, false)
        .set(ConversationMember::IS_ARCHIVED, false)
        .set(ConversationMember::IS_MARKED_UNREAD, false)
        .set(ConversationMember::CLEARED_POSITION, cleared)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
    let as_read = Filter::and([active(), Filter::revision(member.revision)]);
    let batch = Batch::new().update_if(&member.id, patch, as_read);
    let batch = mine::deleted(ctx, batch, me, id)?;
    let uses = Uses::of(ctx, &[(LISTS, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(member.into_inner())))
}

/// Asks for the conversations that a user deleted for themselves, the last active first.
pub fn asleep(user: &str) -> Query<Conversation> {
    let deleted = Filter::and([
        Filter::eq(ConversationMember::USER_ID, user),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::eq(ConversationMember::IS_HIDDEN, true),
    ]);
    Query::new()
        .filter(Filter::is_among(
            Column::id(),
            ConversationMember::CONVERSATION_ID,
            deleted,
        ))
        .order(Order::desc(Conversation::LAST_MESSAGE_AT))
        .limit(LOOKED_AT as u32)
}

/// Takes the flag of those of them in which somebody wrote to the user since; tells whether there was any. Without any that was
/// deleted it costs nothing, else two statements, and a commit where some come back.
///
/// # Errors
/// The store's.
pub async fn wake(ctx: &Ctx, user: &str, asleep: Vec<Doc<Conversation>>) -> Result<bool> {
    if asleep.is_empty() {
        return Ok(false);
    }
    let members = asleep
        .iter()
        .map(|one| Get::<ConversationMember>::id(member_id(&one.id, user)));
    let members = ctx.read(members.collect::<Vec<_>>()).await?;
    let pairs = asleep.iter().zip(members);
    let pairs: Vec<(&Doc<Conversation>, Doc<ConversationMember>)> = pairs
        .filter_map(|(conversation, member)| Some((conversation, member?)))
        .collect();
    let asked = pairs.iter().map(|(conversation, member)| {
        let written = Filter::eq(Message::IS_SYSTEM_MESSAGE, false);
        newest_for(ctx, conversation, member)
            .filter(written)
            .first()
    });
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let woken = pairs.iter().zip(found);
    let woken = woken.filter(|(_, newest)| newest.is_some());
    let woken: Vec<&Doc<ConversationMember>> = woken.map(|((_, member), _)| member).collect();
    let at_once = ctx.store().await?.portion(LOOKED_AT * OPERATIONS) / OPERATIONS;
    for some in woken.chunks(at_once.max(1)) {
        let batch = some.iter().try_fold(Batch::new(), |batch, member| {
            let patch = Patch::new().set(ConversationMember::IS_HIDDEN, false);
            let batch = batch.update_if(&member.id, patch, still_asleep(member));
            mine::back(ctx, batch, user, &member.conversation_id)
        })?;
        // Another device of theirs may have been faster, and then there is nothing left to do.
        ctx.try_commit(batch).await?;
    }
    Ok(!woken.is_empty())
}

/// Holds while the flag was neither taken away nor set anew.
fn still_asleep(member: &ConversationMember) -> Filter<ConversationMember> {
    let cleared = match member.cleared_position {
        Some(position) => Filter::eq(ConversationMember::CLEARED_POSITION, position),
        None => Filter::is_null(ConversationMember::CLEARED_POSITION),
    };
    Filter::and([
        active(),
        Filter::eq(ConversationMember::IS_HIDDEN, true),
        cleared,
    ])
}
