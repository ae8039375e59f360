//! Somebody who listens: the facts about them by which it is decided what they hear of.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::privacy::tells_of_reading;
use whisper_schema::prelude::{
    Column, Contact, Conversation, ConversationMember, ConversationMemberRole,
    ConversationMemberStatus, Profile,
};
use whisper_store::{Doc, Filter, Get, MAX_LIMIT, Order, Query};

/// The most blocks of a side that are kept in mind; of somebody with more, all are asked each time.
const MOST_BLOCKS: usize = 1_000;

/// The membership of a listener: as much as decides what they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Their role.
    pub role: ConversationMemberRole,
    /// Whether they deleted it for themselves and nobody wrote since: their clients were told to drop it.
    pub is_hidden: bool,
    history: Option<i64>,
    cleared: Option<i64>,
    deleted: Option<i64>,
}

impl From<&ConversationMember> for Place {
    fn from(of: &ConversationMember) -> Self {
        Place {
            role: of.role,
            is_hidden: of.is_hidden,
            history: of.history_position,
            cleared: of.cleared_position,
            deleted: of.deleted_position,
        }
    }
}

impl Place {
    /// Whether a message of this number, or one behind it, may be one that they don't see.
    pub fn may_miss(&self, seq: i64, conversation: &Conversation) -> bool {
        self.misses(seq, conversation) || self.member().may_have_deleted(seq)
    }

    /// Whether a message of this number is from before their history.
    pub fn misses(&self, seq: i64, conversation: &Conversation) -> bool {
        self.floor(conversation) >= seq
    }

    /// The number of the newest message that is hidden from them with all before it.
    pub fn floor(&self, conversation: &Conversation) -> i64 {
        conversation.hidden_up_to(&self.member())
    }

    fn member(&self) -> ConversationMember {
        ConversationMember {
            history_position: self.history,
            cleared_position: self.cleared,
            deleted_position: self.deleted,
            ..ConversationMember::default()
        }
    }
}

/// The people with a block between them and a listener.
#[derive(Clone, Debug, Default)]
pub enum Blocks {
    /// No such people.
    #[default]
    None,
    /// All of them: those whom the listener blocked, and those who blocked the listener.
    All(BTreeSet<String>),
    /// Too many to be kept.
    Many,
}

impl Blocks {
    /// Whether there may be a block between the listener and one of these: of somebody with many it always may ([`crate::parting`] knows).
    pub fn may_hit<'a>(&self, mut users: impl Iterator<Item = &'a str>) -> bool {
        match self {
            Blocks::None => false,
            Blocks::All(all) => users.any(|user| all.contains(user)),
            Blocks::Many => true,
        }
    }
}

/// A listener.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    /// Their conversations.
    pub places: BTreeMap<String, Place>,
    /// The people with a block in between.
    pub blocks: Blocks,
    /// Whether they share read receipts, and so are told of those of others.
    pub is_told_of_reading: bool,
}

/// The blocks of a user, and those of others against them.
type Blocking = (Query<Contact>, Query<Contact>);

fn blocking(user: &str) -> Blocking {
    let some = |side: Column<Contact>| {
        Query::new()
            .filter(Filter::eq(side, user))
            .filter(Filter::eq(Contact::IS_BLOCKED, true))
            .limit(MOST_BLOCKS as u32)
    };
    (some(Contact::USER_ID), some(Contact::CONTACT_USER_ID))
}

fn blocks((by, of): (Vec<Doc<Contact>>, Vec<Doc<Contact>>)) -> Blocks {
    if by.len().max(of.len()) >= MOST_BLOCKS {
        return Blocks::Many;
    }
    let by = by
        .into_iter()
        .map(|block| block.into_inner().contact_user_id);
    let of = of.into_iter().map(|block| block.into_inner().user_id);
    let all: BTreeSet<String> = by.chain(of).collect();
    match all.is_empty() {
        true => Blocks::None,
        false => Blocks::All(all),
    }
}

impl Viewer {
    /// Reads the facts about a user: a statement, and one more for each thousand of their conversations.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx, user: &str) -> Result<Self> {
        let mut viewer = Viewer::default();
        viewer.learn(ctx, user).await?;
        let mut behind = 0;
        loop {
            let some = Query::<ConversationMember>::new()
                .filter(Filter::eq(ConversationMember::USER_ID, user))
                .filter(Filter::eq(
                    ConversationMember::STATUS,
                    ConversationMemberStatus::Active,
                ))
                .filter(Filter::gt(Column::seq(), behind))
                .order(Order::asc(Column::seq()))
                .limit(MAX_LIMIT);
            let some = ctx.read(some).await?;
            let is_full = some.len() as u32 == MAX_LIMIT;
            behind = some.last().map_or(behind, |last| last.seq);
            for member in &some {
                let place = Place::from(&member.value);
                viewer.places.insert(member.conversation_id.clone(), place);
            }
            if !is_full {
                return Ok(viewer);
            }
        }
    }

    /// Reads anew who is blocked, and whether they share read receipts.
    ///
    /// # Errors
    /// The store's.
    pub async fn learn(&mut self, ctx: &Ctx, user: &str) -> Result<()> {
        let asked = (blocking(user), Get::<Profile>::id(user));
        let (blocked, profile) = ctx.read(asked).await?;
        self.blocks = blocks(blocked);
        self.is_told_of_reading = tells_of_reading(profile.as_deref());
        Ok(())
    }
}
