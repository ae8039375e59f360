//! The turn of one recipient: whether the sender may reach them now, the conversation of the two, and the copy.

use std::cell::RefCell;
use std::time::Instant;

use whisper_kit::error::{Code, Error, Result};
use whisper_kit::{Attempt, Ctx};
use whisper_messages::{begin_direct, broadcast_copy_id, is_active};
use whisper_people::ids::member_id;
use whisper_people::{consents, direct_ids, reach};
use whisper_schema::prelude::{
    Account, AccountStatus, Broadcast, BroadcastCopy, BroadcastRecipient, Column, Conversation,
    ConversationMember, Ephemeral, Message, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};

use super::draft::copy_of;
use crate::attached::Source;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::limits::Sender;
use crate::sending::Sending;

/// Attempts at one recipient at which the server may fail before they are passed over.
const ATTEMPTS: i64 = 10;
/// The wait after the first of them, in milliseconds; it doubles.
const FIRST_WAIT: i64 = 30_000;

/// How long recipients wait for their sender's limits, in milliseconds: a day.
const LONGEST_WAIT: i64 = 24 * 3_600_000;

/// The outcome of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A recipient had their turn.
    Done,
    /// Nothing is to be done now: all had their turns, or the next one has to wait.
    Over,
}

/// Gives recipients of a message their turns until all had them, one has to wait, or the time is over; tells how many had
/// theirs, and whether there are more.
///
/// # Errors
/// The store's.
pub async fn go_on(ctx: &Ctx, message: &str, end: Instant) -> Result<(u64, bool)> {
    let mut done = 0;
    while Instant::now() < end {
        // Later than before, the message may have ended meanwhile.
        let ctx = &ctx.anew()?;
        let since = Instant::now();
        let taken = RefCell::new(message.to_owned());
        let step = ctx
            .retry(async || attempt(ctx, message, &taken).await)
            .await;
        // Requests that wait for the database get it.
        ctx.store().await?.pause(since.elapsed()).await;
        match step {
            Ok(Step::Done) => done += 1,
            Ok(Step::Over) => return Ok((done, false)),
            // Another one is at work on it, and gets on.
            Err(error) if error.code() == Code::Unavailable && !error.is_outage() => {
                return Ok((done, true));
            }
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                put_off(ctx, &taken.into_inner()).await?;
                return Err(error);
            }
        }
    }
    Ok((done, true))
}

/// The commit after an error of the server: the next recipient waits, longer each time, and is passed over in the end.
async fn put_off(ctx: &Ctx, message: &str) -> Result<()> {
    let Some(run) = ctx.read(Get::<Broadcast>::id(message)).await? else {
        return Ok(());
    };
    let attempts = run.attempts + 1;
    let later = ctx
        .now()
        .plus(FIRST_WAIT << run.attempts.clamp(0, ATTEMPTS));
    let patch = match attempts < ATTEMPTS {
        true => Patch::new()
            .set(Broadcast::DUE_AT, later)
            .set(Broadcast::ATTEMPTS, attempts),
        false => match ctx.read(next(&run)).await? {
            Some(recipient) => moved(recipient.seq).add(Broadcast::REFUSED, 1),
            None => return Ok(()),
        },
    };
    let as_read = Filter::<Broadcast>::revision(run.revision);
    ctx.try_commit(Batch::new().update_if(&run.id, patch, as_read))
        .await
        .map(|_| ())
}

/// Asks for the recipient whose turn is next.
fn next(run: &Broadcast) -> whisper_store::First<BroadcastRecipient> {
    Query::new()
        .filter(Filter::eq(
            BroadcastRecipient::CONVERSATION_ID,
            run.conversation_id.as_str(),
        ))
        .filter(Filter::gt(Column::seq(), run.position))
        .order(Order::asc(Column::seq()))
        .first()
}

/// Asks for the first message of the same list that was sent before and isn't through.
fn before(run: &Doc<Broadcast>) -> whisper_store::First<Broadcast> {
    Query::new()
        .filter(Filter::eq(
            Broadcast::CONVERSATION_ID,
            run.conversation_id.as_str(),
        ))
        .filter(Filter::is_not_null(Broadcast::DUE_AT))
        .filter(Filter::lt(Column::seq(), run.seq))
        .order(Order::asc(Column::seq()))
        .first()
}

/// The change by which a recipient had their turn.
fn moved(position: i64) -> Patch<Broadcast> {
    Patch::new()
        .set(Broadcast::POSITION, position)
        .set(Broadcast::ATTEMPTS, 0)
}

/// A turn of this message's, or of one that was sent to the list before and isn't through: recipients get them in the order of the
/// list. Says which one it takes.
async fn attempt(ctx: &Ctx, message: &str, taken: &RefCell<String>) -> Result<Attempt<Step>> {
    let Some(run) = ctx.read(Get::<Broadcast>::id(message)).await? else {
        return Ok(Attempt::Done(Step::Over));
    };
    let run = match ctx.read(before(&run)).await? {
        Some(earlier) => earlier,
        None => run,
    };
    taken.replace(run.id.clone());
    let message = run.id.as_str();
    if run.due_at.is_none_or(|due_at| due_at > ctx.now()) {
        return Ok(Attempt::Done(Step::Over));
    }
    let (list, me) = (run.conversation_id.as_str(), run.user_id.as_str());
    let asked = (
        Get::<Message>::id(message),
        Get::<ConversationMember>::id(member_id(list, me)),
        Get::<Account>::id(me),
        next(&run),
    );
    let (message, owner, account, recipient) = ctx.read(asked).await?;
    let message = message.filter(|message| message.stands(ctx.now()));
    let is_owner = owner.is_some_and(|owner| is_active(&owner));
    let account = account.map(Doc::into_inner);
    let is_out_of_use = account
        .as_ref()
        .is_some_and(|account| account.status != AccountStatus::Active);
    // Users who were added after the message was sent don't get it.
    let recipient = recipient.filter(|recipient| {
        let sent = message.as_ref().and_then(|message| message.created_at);
        Some(recipient.added_at) <= sent
    });
    let (Some(message), Some(recipient), true, false) =
        (message, recipient, is_owner, is_out_of_use)
    else {
        let over = Patch::new().unset(Broadcast::DUE_AT);
        let as_read = Filter::<Broadcast>::revision(run.revision);
        let batch = Batch::new().update_if(&run.id, over, as_read);
        let committed = ctx.try_commit(batch).await?;
        return Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(Step::Over)));
    };
    let turn = Turn {
        ctx,
        run,
        message,
        recipient,
        is_anonymous: account.is_some_and(|account| account.is_anonymous),
    };
    turn.take().await
}

/// The turn of a recipient.
struct Turn<'a> {
    ctx: &'a Ctx,
    run: Doc<Broadcast>,
    message: Doc<Message>,
    recipient: Doc<BroadcastRecipient>,
    is_anonymous: bool,
}

impl Turn<'_> {
    async fn take(&self) -> Result<Attempt<Step>> {
        let (ctx, me, other) = (
            self.ctx,
            self.run.user_id.as_str(),
            self.recipient.user_id.as_str(),
        );
        let (id, former) = direct_ids(ctx, me, other).await?;
        let asked = (
            Get::<Conversation>::id(&id),
            Get::<Conversation>::id(&former),
            (reach([(me, other)]), consents(me, [other])),
            Get::<Account>::id(other),
        );
        let (direct, older, (reach, consents), account) = ctx.read(asked).await?;
        if account.is_none() || !reach.allows(me, other) {
            return self.refused().await;
        }
        let place = match direct.or(older) {
            Some(place) => place.into_inner().id,
            None if !consents.may_write(other) => return self.refused().await,
            None => {
                let is_request = !consents.is_known_to(other);
                let batch = begin_direct(ctx, &id, (me, other), is_request)?;
                if ctx.try_commit(batch).await?.is_none() {
                    return Ok(Attempt::Retry);
                }
                id
            }
        };
        self.send(&place).await
    }

    async fn send(&self, place: &str) -> Result<Attempt<Step>> {
        let ctx = self.ctx;
        let id = broadcast_copy_id(&self.message.id, &self.recipient.user_id);
        let sent = match self.decide(place, &id).await {
            Ok(None) => return self.refused().await,
            Ok(Some(sending)) => {
                let counted = |batch: Batch| {
                    Ok(self
                        .counted(batch, Broadcast::REACHED)
                        .insert(&BroadcastCopy {
                            id,
                            message_id: self.message.id.clone(),
                            conversation_id: place.to_owned(),
                        }))
                };
                sending.and(counted)?.try_commit(ctx).await
            }
            Err(error) => Err(error),
        };
        match sent {
            Ok(Some(_)) => Ok(Attempt::Done(Step::Done)),
            Ok(None) => Ok(Attempt::Retry),
            Err(error) if error.code() == Code::RateLimited => self.wait(&error).await,
            Err(error) if is_refusal(&error) => self.refused().await,
            Err(error) => Err(error),
        }
    }

    /// The copy, by everything that a send asks; none where the rules for messages refuse it, or the message is there.
    async fn decide(&self, place: &str, id: &str) -> Result<Option<Sending>> {
        let (ctx, me) = (self.ctx, self.run.user_id.as_str());
        let Some(draft) = copy_of(&self.message, id) else {
            return Ok(None);
        };
        let source = Source::Broadcast(&self.message.id);
        let context = Context::read(ctx, me, place, &draft, source).await?;
        let draft = match context.conversation.is_encrypted {
            true => SendMessage {
                details: draft.details.without_link_preview(),
                ..draft
            },
            false => draft,
        };
        if context.stored.is_some() {
            return Ok(None);
        }
        let sender = Sender {
            user_id: me,
            is_anonymous: self.is_anonymous,
            is_copy: true,
        };
        Sending::decide(ctx, sender, id.to_owned(), &draft, &context).map(Some)
    }

    /// Moves on and counts, on the condition that no other run did, and that the message still has the words that were
    /// read.
    fn counted(&self, batch: Batch, count: Column<Broadcast>) -> Batch {
        let edited = match self.message.edited_at {
            Some(at) => Filter::eq(Message::EDITED_AT, at),
            None => Filter::is_null(Message::EDITED_AT),
        };
        let same = Filter::and([
            Filter::eq(Column::id(), self.message.id.as_str()),
            Filter::stands(Timestamp::AT_COMMIT),
            edited,
        ]);
        let as_read = Filter::revision(self.run.revision);
        let patch = moved(self.recipient.seq).add(count, 1);
        batch
            .expect_some(same)
            .update_if(&self.run.id, patch, as_read)
    }

    async fn refused(&self) -> Result<Attempt<Step>> {
        let batch = self.counted(Batch::new(), Broadcast::REFUSED);
        let committed = self.ctx.try_commit(batch).await?;
        Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(Step::Done)))
    }

    /// Has the rest wait for as long as a limit of the sender's asks.
    async fn wait(&self, refusal: &Error) -> Result<Attempt<Step>> {
        let sent = self.message.created_at.unwrap_or_default();
        if self.ctx.now().since(sent) >= LONGEST_WAIT {
            return self.refused().await;
        }
        let mut headers = refusal.headers().iter();
        let seconds = headers.find(|(name, _)| *name == "retry-after");
        let seconds = seconds.and_then(|(_, seconds)| seconds.parse::<i64>().ok());
        let until = self.ctx.now().plus(seconds.unwrap_or(60) * 1000);
        let patch = Patch::new().set(Broadcast::DUE_AT, until);
        let as_read = Filter::<Broadcast>::revision(self.run.revision);
        let batch = Batch::new().update_if(&self.run.id, patch, as_read);
        let committed = self.ctx.try_commit(batch).await?;
        Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(Step::Over)))
    }
}

/// Whether a send was refused for good; else the server failed.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::NotFound | Code::Forbidden | Code::ValidationFailed | Code::MessageIdTaken
    )
}
