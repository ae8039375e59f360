//! The departure of a user whose account goes: they leave their groups, and the groups that they own are handed over. Between two
//! nothing changes: the other one keeps the conversation.

use whisper_kit::{Attempt, Ctx, Result};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole as Role,
    ConversationMemberStatus as Status,
};
use whisper_store::{Batch, Cursor, Filter, First, Get, Order, Query};

use crate::access::{Access, active};
use crate::leaving::leaving;
use crate::recipients::closing;

/// Memberships that one call looks at.
const PORTION: u32 = 100;

/// The members who joined first: of the admins, of the moderators, of all.
type Successors = (
    First<ConversationMember>,
    First<ConversationMember>,
    First<ConversationMember>,
);

/// Has a user leave their groups, a portion of them; gives where to go on, and none at the end. Each is a commit of its
/// own, and doing it again does no harm. The groups that they own go to the admin who joined first, else to the
/// moderator, else to the member.
///
/// # Errors
/// The store's.
pub async fn depart(ctx: &Ctx, user: &str, after: Option<Cursor>) -> Result<Option<Cursor>> {
    let memberships = Query::<ConversationMember>::new()
        .filter(Filter::eq(ConversationMember::USER_ID, user))
        .filter(active())
        .order(Order::asc(ConversationMember::CONVERSATION_ID))
        .limit(PORTION)
        .after(after);
    let page = ctx.read(memberships.page()).await?;
    for member in &page.items {
        ctx.retry(async || attempt(ctx, member).await).await?;
    }
    Ok(page.next)
}

async fn attempt(ctx: &Ctx, member: &ConversationMember) -> Result<Attempt<()>> {
    let batch = departing_from(ctx, &member.conversation_id, &member.user_id).await?;
    let Some(batch) = batch else {
        return Ok(Attempt::Done(()));
    };
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// The commit by which somebody leaves a conversation, and hands it over if they own it; none where they don't belong to it,
/// or there are but two.
///
/// # Errors
/// The store's.
pub async fn departing_from(ctx: &Ctx, id: &str, user: &str) -> Result<Option<Batch>> {
    let asked = (
        Get::<Conversation>::id(id),
        Get::<ConversationMember>::id(member_id(id, user)),
        successors(id, user),
    );
    let (conversation, me, (admin, moderator, anybody)) = ctx.read(asked).await?;
    let (Some(conversation), Some(me)) =
        (conversation, me.filter(|me| me.status == Status::Active))
    else {
        return Ok(None);
    };
    if conversation.kind == ConversationKind::Direct {
        return Ok(None);
    }
    let is_owner = me.role == Role::Owner;
    let is_list = conversation.kind == ConversationKind::Broadcast;
    let successor = admin.or(moderator).or(anybody).filter(|_| is_owner);
    let access = Access { conversation, me };
    match is_list {
        true => closing(ctx, &access),
        false => leaving(ctx, &access, successor.as_ref()),
    }
    .map(Some)
}

/// Asks who may follow an owner.
fn successors(conversation: &str, owner: &str) -> Successors {
    let others = || {
        Query::<ConversationMember>::new()
            .filter(Filter::eq(
                ConversationMember::CONVERSATION_ID,
                conversation,
            ))
            .filter(active())
            .filter(Filter::ne(ConversationMember::USER_ID, owner))
            .order(Order::asc(ConversationMember::JOINED_AT))
    };
    let of = |role| others().filter(Filter::eq(ConversationMember::ROLE, role));
    (
        of(Role::Admin).first(),
        of(Role::Moderator).first(),
        others().first(),
    )
}
