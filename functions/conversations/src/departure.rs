//! The departure of a user whose account goes: they leave their groups, and the groups that they own are handed over. Between two
//! nothing changes: the other one keeps the conversation. The commit that deletes the account notes it, and the job does it.

use std::time::Instant;

use whisper_kit::{Attempt, Ctx, Result};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Column, Conversation, ConversationBot, ConversationKind, ConversationMember,
    ConversationMemberRole as Role, ConversationMemberStatus as Status, UserDeparture,
};
use whisper_store::{Batch, Filter, First, Get, Order, Patch, Query};

use crate::access::{Access, active};
use crate::leaving::leaving;
use crate::recipients::closing;

/// Memberships that one call looks at.
const PORTION: u32 = 100;

/// The members who joined first: of the admins, of the moderators, of all people; and of all.
type Successors = (
    First<ConversationMember>,
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
pub async fn depart(ctx: &Ctx, user: &str, after: Option<String>) -> Result<Option<String>> {
    let of = ConversationMember::CONVERSATION_ID;
    let memberships = Query::<ConversationMember>::new()
        .filter(Filter::eq(ConversationMember::USER_ID, user))
        .filter(active())
        .order(Order::asc(of))
        .limit(PORTION);
    let memberships = match &after {
        Some(after) => memberships.filter(Filter::gt(of, after.as_str())),
        None => memberships,
    };
    let page = ctx.read(memberships.page()).await?;
    for member in &page.items {
        ctx.retry(async || attempt(ctx, member).await).await?;
    }
    let last = page.items.last().filter(|_| page.next.is_some());
    Ok(last.map(|member| member.conversation_id.clone()))
}

/// Has a user of whom it is noted leave their conversations until none is left, or the time is over; tells how many portions
/// were dealt with, and whether there are more.
///
/// # Errors
/// The store's; the groups that were left stay so, and the next run goes on.
pub async fn go_on(ctx: &Ctx, note: &UserDeparture, end: Instant) -> Result<(u64, bool)> {
    let (mut done, mut after) = (0, note.position.clone());
    while Instant::now() < end {
        let ctx = &ctx.anew()?;
        after = depart(ctx, &note.id, after).await?;
        done += 1;
        let batch = match &after {
            Some(after) => {
                let moved = Patch::new().set(UserDeparture::POSITION, after.as_str());
                Batch::new().update(&note.id, moved)
            }
            None => Batch::new().delete_where(
                Filter::<UserDeparture>::eq(Column::id(), note.id.as_str()),
                1,
            ),
        };
        // Another run that was faster has deleted it.
        let gone = ctx.try_commit(batch).await?.is_none();
        if after.is_none() || gone {
            return Ok((done, false));
        }
    }
    Ok((done, true))
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
    let (conversation, me, (admin, moderator, person, anybody)) = ctx.read(asked).await?;
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
    let successor = admin
        .or(moderator)
        .or(person)
        .or(anybody)
        .filter(|_| is_owner);
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
    // A bot owns a group only where nobody else is left.
    let bots = Filter::eq(ConversationBot::CONVERSATION_ID, conversation);
    let person = Filter::is_not_among(ConversationMember::USER_ID, ConversationBot::BOT_ID, bots);
    let people = || others().filter(person.clone());
    let of = |role| people().filter(Filter::eq(ConversationMember::ROLE, role));
    (
        of(Role::Admin).first(),
        of(Role::Moderator).first(),
        people().first(),
        others().first(),
    )
}
