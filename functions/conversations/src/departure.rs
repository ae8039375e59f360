//! The departure of a user whose account goes: they leave their groups, and the groups that they own are handed over. Between two
//! nothing changes: the other one keeps the conversation. The commit that deletes the account notes it, and the job does it.

use std::time::Instant;

use whisper_kit::{Attempt, Ctx, Error, Result};
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

/// The outcome of a portion.
#[derive(Debug)]
pub struct Portion {
    /// Where to go on; none at the end.
    pub next: Option<String>,
    /// The first group that the user couldn't leave: where it is found again, and the failure.
    pub missed: Option<(Option<String>, Error)>,
}

/// Has a user leave their groups, a portion of them. Each is a commit of its own, and doing it again does no harm. The groups that
/// they own go to the admin who joined first, else to the moderator, else to the member. A group at which the server fails holds up
/// no other one.
///
/// # Errors
/// The store's, when it can't be reached.
pub async fn depart(ctx: &Ctx, user: &str, after: Option<String>) -> Result<Portion> {
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
    let (mut missed, mut before) = (None, after);
    for member in &page.items {
        match ctx.retry(async || attempt(ctx, member).await).await {
            Ok(()) => {}
            Err(error) if error.is_outage() => return Err(error),
            Err(error) if missed.is_none() => missed = Some((before.clone(), error)),
            Err(_) => {}
        }
        before = Some(member.conversation_id.clone());
    }
    Ok(Portion {
        next: before.filter(|_| page.next.is_some()),
        missed,
    })
}

/// Has a user of whom it is noted leave their conversations until none is left, or the time is over; tells how many portions
/// were dealt with, and whether there are more. The note's place stays in front of the first group that they couldn't leave: the
/// next run begins there, and finds fewer.
///
/// # Errors
/// The store's, and at the end that of the first group that they couldn't leave; the groups that were left stay so, and the
/// next run goes on.
pub async fn go_on(ctx: &Ctx, note: &UserDeparture, end: Instant) -> Result<(u64, bool)> {
    let (mut done, mut after) = (0, note.position.clone());
    let mut failure = None;
    while Instant::now() < end {
        let ctx = &ctx.anew()?;
        let portion = depart(ctx, &note.id, after).await?;
        done += 1;
        after = portion.next;
        let noted = match (&failure, portion.missed) {
            (Some(_), _) => None,
            (None, Some((before, error))) => {
                failure = Some(error);
                before.map(|place| moved(note, place))
            }
            (None, None) => Some(match after.clone() {
                Some(place) => moved(note, place),
                None => over(note),
            }),
        };
        let gone = match noted {
            Some(batch) => ctx.try_commit(batch).await?.is_none(),
            None => false,
        };
        if gone {
            // Another run that was faster has deleted it.
            return Ok((done, false));
        }
        if after.is_none() {
            return failure.map_or(Ok((done, false)), Err);
        }
    }
    Ok((done, true))
}

fn moved(note: &UserDeparture, place: String) -> Batch {
    let patch = Patch::new().set(UserDeparture::POSITION, place);
    Batch::new().update(&note.id, patch)
}

fn over(note: &UserDeparture) -> Batch {
    let this = Filter::<UserDeparture>::eq(Column::id(), note.id.as_str());
    Batch::new().delete_where(this, 1)
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
        true => closing(ctx, &access).await,
        false => leaving(ctx, &access, successor.as_ref()).await,
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
