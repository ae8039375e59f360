//! May this reach this person now: the one rule for pushes, inboxes, counts and mentions.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Account, AccountStatus, Column, Contact, ConversationMember, ConversationMemberStatus,
};
use whisper_store::{Answers, Filter, Query, Questions, ReadSet, StoreError};

use crate::pair::{by, of};
use crate::{asked, chunks};

/// Asks whether senders may reach recipients; gives [`Reach`]. Pairs are of a sender and a recipient, any number
/// of them; nothing is asked for none.
pub fn reach<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Reaching {
    let mut by_sender: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (sender, recipient) in pairs {
        by_sender.entry(sender).or_default().push(recipient);
    }
    let both = by_sender.iter().flat_map(|(sender, recipients)| {
        let recipients = recipients.iter().copied();
        recipients.chain([*sender])
    });
    let accounts = chunks(both).into_iter().map(|ids| {
        asked(&ids, Filter::is_in(Column::id(), ids.iter().copied()))
            .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
    });
    let blocks = by_sender.iter().flat_map(|(sender, recipients)| {
        let portions = chunks(recipients.iter().copied()).into_iter();
        portions.flat_map(|ids| {
            [by(sender, ids.clone()), of(sender, ids.clone())]
                .map(|between| asked(&ids, between).filter(Filter::eq(Contact::IS_BLOCKED, true)))
        })
    });
    Reaching((blocks.collect(), accounts.collect()))
}

/// Whether a sender may reach a recipient now; one statement.
///
/// # Errors
/// The store's.
pub async fn may_reach(ctx: &Ctx, sender: &str, recipient: &str) -> Result<bool> {
    let reach = ctx.read(reach([(sender, recipient)])).await?;
    Ok(reach.allows(sender, recipient))
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

/// What stands between senders and recipients.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Who blocked whom.
    blocks: BTreeSet<(String, String)>,
    out_of_use: BTreeSet<String>,
}

impl Reach {
    /// Whether a sender may reach a recipient: neither blocked the other, and both accounts are in use. Of pairs
    /// that were asked for; everybody reaches themselves.
    pub fn allows(&self, sender: &str, recipient: &str) -> bool {
        let is_out = |user: &str| self.out_of_use.contains(user);
        let blocks =
            |one: &str, other: &str| self.blocks.contains(&(one.to_owned(), other.to_owned()));
        !is_out(sender)
            && !is_out(recipient)
            && !blocks(sender, recipient)
            && !blocks(recipient, sender)
    }

    /// Whether a sender's message in a conversation may reach this member of it: they still belong to it, and
    /// [`Reach::allows`] it.
    pub fn allows_member(&self, sender: &str, member: &ConversationMember) -> bool {
        member.status == ConversationMemberStatus::Active
            && !member.is_blocked
            && self.allows(sender, &member.user_id)
    }

    /// Whether a sender's message in a conversation may ring at this member: it may reach them, and they didn't
    /// mute the conversation. What they want besides (kinds, quiet hours) is their own setting.
    pub fn may_ring(&self, sender: &str, member: &ConversationMember) -> bool {
        !member.is_muted && self.allows_member(sender, member)
    }
}
