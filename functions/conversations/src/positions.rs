//! The positions of a member: up to where they received and read, and up to where others are told so.

use whisper_messages::{MOST_LISTED, Trail};
use whisper_schema::prelude::{Conversation, ConversationMember, Message, ReceiptTrail, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::access::active;

/// Asks for the times at which a member's receipts moved.
pub fn trail(member: &str) -> Get<ReceiptTrail> {
    Get::id(member)
}

/// A step of a member to a message: the positions that it moves. None ever moves back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Their own reading.
    pub reads: bool,
    /// The reading that others are told of.
    pub tells: bool,
    /// Messages on a device of theirs.
    pub receives: bool,
    /// The mark by which they made it unread by hand, which goes.
    pub unmarks: bool,
}

impl Step {
    /// Having received a message.
    pub fn receiving(me: &ConversationMember, message: &Doc<Message>) -> Self {
        Step {
            receives: me.delivered_position < Some(place(me, message)),
            ..Step::default()
        }
    }

    /// Having read a message; `is_told` says whether others are told.
    pub fn reading(me: &ConversationMember, message: &Doc<Message>, is_told: bool) -> Self {
        Step {
            reads: me.read_position < Some(message.seq),
            unmarks: me.is_marked_unread,
            tells: is_told && me.receipt_position < Some(place(me, message)),
            ..Step::receiving(me, message)
        }
    }

    /// Whether it moves anything.
    pub fn is_any(self) -> bool {
        self.reads || self.tells || self.receives || self.unmarks
    }

    /// Moves the positions in the membership that was read, and in the database, where it must still be as it was read.
    pub fn take(
        self,
        batch: Batch,
        conversation: &Conversation,
        me: &mut Doc<ConversationMember>,
        message: &Doc<Message>,
        trail: Option<&ReceiptTrail>,
        now: Timestamp,
    ) -> Batch {
        let to = place(me, message);
        let mut patch = Patch::new().set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT);
        if self.reads {
            me.value.last_read_at = message.created_at;
            me.value.last_read_message_id = Some(message.id.clone());
            me.value.read_position = Some(message.seq);
            patch = patch
                .set(ConversationMember::LAST_READ_AT, me.last_read_at)
                .set(
                    ConversationMember::LAST_READ_MESSAGE_ID,
                    message.id.as_str(),
                )
                .set(ConversationMember::READ_POSITION, message.seq);
        }
        if self.unmarks {
            me.value.is_marked_unread = false;
            patch = patch.set(ConversationMember::IS_MARKED_UNREAD, false);
        }
        if self.tells {
            me.value.receipt_position = Some(to);
            patch = patch.set(ConversationMember::RECEIPT_POSITION, to);
        }
        if self.receives {
            me.value.delivered_position = Some(to);
            patch = patch.set(ConversationMember::DELIVERED_POSITION, to);
        }
        let as_read = Filter::and([active(), Filter::revision(me.revision)]);
        let batch = batch.update_if(&me.id, patch, as_read);
        let is_told = self.tells || self.receives;
        if !is_told || conversation.participant_count > MOST_LISTED {
            return batch;
        }
        // A clock may have been ahead when the message was sent. The time of reading is never before that of the
        // message.
        let at = message.created_at.map_or(now, |sent| sent.max(now));
        batch.upsert(&self.noted(&me.id, trail, to, at))
    }

    fn noted(
        self,
        member: &str,
        trail: Option<&ReceiptTrail>,
        to: i64,
        at: Timestamp,
    ) -> ReceiptTrail {
        let noted = |moves: bool, text: Option<&String>| {
            let steps = text.map(|text| Trail::read(text)).unwrap_or_default();
            let steps = if moves { steps.step(to, at) } else { steps };
            steps.to_string()
        };
        ReceiptTrail {
            id: member.to_owned(),
            read: noted(self.tells, trail.map(|trail| &trail.read)),
            delivered: noted(self.receives, trail.map(|trail| &trail.delivered)),
            updated_at: Timestamp::AT_COMMIT,
        }
    }
}

/// The position of a receipt for this message; never before the member joined.
fn place(me: &ConversationMember, message: &Doc<Message>) -> i64 {
    message.seq.max(me.joined_position.unwrap_or(0))
}

/// Forgets when the receipts of a member moved who goes.
pub fn forget_trail(batch: Batch, member: &str) -> Batch {
    let theirs = Filter::eq(whisper_schema::Column::<ReceiptTrail>::id(), member);
    batch.delete_where(theirs, 1)
}
