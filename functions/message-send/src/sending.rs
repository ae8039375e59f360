//! Sending: the decision about a message, and its commit. It is the same for a message that is sent at once, and for one whose
//! time has come.

use whisper_files::Files;
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::rate_limit::Uses;
use whisper_schema::main_db::{ConversationKind, Message};
use whisper_store::{Batch, Committed};

use crate::compose;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::limits::{self, Sender};
use crate::unfit::refuse_unfit;

/// A message that may be sent now, with everything that its commit writes.
pub struct Sending {
    /// The message.
    pub message: Message,
    /// The files that it names, as far as they were read.
    files: Files,
    uses: Uses,
    batch: Batch,
}

/// A message that was sent.
pub struct Sent {
    /// The message.
    pub message: Message,
    /// The files that it names, as far as they were read.
    pub files: Files,
    /// The commit.
    pub committed: Committed,
}

impl Sending {
    /// Decides about a draft, by the documents around it.
    ///
    /// # Errors
    /// `forbidden`, `rate_limited` in slow mode, `validation_failed`.
    pub fn decide(
        ctx: &Ctx,
        sender: Sender<'_>,
        id: String,
        draft: &SendMessage,
        context: &Context,
    ) -> Result<Self> {
        let now = ctx.now();
        context.refuse(now)?;
        context.refuse_groups(draft)?;
        if context.conversation.kind == ConversationKind::Broadcast {
            refuse_unfit(draft)?;
        }
        context.check(draft, now)?;
        let message = compose::message(id, draft, context, now);
        let uses = limits::of(ctx.config(), sender, &message, context);
        let batch = compose::batch(ctx, &message, draft, context)?;
        Ok(Sending {
            message,
            files: context.attached.files.clone(),
            uses,
            batch,
        })
    }

    /// Adds to the commit.
    ///
    /// # Errors
    /// The addition's.
    pub fn and(mut self, add: impl FnOnce(Batch) -> Result<Batch>) -> Result<Self> {
        self.batch = add(self.batch)?;
        Ok(self)
    }

    /// Sends it; none when the documents that it was decided by have changed in the meantime.
    ///
    /// # Errors
    /// `rate_limited`, and the store's.
    pub async fn try_commit(self, ctx: &Ctx) -> Result<Option<Sent>> {
        let committed = self.uses.try_commit(ctx, self.batch).await?;
        Ok(committed.map(|committed| Sent {
            message: self.message,
            files: self.files,
            committed,
        }))
    }
}
