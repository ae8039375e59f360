//! Receipts: up to where the members of a conversation have received and read.
//!
//! A receipt is a position, the commit number of a message, in the row of a membership: so one that moves costs the same in a
//! group of any size, and stands for all messages up to there. Members to whom a message was
//! sent have receipts of it; members who joined later have none.

use whisper_people::privacy::tells_of_reading;
use whisper_people::unblocked;
use whisper_schema::Column;
use whisper_schema::main_db::{
    ConversationKind, ConversationRight, Message, MessageStatus, Profile,
};
use whisper_schema::system::{ConversationMember, ConversationMemberStatus};
use whisper_store::{
    Answers, Doc, Filter, First, Get, Order, Query, Questions, ReadSet, StoreError,
};

use crate::access::{Access, first_members};

/// Most members who are named as readers of a message: the first to join.
const NAMED: u32 = 100;
/// The most members that a group has of whose messages the status follows the receipts.
pub const MOST_FOR_STATUS: i64 = 1_024;
/// The most members that a conversation has in which it can be looked up who received and read a message, and when.
pub const MOST_LISTED: i64 = 512;

/// Asks for the receipts that a member sees in a conversation; gives [`Receipts`].
pub fn receipts(access: &Access) -> Receiving {
    let (conversation, me) = (&access.conversation, &access.member.user_id);
    let is_direct = conversation.kind == ConversationKind::Direct;
    // A channel counts views and shows no receipts.
    let is_channel = conversation.kind == ConversationKind::Channel;
    let members = !is_channel && access.has(ConversationRight::SeeMembers);
    let is_small = !is_direct && !is_channel && conversation.participant_count <= MOST_FOR_STATUS;
    let last = |of| is_small.then(|| last(&conversation.id, me, of));
    Receiving {
        me: me.clone(),
        questions: (
            Get::id(me.as_str()),
            members.then(|| sharing(&conversation.id, me)),
            last(ConversationMember::RECEIPT_POSITION),
            last(ConversationMember::DELIVERED_POSITION),
        ),
    }
}

/// The question for the members whose receipts a member sees: none with a block in between, and none to whom the
/// conversation is still a request. A stranger isn't told that theirs was looked at.
pub(crate) fn sharing(conversation: &str, me: &str) -> Query<ConversationMember> {
    first_members(conversation, NAMED)
        .filter(unblocked(ConversationMember::USER_ID, me))
        .filter(shares(me))
}

/// Holds for a member's own row, and for members who have accepted the conversation.
fn shares(me: &str) -> Filter<ConversationMember> {
    Filter::or([
        Filter::eq(ConversationMember::IS_REQUEST, false),
        Filter::eq(ConversationMember::USER_ID, me),
    ])
}

/// The members of a conversation whose receipts of their own messages a sender sees: neither themselves, nor anybody with a
/// block in between, nor anybody to whom the conversation is still a request.
pub fn recipients(conversation: &str, sender: &str) -> Query<ConversationMember> {
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(Filter::eq(
            ConversationMember::STATUS,
            ConversationMemberStatus::Active,
        ))
        .filter(Filter::ne(ConversationMember::USER_ID, sender))
        .filter(Filter::eq(ConversationMember::IS_REQUEST, false))
        .filter(unblocked(ConversationMember::USER_ID, sender))
}

/// The questions for the member who is furthest behind: of members without a position the one who joined first, as messages from
/// before weren't sent to them; and of the others the one with the least. An index answers each.
type Last = (First<ConversationMember>, First<ConversationMember>);

fn last(conversation: &str, sender: &str, of: Column<ConversationMember>) -> Last {
    let others = || recipients(conversation, sender);
    (
        others()
            .filter(Filter::is_null(of))
            .order(Order::asc(ConversationMember::JOINED_POSITION))
            .first(),
        others()
            .filter(Filter::is_not_null(of))
            .order(Order::asc(of))
            .first(),
    )
}

/// The answers to these.
type Furthest = (
    Option<Doc<ConversationMember>>,
    Option<Doc<ConversationMember>>,
);

/// The position of the member who is furthest behind; none where the question found no member.
fn least(found: Option<Furthest>, of: fn(&ConversationMember) -> Option<i64>) -> Option<i64> {
    let (without, with) = found?;
    let without = without.map(|member| member.joined_position.unwrap_or(0));
    let with = with.and_then(|member| of(&member));
    without.into_iter().chain(with).min()
}

/// See [`receipts`].
pub struct Receiving {
    me: String,
    questions: (
        Get<Profile>,
        Option<Query<ConversationMember>>,
        Option<Last>,
        Option<Last>,
    ),
}

impl ReadSet for Receiving {
    type Output = Receipts;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Receipts, StoreError> {
        let (profile, members, read, delivered) = self.questions.take(answers)?;
        let is_told = tells_of_reading(profile.as_deref());
        let members = members.unwrap_or_default();
        Ok(Receipts {
            readers: readers(members, &self.me, is_told),
            read: least(read, |member| member.receipt_position).filter(|_| is_told),
            delivered: least(delivered, |member| member.delivered_position),
        })
    }
}

/// The receipts of these members, as `me` sees them.
pub(crate) fn readers(
    members: Vec<Doc<ConversationMember>>,
    me: &str,
    is_told: bool,
) -> Vec<Reader> {
    let members = members.into_iter().map(Doc::into_inner);
    members
        .map(|member| Reader::new(member, me, is_told))
        .collect()
}

/// Receipts as one viewer sees them.
#[derive(Clone, Debug, Default)]
pub struct Receipts {
    pub(crate) readers: Vec<Reader>,
    /// The position up to which all others have read; none in a conversation for which that isn't asked.
    pub(crate) read: Option<i64>,
    /// Up to where all others have received.
    pub(crate) delivered: Option<i64>,
}

impl Receipts {
    /// How far a message of the viewer's own got.
    pub(crate) fn status(&self, message: &Doc<Message>, is_direct: bool) -> Option<MessageStatus> {
        if message.is_system_message {
            return None;
        }
        let reached = |all: Option<i64>| all >= Some(message.seq);
        let has = |by: fn(&Reader, &Doc<Message>) -> bool| {
            let mut readers = self.readers.iter();
            is_direct && readers.any(|reader| by(reader, message))
        };
        if has(Reader::has_read) || reached(self.read) {
            return Some(MessageStatus::Read);
        }
        let arrived = has(Reader::has_received) || reached(self.delivered);
        arrived.then_some(MessageStatus::Delivered)
    }
}

/// How far a member has received and read, as far as the viewer is told.
#[derive(Clone, Debug)]
pub struct Reader {
    conversation: String,
    pub(crate) user: String,
    read: Option<i64>,
    delivered: Option<i64>,
    /// Messages up to there weren't sent to them.
    joined: i64,
}

impl Reader {
    fn new(member: ConversationMember, me: &str, is_told: bool) -> Self {
        let read = match member.user_id == me {
            // One's own reading is never hidden.
            true => member.read_position,
            false => member.receipt_position.filter(|_| is_told),
        };
        Reader {
            read,
            delivered: member.delivered_position.max(read),
            joined: member
                .joined_position
                .max(member.history_position)
                .unwrap_or(0),
            conversation: member.conversation_id,
            user: member.user_id,
        }
    }

    fn has(&self, position: Option<i64>, message: &Doc<Message>) -> bool {
        self.conversation == message.conversation_id
            && message.seq > self.joined
            && position >= Some(message.seq)
            && !message.is_system_message
            && self.user != message.sender_id
    }

    pub(crate) fn has_read(&self, message: &Doc<Message>) -> bool {
        self.has(self.read, message)
    }

    pub(crate) fn has_received(&self, message: &Doc<Message>) -> bool {
        self.has(self.delivered, message)
    }
}
