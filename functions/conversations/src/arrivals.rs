//! Users who become members of a group, by any way.

use whisper_kit::Ctx;
use whisper_kit::error::{Code, Error, Result};
use whisper_messages::{Told, membership};
use whisper_people::list_changed;
use whisper_schema::prelude::{
    Conversation, ConversationHistory, ConversationMember, ConversationMemberRole as Role,
    ConversationMemberStatus as Status, Timestamp,
};
use whisper_store::{Batch, Filter, Patch};

/// The circumstances under which users join by one commit.
#[derive(Clone, Copy, Debug)]
pub struct Arrivals<'a> {
    /// The conversation, as it was read; the commit has to hold on to its settings.
    pub conversation: &'a Conversation,
    /// Commit number of its newest message: messages up to there aren't unread to them. None where it has no message.
    pub position: Option<i64>,
    /// Member who brings them in; none if they come on their own.
    pub invited_by: Option<&'a str>,
    /// Invitation that they come by; none if by none.
    pub invitation_id: Option<&'a str>,
}

/// Somebody who joins.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// Their id.
    pub user: &'a str,
    /// Whether a stranger brings them in: it is a request to them.
    pub is_request: bool,
    /// Whether they have belonged to it before.
    pub was_here: bool,
}

impl Arrivals<'_> {
    /// The growth of the conversation by so many. It is active again: users who join find it on top of their lists.
    ///
    /// # Errors
    /// `conversation_full`.
    pub fn grown(&self, more: i64) -> Result<Patch<Conversation>> {
        let most = self.conversation.max_participants;
        if self.conversation.participant_count + more > most {
            let detail = format!("The conversation may have {most} members.");
            return Err(Error::new(Code::ConversationFull, detail));
        }
        Ok(Patch::new()
            .add_within(Conversation::PARTICIPANT_COUNT, more, 0, most)
            .set(Conversation::LAST_MESSAGE_AT, Timestamp::AT_COMMIT))
    }

    /// Adds somebody's membership to the commit; it fails where they are a member by then. Where no system message tells of it,
    /// a note does, for their list.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn join(
        &self,
        ctx: &Ctx,
        batch: Batch,
        newcomer: Newcomer<'_>,
        told: &Told,
    ) -> Result<Batch> {
        let batch = self.enter(batch, newcomer);
        match told.ids().is_empty() {
            true => list_changed(ctx, batch, newcomer.user, &self.conversation.id),
            false => Ok(batch),
        }
    }

    fn enter(&self, batch: Batch, newcomer: Newcomer<'_>) -> Batch {
        let at = Timestamp::AT_COMMIT;
        let id = &self.conversation.id;
        let member = ConversationMember {
            joined_position: self.position,
            history_position: self.hidden(),
            is_request: newcomer.is_request,
            invitation_id: self.invitation_id.map(str::to_owned),
            ..membership(id, newcomer.user, Role::Member, self.invited_by, at)
        };
        match newcomer.was_here {
            true => batch.update_if(
                &member.id,
                coming_back(&member),
                Filter::ne(ConversationMember::STATUS, Status::Active),
            ),
            false => batch.insert(&member),
        }
    }

    /// The commit number up to which messages stay hidden from users who join now; none where they see all of them.
    fn hidden(&self) -> Option<i64> {
        let history = self.conversation.own_settings().history();
        self.position
            .filter(|_| history == ConversationHistory::Joined)
    }
}

/// The changes for somebody who was a member before: they start anew, but keep their own settings.
fn coming_back(member: &ConversationMember) -> Patch<ConversationMember> {
    Patch::new()
        .set(ConversationMember::STATUS, Status::Active)
        .unset(ConversationMember::LEFT_AT)
        .set(ConversationMember::ROLE, member.role)
        .set(ConversationMember::IS_REQUEST, member.is_request)
        .set(ConversationMember::JOINED_AT, Timestamp::AT_COMMIT)
        .set(ConversationMember::JOINED_POSITION, member.joined_position)
        .unset(ConversationMember::RECEIPT_POSITION)
        .unset(ConversationMember::DELIVERED_POSITION)
        .set(
            ConversationMember::HISTORY_POSITION,
            member.history_position,
        )
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT)
        .set(ConversationMember::INVITED_BY, member.invited_by.clone())
        .set(
            ConversationMember::INVITATION_ID,
            member.invitation_id.clone(),
        )
}
