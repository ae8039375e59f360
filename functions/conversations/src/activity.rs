//! Conversations in the order of their last activity, the pinned ones on top.
//!
//! A user's memberships say which ones; the conversations' own column says when. A read joins the two, so its cost grows
//! with the number of the user's conversations and with nothing else, and no list of ids leaves the database. An order kept
//! by an index would need the time of the last activity in each membership, so a write for each member of a group at each send.
//!
//! Pinned ones stand in the user's own order: they are few, and all of them are read for each page that has any.
//!
//! The order moves while it is walked: a conversation that becomes active goes to the top, past the reader. So the first
//! page says where to look for such ones later: a *moment* as a cursor gives all that have been active since, wherever
//! they stand.

use serde_json::Value;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::page::Window;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus, Timestamp,
};
use whisper_store::{Cursor, Doc, Filter, Order, Query};

/// How far ahead of the clock an activity may be and still count as the newest, in milliseconds: a day, as with the times
/// of commits.
const FARTHEST_AHEAD: i64 = 24 * 60 * 60 * 1000;

/// More pinned ones than a user may have.
const PINNED: u32 = 100;

/// The part of a user's conversations that a list shows; none that they deleted for themselves.
#[derive(Clone, Debug)]
pub struct Shelf<'a> {
    /// The user whose conversations they are.
    pub user: &'a str,
    /// Whether archived ones are shown, or the others; both if not said.
    pub archived: Option<bool>,
    /// Whether requests of strangers are shown, or the others; both if not said.
    pub requests: Option<bool>,
    /// A condition that they meet besides.
    pub only: Option<Filter<Conversation>>,
}

/// The part of the list that is wanted.
#[derive(Clone, Debug)]
pub struct Part {
    from: Start,
    /// Whether it ends there; else it begins there.
    is_before: bool,
    limit: u32,
    /// When it is read.
    now: Timestamp,
}

/// Where it begins or ends.
#[derive(Clone, Debug, PartialEq)]
enum Start {
    /// The top of the list.
    Top,
    /// A place among the pinned ones: a conversation, and how many stood above it.
    Pinned { id: String, rank: usize },
    /// A place below them.
    Below(Cursor),
    /// A moment, pinned or not.
    Moment(Cursor),
}

/// The questions for a part: the pinned ones, or all from a moment on; and those below.
pub type Questions = (Option<Query<Conversation>>, Option<Query<Conversation>>);
/// The answers to these questions.
pub type Found = (
    Option<Vec<Doc<Conversation>>>,
    Option<Vec<Doc<Conversation>>>,
);

/// A conversation of a part, and its place in the list.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The conversation.
    pub conversation: Doc<Conversation>,
    /// Its place.
    pub place: Cursor,
}

/// A part of the list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Its conversations.
    pub items: Vec<Placed>,
    /// Where it goes on; none at the end.
    pub next: Option<Cursor>,
    /// Where to look for those before it, or for those that become active.
    pub previous: Option<Cursor>,
}

impl Shelf<'_> {
    /// Holds for the user's memberships of these.
    pub fn mine(&self) -> Filter<ConversationMember> {
        let mut mine = vec![
            Filter::eq(ConversationMember::USER_ID, self.user),
            Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
            Filter::eq(ConversationMember::IS_HIDDEN, false),
        ];
        let requests = self.requests;
        mine.extend(requests.map(|is| Filter::eq(ConversationMember::IS_REQUEST, is)));
        let archived = self.archived;
        mine.extend(archived.map(|is| Filter::eq(ConversationMember::IS_ARCHIVED, is)));
        Filter::and(mine)
    }

    /// The user's conversations, the last active first; of one kind alone, if said.
    pub fn query(&self, pinned: Option<bool>) -> Query<Conversation> {
        let pinned = pinned.map(|is| Filter::eq(ConversationMember::IS_PINNED, is));
        let mine = Filter::and([self.mine()].into_iter().chain(pinned));
        let listed = Query::new()
            .filter(Filter::is_among(
                Column::id(),
                ConversationMember::CONVERSATION_ID,
                mine,
            ))
            .order(Order::desc(Conversation::LAST_MESSAGE_AT));
        match &self.only {
            Some(only) => listed.filter(only.clone()),
            None => listed,
        }
    }
}

impl Part {
    /// The part that a request wants.
    ///
    /// # Errors
    /// `invalid_cursor`.
    pub fn of<F>(window: &Window<F>, now: Timestamp) -> Result<Self> {
        let (cursor, is_before) = match (&window.after, &window.before) {
            (after, None) => (after.clone(), false),
            (_, before) => (before.clone(), true),
        };
        let mut part = Part {
            from: cursor.map_or(Ok(Start::Top), Start::read)?,
            is_before,
            limit: window.limit,
            now,
        };
        if matches!(&part.from, Start::Moment(at) if part.is_ahead(at)) {
            // It is from when the clock was ahead, and nothing would come after it: the list begins anew.
            (part.from, part.is_before) = (Start::Top, false);
        }
        Ok(part)
    }

    /// The part of so many behind a place.
    ///
    /// # Errors
    /// `invalid_cursor`.
    pub fn behind(place: Option<Cursor>, limit: u32, now: Timestamp) -> Result<Self> {
        Ok(Part {
            from: place.map_or(Ok(Start::Top), Start::read)?,
            is_before: false,
            limit,
            now,
        })
    }

    /// Whether it is the beginning of the list.
    pub fn is_top(&self) -> bool {
        self.from == Start::Top
    }

    /// The questions for the conversations of this part.
    pub fn questions(&self, shelf: &Shelf<'_>) -> Questions {
        // One more than wanted tells whether there are more.
        let limit = self.limit + 1;
        let some = |pinned| shelf.query(pinned).limit(limit);
        // Their order is the user's own, so all of them are needed.
        let pinned = shelf.query(Some(true)).limit(PINNED);
        let below = some(Some(false));
        match (&self.from, self.is_before) {
            (Start::Top | Start::Pinned { .. }, false) | (Start::Top, true) => {
                (Some(pinned), Some(below))
            }
            (Start::Pinned { .. }, true) => (Some(pinned), None),
            (Start::Below(at), false) => (None, Some(below.after(at.clone()))),
            (Start::Below(at), true) => (Some(pinned), Some(below.before(at.clone()))),
            (Start::Moment(at), false) => (Some(some(None).after(at.clone())), None),
            (Start::Moment(at), true) => (Some(some(None).before(at.clone())), None),
        }
    }

    /// The part, of the rows that were found, with the pinned ones in this order. Others that are pinned stand below these.
    pub fn page(&self, (pinned, below): Found, order: &[String]) -> Listed {
        let limit = self.limit as usize;
        let pinned = self.pinned(pinned.unwrap_or_default(), order);
        let below = below.into_iter().flatten().map(|doc| self.place(None, doc));
        let mut items: Vec<Placed> = pinned.into_iter().chain(below).collect();
        let more = items.len() > limit;
        match self.is_before {
            true => drop(items.drain(..items.len().saturating_sub(limit))),
            false => items.truncate(limit),
        }
        let place = |item: &Placed| item.place.clone();
        let (first, last) = (items.first().map(place), items.last().map(place));
        let is_ahead = |at: &Cursor| matches!(self.from, Start::Moment(_)) && self.is_ahead(at);
        let previous = match (&self.from, self.is_before) {
            (Start::Top, _) => self.moment(&items),
            (_, true) if !more || first.as_ref().is_some_and(is_ahead) => self.moment(&items),
            _ => first,
        };
        Listed {
            next: last.filter(|_| more || self.is_before),
            previous,
            items,
        }
    }

    /// The first ones in their order, as far as they belong to this part; all from a moment on stand as they were found.
    fn pinned(&self, mut found: Vec<Doc<Conversation>>, order: &[String]) -> Vec<Placed> {
        if matches!(self.from, Start::Moment(_)) {
            return found.into_iter().map(|doc| self.place(None, doc)).collect();
        }
        let rank = |doc: &Doc<Conversation>| order.iter().position(|id| *id == doc.id);
        // As they were found they are sorted by activity, which stays where the user has no order of their own.
        found.sort_by_key(|doc| rank(doc).unwrap_or(usize::MAX));
        let at = match &self.from {
            Start::Pinned { id, rank } => {
                let here = found.iter().position(|doc| doc.id == *id);
                Some(here.map_or((*rank, *rank), |here| (here, here + 1)))
            }
            _ => None,
        };
        let placed = found.into_iter().enumerate();
        let placed = placed.filter(|(rank, _)| match (at, self.is_before) {
            (None, _) => true,
            (Some((here, _)), true) => *rank < here,
            (Some((_, behind)), false) => *rank >= behind,
        });
        placed
            .map(|(rank, doc)| self.place(Some(rank), doc))
            .collect()
    }

    /// Whether a moment is far ahead of the clock.
    fn is_ahead(&self, at: &Cursor) -> bool {
        let at = at.values.first().and_then(Value::as_str);
        let at = at.and_then(|at| at.parse::<Timestamp>().ok());
        at.is_some_and(|at| at > self.now.plus(FARTHEST_AHEAD))
    }

    /// The place of an item in this list.
    fn place(&self, rank: Option<usize>, conversation: Doc<Conversation>) -> Placed {
        let at = activity(&conversation);
        let values = match (&self.from, rank) {
            (Start::Moment(_), _) => vec![at],
            (_, Some(rank)) => vec![true.into(), conversation.id.as_str().into(), rank.into()],
            (_, None) => vec![false.into(), at],
        };
        Placed {
            place: Cursor {
                values,
                seq: conversation.seq,
            },
            conversation,
        }
    }

    /// Where to look for conversations that become active after these. A commit that comes later may still have the time
    /// of the newest, as long as that isn't past: then all that have that time are given again, and nothing is missed.
    /// Times far ahead are the error of a clock that was mended since, and no commit would come after them for as long.
    fn moment(&self, items: &[Placed]) -> Option<Cursor> {
        let farthest = self.now.plus(FARTHEST_AHEAD);
        let docs = items.iter().map(|item| &item.conversation);
        let newest = docs.map(|doc| (doc.last_message_at, doc.seq));
        let newest = newest.filter(|(at, _)| at.is_none_or(|at| at <= farthest));
        let (at, seq) = match (newest.max(), &self.from) {
            (Some(newest), _) => newest,
            (None, Start::Moment(_)) => return None,
            (None, _) if items.is_empty() => return None,
            (None, _) => (Some(self.now), 0),
        };
        let is_past = at.is_none_or(|at| at < self.now);
        let at = at.map_or(Value::Null, Value::from);
        // All that have that time were given: looking there again at once would show the same.
        let is_given = matches!(&self.from, Start::Moment(from) if from.values[..] == [at.clone()]);
        (is_past || !is_given).then(|| Cursor {
            values: vec![at],
            seq: if is_past { seq } else { 0 },
        })
    }
}

impl Start {
    fn read(cursor: Cursor) -> Result<Self> {
        match cursor.values.as_slice() {
            [Value::Bool(false), at] => Ok(Start::Below(Cursor {
                values: vec![at.clone()],
                seq: cursor.seq,
            })),
            [Value::Bool(true), Value::String(id), Value::Number(rank)] => Ok(Start::Pinned {
                id: id.clone(),
                rank: rank.as_u64().unwrap_or(0) as usize,
            }),
            [_] => Ok(Start::Moment(cursor)),
            _ => Err(Error::new(
                Code::InvalidCursor,
                "This cursor is not one of this list.",
            )),
        }
    }
}

fn activity(conversation: &Conversation) -> Value {
    conversation
        .last_message_at
        .map_or(Value::Null, Value::from)
}
