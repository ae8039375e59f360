//! Deletions of messages by a member, for themselves or for all.

use whisper_kit::error::{Error, FieldError, Result, Rule};
use whisper_kit::rate_limit::Limit;
use whisper_kit::{Attempt, Ctx};
use whisper_messages::Access;
use whisper_schema::choices;
use whisper_schema::main_db::Message;
use whisper_store::Doc;

use crate::chosen::Chosen;
use crate::hide::hide;
use crate::limits::{CHANGES, DELETE_WINDOW};
use crate::rules::may_take_back;
use crate::take_back::take_back;

choices! {
    /// For whom a message is deleted.
    pub enum Whom {
        /// For everybody: an empty message with `deletedAt` keeps its place.
        All = "all",
        /// For the caller alone: they see it no more, and nobody else is told.
        Me = "me",
    }
}

/// The most messages that one commit deletes: each is a handful of operations, of which a commit on TablesDB has a hundred.
const AT_ONCE: usize = 20;

/// Messages that a member wants deleted.
#[derive(Clone, Copy, Debug)]
pub struct Deletion<'a> {
    /// The conversation.
    pub conversation: &'a str,
    /// The messages.
    pub ids: &'a [&'a str],
    /// For whom.
    pub whom: Whom,
}

/// The answer for ids under which the caller sees nothing.
pub type Missing = fn(&[&str]) -> Error;

/// The answer for several.
pub fn missing_of_many(ids: &[&str]) -> Error {
    let fault = |id: &&str| {
        let detail = format!("has `{id}`, which is no message of this conversation that you see");
        FieldError::new("ids", Rule::Reference, detail)
    };
    Error::fields(ids.iter().map(fault).collect())
}

impl Deletion<'_> {
    /// Deletes them, in portions; messages that are deleted already stay so. Nothing is deleted where the caller may not delete
    /// one of them.
    ///
    /// # Errors
    /// `missing`'s, `forbidden`, `too_late`, `rate_limited`, and the store's.
    pub async fn run(&self, ctx: &Ctx, missing: Missing) -> Result<()> {
        let whole = match self.ids.len() > AT_ONCE {
            true => {
                let (_, pending) = self.pending(ctx, missing).await?;
                Some(pending.len())
            }
            false => None,
        };
        for (portion, ids) in self.ids.chunks(AT_ONCE).enumerate() {
            let part = Deletion { ids, ..*self };
            // All are counted with the first, so that none is refused in the middle.
            let counted = match (whole, portion) {
                (Some(whole), 0) => Some(whole),
                (Some(_), _) => Some(0),
                (None, _) => None,
            };
            ctx.retry(async || part.attempt(ctx, missing, counted).await)
                .await?;
        }
        Ok(())
    }

    async fn attempt(
        &self,
        ctx: &Ctx,
        missing: Missing,
        counted: Option<usize>,
    ) -> Result<Attempt<()>> {
        let (access, pending) = self.pending(ctx, missing).await?;
        if pending.is_empty() {
            return Ok(Attempt::Done(()));
        }
        let limit: Limit = CHANGES.of_caller(ctx).await?;
        let limit = limit.times(counted.unwrap_or(pending.len()));
        match self.whom {
            Whom::All => take_back(ctx, &access, &pending, Some(&limit)).await,
            Whom::Me => hide(ctx, &access.member, &pending, &limit).await,
        }
    }

    /// The messages that are to be deleted still, where the caller may delete all of them.
    async fn pending(&self, ctx: &Ctx, missing: Missing) -> Result<(Access, Vec<Doc<Message>>)> {
        let me = ctx.caller()?.user_id;
        let Chosen { access, messages } =
            Chosen::read(ctx, &me, self.conversation, self.ids).await?;
        let (mut pending, mut missed) = (Vec::new(), Vec::new());
        for (id, chosen) in self.ids.iter().zip(messages) {
            match (self.whom, chosen) {
                (_, None) => missed.push(*id),
                (Whom::All, Some(chosen)) if chosen.is_hidden => missed.push(*id),
                (Whom::All, Some(chosen)) if chosen.message.deleted_at.is_some() => {}
                (Whom::Me, Some(chosen)) if chosen.is_hidden => {}
                (_, Some(chosen)) => pending.push(chosen.message),
            }
        }
        if !missed.is_empty() {
            return Err(missing(&missed));
        }
        if self.whom == Whom::All {
            let hours = ctx.config().get(&DELETE_WINDOW);
            let outcomes = pending
                .iter()
                .map(|message| may_take_back(message, &access, hours, ctx.now()));
            outcomes.collect::<Result<()>>()?;
        }
        Ok((access, pending))
    }
}
