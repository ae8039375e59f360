//! May this reach this person now: the one rule for pushes, inboxes, counts and mentions.

use std::collections::{BTreeMap, BTreeSet};

use whisper_schema::prelude::{
    Account, AccountStatus, Column, Contact, ConversationMember, ConversationMemberStatus, Message,
};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::{Answers, Doc, Filter, Query, Questions, ReadSet, StoreError};

use crate::pair::blocks;
use crate::{asked, chunks};

/// Asks whether senders may reach recipients; gives [`Reach`]. Pairs are of a sender and a recipient, any number of
/// them; without any it asks nothing.
pub fn reach<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Reaching {
    // A block by either of the two counts. The questions are made for the side with fewer people.
    let (mut one_way, mut other_way) = (BTreeMap::<&str, BTreeSet<&str>>::new(), BTreeMap::new());
    for (sender, recipient) in pairs {
        one_way.entry(sender).or_default().insert(recipient);
        let senders: &mut BTreeSet<&str> = other_way.entry(recipient).or_default();
        senders.insert(sender);
    }
    let by_one = match one_way.len() <= other_way.len() {
        true => one_way,
        false => other_way,
    };
    let both = by_one.iter().flat_map(|(one, others)| {
        let others = others.iter().copied();
        others.chain([*one])
    });
    let accounts = chunks(both).into_iter().map(|ids| {
        asked(&ids, Filter::is_in(Column::id(), ids.iter().copied()))
            .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
    });
    let pairs = by_one.iter();
    let blocks = pairs.flat_map(|(one, others)| blocks(one, others.iter().copied()));
    Reaching((blocks.collect(), accounts.collect()))
}

/// See [`reach`].
pub struct Reaching((Vec<Query<Contact>>, Vec<Query<Account>>));

impl ReadSet for Reaching {
    type Output = Reach;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Reach, StoreError> {
        let (blocks, accounts) = self.0.take(answers)?;
        let blocks = blocks.into_iter().flatten().map(|block| block.into_inner());
        let accounts = accounts.into_iter().flatten();
        Ok(Reach {
            blocks: blocks
                .map(|block| (block.user_id, block.contact_user_id))
                .collect(),
            out_of_use: accounts.map(|account| account.into_inner().id).collect(),
        })
    }
}

/// The obstacles between senders and recipients.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The blocks, as pairs: the one who blocked, then the other.
    blocks: BTreeSet<(String, String)>,
    out_of_use: BTreeSet<String>,
}

impl Reach {
    /// Whether a sender may reach a recipient: neither blocked the other, and both accounts are in use. It knows
    /// the pairs that were asked for; everybody reaches themselves.
    pub fn allows(&self, sender: &str, recipient: &str) -> bool {
        let is_out = |user: &str| self.out_of_use.contains(user);
        let blocks =
            |one: &str, other: &str| self.blocks.contains(&(one.to_owned(), other.to_owned()));
        !is_out(sender)
            && !is_out(recipient)
            && !blocks(sender, recipient)
            && !blocks(recipient, sender)
    }

    /// Whether a sender may reach this member of a conversation in it: they still belong to it, and
    /// [`Reach::allows`] it.
    pub fn allows_member(&self, sender: &str, member: &ConversationMember) -> bool {
        member.status == ConversationMemberStatus::Active
            && !member.is_blocked
            && self.allows(sender, &member.user_id)
    }

    /// Whether a message may reach this member of its conversation now: it stands, it wasn't hidden from them when they joined, they
    /// didn't clear the conversation since, and [`Reach::allows_member`] it. Pushes, the inbox and the list of mentions go by this. Unread counts ask the
    /// same of blocks, ends and accounts by conditions of their queries (of accounts up to a number of members).
    ///
    /// A message that they deleted for themselves has a mark of theirs; callers who show them something ask for that beside.
    pub fn allows_message(
        &self,
        message: &Doc<Message>,
        member: &ConversationMember,
        now: Timestamp,
    ) -> bool {
        let is_hidden = |position| message.seq <= position;
        message.stands(now)
            && !member.history_position.is_some_and(is_hidden)
            && !member.cleared_position.is_some_and(is_hidden)
            && self.allows_member(&message.sender_id, member)
    }

    /// Whether a message may be told this member now: it may reach them, and isn't a stranger's request. A mention
    /// stands in their inbox if so.
    pub fn may_tell(
        &self,
        message: &Doc<Message>,
        member: &ConversationMember,
        now: Timestamp,
    ) -> bool {
        !member.is_request && self.allows_message(message, member, now)
    }

    /// Whether a message may ring at this member now: it may be told them, is somebody else's, came after they did, and they neither
    /// muted the conversation nor read so far. Their wishes besides (kinds, quiet hours) are their own setting.
    pub fn may_ring(
        &self,
        message: &Doc<Message>,
        member: &ConversationMember,
        now: Timestamp,
    ) -> bool {
        let known = member.read_position.max(member.joined_position);
        let known = known.max(member.deleted_position);
        message.sender_id != member.user_id
            && !member.is_muted_at(now)
            && known.is_none_or(|position| position < message.seq)
            && self.may_tell(message, member, now)
    }
}
