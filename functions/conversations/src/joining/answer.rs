//! A request that a member answers.

use whisper_kit::error::{Error, OptionExt, Result};
use whisper_people::ids::member_id;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    Account, AccountStatus, Column, ConversationJoinRequest, ConversationMember,
    ConversationMemberStatus as Status, ConversationRight, JoinRequestStatus, Timestamp,
};
use whisper_store::{Count, Doc, Filter, Get, Query};

use super::request_id;
use crate::access::{Access, Door, admit, door};

/// The questions that an answer is decided by.
pub type Asking = (
    Door,
    Get<ConversationMember>,
    Get<ConversationJoinRequest>,
    Count<Account>,
);
type Asked = (
    <Door as whisper_store::ReadSet>::Output,
    Option<Doc<ConversationMember>>,
    Option<Doc<ConversationJoinRequest>>,
    u64,
);

/// A request, as a member who may answer it finds it.
#[derive(Debug)]
pub struct Asker {
    /// The conversation, and the member.
    pub access: Access,
    /// The membership of the one who asked, also one that has ended.
    pub member: Option<Doc<ConversationMember>>,
    request: Option<Doc<ConversationJoinRequest>>,
    is_there: bool,
}

/// Asks for a user's request.
pub fn ask(conversation: &str, me: &str, user: &str) -> Asking {
    let account = Query::new()
        .filter(Filter::eq(Column::id(), user))
        .filter(Filter::eq(Account::STATUS, AccountStatus::Active));
    (
        door(conversation, me),
        Get::id(member_id(conversation, user)),
        Get::id(request_id(conversation, user)),
        account.count(1),
    )
}

impl Asker {
    /// From the answers to [`ask`].
    ///
    /// # Errors
    /// `not_found` for strangers, `direct_conversation`, `forbidden`.
    pub fn of((found, member, request, accounts): Asked) -> Result<Self> {
        let access = admit(found)?;
        refuse(&access)?;
        Ok(Asker {
            access,
            member,
            request,
            is_there: accounts == 1,
        })
    }

    /// Whether they belong to the conversation by now.
    pub fn is_member(&self) -> bool {
        let member = self.member.as_ref();
        member.is_some_and(|member| member.status == Status::Active)
    }

    /// The request, if it lasts and wasn't taken back.
    ///
    /// # Errors
    /// `not_found`, also where the account of the one who asked is out of use.
    pub fn request(&self, now: Timestamp) -> Result<&Doc<ConversationJoinRequest>> {
        let request = self.request.as_ref().filter(|request| {
            self.is_there && request.lasts(now) && request.status != JoinRequestStatus::Withdrawn
        });
        request.or_not_found()
    }
}

/// Refuses members who have nothing to do with requests to join: those who may add members answer them.
///
/// # Errors
/// `direct_conversation`, `forbidden`.
pub fn refuse(access: &Access) -> Result<()> {
    access.refuse_direct()?;
    match access.has(ConversationRight::AddMembers) {
        true => Ok(()),
        false => Err(Error::forbidden("You may not add members here.")),
    }
}
