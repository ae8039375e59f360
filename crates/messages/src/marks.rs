//! Things that people attached to messages, as one viewer sees them: how many have which reaction, the viewer's own, how
//! many answers there are, and whether the viewer starred it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::by_ids;
use whisper_schema::Column;
use whisper_schema::main_db::Message;
use whisper_schema::system::{
    MessageMark, MessageMarkKind, MessageReaction, MessageReactionCount, MessageThread,
};
use whisper_store::{
    Answers, Doc, Filter, MAX_LIMIT, Order, Query, Questions, ReadSet, StoreError,
};

use crate::ids::mark_id;

/// How many kinds of reactions a message shows: the most used.
const KINDS: u32 = 20;

/// How many users have a reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ReactionCountView {
    /// An emoji, or the id of a sticker.
    pub reaction: String,
    /// How many have it.
    pub count: i64,
}

/// Asks for the reactions to messages; gives [`Marks`]. Nothing is asked for no messages.
pub fn marks(me: &str, messages: &[Doc<Message>]) -> Marking {
    let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    let is_any = !ids.is_empty();
    let star = |id: &&str| mark_id(MessageMarkKind::Starred, me, id);
    let stars: Vec<String> = ids.iter().map(star).collect();
    let counts = most_used()
        .filter(Filter::is_in(
            MessageReactionCount::MESSAGE_ID,
            ids.iter().copied(),
        ))
        .limit(MAX_LIMIT);
    let mine = Query::new()
        .filter(Filter::is_in(MessageReaction::MESSAGE_ID, ids))
        .filter(Filter::eq(MessageReaction::USER_ID, me))
        .limit(MAX_LIMIT);
    Marking((
        is_any.then_some(counts),
        is_any.then_some(mine),
        by_ids(messages.iter().map(|message| message.id.as_str())),
        by_ids(stars.iter().map(String::as_str)),
    ))
}

fn most_used() -> Query<MessageReactionCount> {
    Query::new()
        .order(Order::desc(MessageReactionCount::COUNT))
        .order(Order::asc(Column::seq()))
}

/// The questions: counts of reactions, the viewer's own reactions, numbers of answers, and the viewer's stars.
type Asked = (
    Option<Query<MessageReactionCount>>,
    Option<Query<MessageReaction>>,
    Vec<Query<MessageThread>>,
    Vec<Query<MessageMark>>,
);

/// See [`marks`].
pub struct Marking(Asked);

impl ReadSet for Marking {
    type Output = Marks;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Marks, StoreError> {
        let (counts, mine, threads, stars) = self.0.take(answers)?;
        let stars = stars.into_iter().flatten();
        let (counts, mine) = (counts.unwrap_or_default(), mine.unwrap_or_default());
        let mut marks = Marks {
            is_cut: counts.len() == MAX_LIMIT as usize,
            stars: stars.map(|star| star.into_inner().message_id).collect(),
            replies: threads
                .into_iter()
                .flatten()
                .map(|thread| (thread.id.clone(), thread.reply_count))
                .collect(),
            ..Marks::default()
        };
        counts.into_iter().for_each(|count| marks.count(count));
        let mut mine: Vec<MessageReaction> = mine.into_iter().map(Doc::into_inner).collect();
        mine.sort_by_key(|reaction| reaction.place);
        for reaction in mine {
            let own = marks.mine.entry(reaction.message_id).or_default();
            own.push(reaction.reaction);
        }
        Ok(marks)
    }
}

/// The reactions to messages, and the viewer's own.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    counts: BTreeMap<String, Vec<ReactionCountView>>,
    mine: BTreeMap<String, Vec<String>>,
    /// How many answers messages have.
    replies: BTreeMap<String, i64>,
    /// Messages that the viewer starred.
    stars: BTreeSet<String>,
    /// Whether there are more counts than one question gives.
    is_cut: bool,
}

impl Marks {
    /// Asks for the counts of each message by itself where all of them together are more than one question gives: so a
    /// message with a thousand kinds of reactions takes nothing from its neighbours.
    ///
    /// # Errors
    /// The store's.
    pub async fn complete(mut self, ctx: &Ctx, messages: &[Doc<Message>]) -> Result<Self> {
        if !self.is_cut {
            return Ok(self);
        }
        let of_one = |message: &Doc<Message>| {
            most_used()
                .filter(Filter::eq(
                    MessageReactionCount::MESSAGE_ID,
                    message.id.as_str(),
                ))
                .limit(KINDS)
        };
        let counts = ctx.read(messages.iter().map(of_one).collect::<Vec<_>>());
        self.counts = BTreeMap::new();
        for count in counts.await?.into_iter().flatten() {
            self.count(count);
        }
        self.is_cut = false;
        Ok(self)
    }

    fn count(&mut self, count: Doc<MessageReactionCount>) {
        let count = count.into_inner();
        let counts = self.counts.entry(count.message_id).or_default();
        if counts.len() < KINDS as usize {
            counts.push(ReactionCountView {
                reaction: count.reaction,
                count: count.count,
            });
        }
    }

    /// How many users have which reaction to a message, the most used first.
    pub fn counts(&self, message: &str) -> Vec<ReactionCountView> {
        self.counts.get(message).cloned().unwrap_or_default()
    }

    /// The viewer's own reactions to a message.
    pub fn mine(&self, message: &str) -> Vec<String> {
        self.mine.get(message).cloned().unwrap_or_default()
    }

    /// Whether the viewer starred a message.
    pub fn is_starred(&self, message: &str) -> bool {
        self.stars.contains(message)
    }

    /// How many messages answer a message.
    pub fn replies(&self, message: &str) -> i64 {
        self.replies.get(message).copied().unwrap_or(0)
    }
}
