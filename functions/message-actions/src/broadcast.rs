//! Copies of broadcasts follow their sender's edits of the broadcast, and its deletion for all: one after the other, by the job. A run goes
//! on where the one before stopped.

use whisper_kit::jobs::{Budget, Tally};
use whisper_kit::log::{self, Level};
use whisper_kit::{Attempt, Ctx, Result};
use whisper_messages::Access;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Broadcast, BroadcastChange as Change, BroadcastCopy, Column, Conversation, ConversationMember,
    Ephemeral, Message,
};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};

use crate::follow::Copy;
use crate::take_back::take_back;

/// How many broadcasts that changed are read at once.
const PAGE: u32 = 50;
/// More copies than a broadcast has.
const ALL: u64 = 1_000;

/// Has the copies of broadcasts that changed follow, as far as the budget goes.
///
/// # Errors
/// The store's.
pub async fn follow(run: &Budget<'_>, tally: &Tally) -> Result<()> {
    let due = Query::<Broadcast>::new()
        .filter(Filter::le(Broadcast::CHANGE_DUE_AT, run.ctx.now()))
        .order(Order::asc(Broadcast::CHANGE_DUE_AT))
        .limit(PAGE);
    for broadcast in run.ctx.read(due).await? {
        loop {
            if run.is_spent() {
                tally.cap();
                return Ok(());
            }
            let ctx = run.ctx;
            match ctx.retry(async || attempt(ctx, &broadcast.id).await).await {
                Ok(true) => tally.done(1),
                Ok(false) => break,
                Err(error) if error.is_outage() => return Err(error),
                Err(error) => {
                    let cause = error.source_text().unwrap_or_default();
                    let fields = [
                        ("messageId", broadcast.id.as_str().into()),
                        ("cause", cause.into()),
                    ];
                    let kind = "broadcast_not_followed";
                    log::write(Level::Error, kind, ctx.request_id(), &fields);
                    break;
                }
            }
        }
    }
    Ok(())
}

/// The next copy follows; false where none is left.
async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<bool>> {
    let Some(run) = ctx.read(Get::<Broadcast>::id(id)).await? else {
        return Ok(Attempt::Done(false));
    };
    let (Some(change), Some(_)) = (run.change, run.change_due_at) else {
        return Ok(Attempt::Done(false));
    };
    let next = Query::<BroadcastCopy>::new()
        .filter(Filter::eq(BroadcastCopy::MESSAGE_ID, id))
        .filter(Filter::gt(Column::seq(), run.change_position))
        .order(Order::asc(Column::seq()))
        .first();
    let (origin, next) = ctx.read((Get::<Message>::id(id), next)).await?;
    let Some(next) = next else {
        return over(ctx, &run, change).await;
    };
    let asked = (
        Get::<Message>::id(&next.id),
        Get::<Conversation>::id(&next.conversation_id),
        Get::<ConversationMember>::id(member_id(&next.conversation_id, &run.user_id)),
    );
    let (copy, place, member) = ctx.read(asked).await?;
    let copy = copy.filter(|copy| copy.stands(ctx.now()));
    let moved = Patch::new().set(Broadcast::CHANGE_POSITION, next.seq);
    let as_read = Filter::revision(run.revision);
    let batch = Batch::new().update_if(id, moved, as_read);
    let batch = match (change, copy, place, member) {
        (Change::Edited, Some(message), Some(place), Some(member)) if !member.is_blocked => {
            let copy = Copy::at(message, place);
            match origin.filter(|origin| origin.stands(ctx.now())) {
                Some(origin) => copy.edited(ctx, batch, &origin, Some(&run.user_id))?,
                None => batch,
            }
        }
        (Change::Deleted, Some(message), Some(place), Some(member)) => {
            let access = Access {
                conversation: place.into_inner(),
                member: member.into_inner(),
            };
            if take_back(ctx, &access, &[message], None).await? == Attempt::Retry {
                return Ok(Attempt::Retry);
            }
            batch
        }
        _ => batch,
    };
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(true)))
}

/// Ends a change that all copies have followed. The row of a broadcast that was deleted goes, as nothing else of it is left.
async fn over(ctx: &Ctx, run: &Doc<Broadcast>, change: Change) -> Result<Attempt<bool>> {
    let as_read = Filter::<Broadcast>::revision(run.revision);
    let batch = match change {
        Change::Edited => {
            let patch = Patch::new().unset(Broadcast::CHANGE_DUE_AT);
            Batch::new().update_if(&run.id, patch, as_read)
        }
        Change::Deleted => {
            let copies = Filter::eq(BroadcastCopy::MESSAGE_ID, run.id.as_str());
            Batch::new()
                .delete_if(&run.id, as_read)
                .delete_where(copies, ALL)
        }
    };
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(false)))
}
