//! One invitation, as a member finds it who may have to do with it.

use whisper_kit::error::{Error, OptionExt, Result};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{ConversationInvitation, ConversationMember, ConversationRight};
use whisper_store::{Doc, Get};

use super::view::InvitationView;
use crate::access::{Access, Door, admit, door};
use crate::rules::may_manage;
use whisper_kit::Ctx;

/// An invitation, and the member.
#[derive(Debug)]
pub struct Invited {
    /// The conversation, and the caller's membership.
    pub access: Access,
    /// The invitation.
    pub invitation: Doc<ConversationInvitation>,
}

/// Asks for an invitation of a conversation.
pub fn ask(conversation: &str, me: &str, invitation: &str) -> (Door, Get<ConversationInvitation>) {
    (door(conversation, me), Get::id(invitation))
}

impl Invited {
    /// Reads an invitation. Owner and admins have to do with all of them, other members who may invite with their own.
    ///
    /// # Errors
    /// `not_found`, `direct_conversation`, `forbidden`.
    pub async fn read(ctx: &Ctx, conversation: &str, invitation: &str) -> Result<Self> {
        let me = ctx.caller()?.user_id;
        let (found, invitation) = ctx.read(ask(conversation, &me, invitation)).await?;
        let access = admit(found)?;
        refuse(&access)?;
        let is_theirs = |of: &Doc<ConversationInvitation>| {
            of.conversation_id == access.conversation.id
                && (may_manage(access.me.role) || of.created_by == access.me.user_id)
        };
        let invitation = invitation.filter(is_theirs).or_not_found()?;
        Ok(Invited { access, invitation })
    }

    /// The invitation as it is shown: a statement more where another member made it.
    ///
    /// # Errors
    /// The store's.
    pub async fn view(&self, ctx: &Ctx) -> Result<InvitationView> {
        let maker = self.invitation.created_by.as_str();
        let conversation = &self.access.conversation;
        let other = match maker == self.access.me.user_id {
            true => None,
            false => {
                let maker = Get::<ConversationMember>::id(member_id(&conversation.id, maker));
                Some(ctx.read(maker).await?)
            }
        };
        let maker = match &other {
            None => Some(&self.access.me),
            Some(maker) => maker.as_ref(),
        };
        let invitation = self.invitation.value.clone();
        let maker = maker.map(|maker| &maker.value);
        Ok(InvitationView::new(
            invitation,
            conversation,
            maker,
            ctx.now(),
        ))
    }
}

/// Refuses members who may not invite.
///
/// # Errors
/// `direct_conversation`, `forbidden`.
pub fn refuse(access: &Access) -> Result<()> {
    access.refuse_direct()?;
    match access.has(ConversationRight::InviteMembers) {
        true => Ok(()),
        false => Err(Error::forbidden("You may not invite here.")),
    }
}
