//! Conversations in the order of their last activity, the pinned ones on top.
//!
//! A user's memberships say which ones; the conversations' own column says when. A read joins the two, so its cost grows
//! with the number of the user's conversations and with nothing else, and no list of ids leaves the database.
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
use whisper_store::{Cursor, Doc, Filter, Order, Page, Query};

/// How far ahead of the clock an activity may be and still count as the newest, in milliseconds: a day, as with the times
/// of commits.
const FARTHEST_AHEAD: i64 = 24 * 60 * 60 * 1000;

/// Which of a user's conversations.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    /// Whose.
    pub user: &'a str,
    /// Conversations they put away, or the others.
    pub archived: bool,
    /// Conversations that strangers began, or the others.
    pub requests: bool,
}

/// Which part of the list is wanted.
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
    /// A place of the list: among the pinned ones or below them.
    Place { pinned: bool, at: Cursor },
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

impl Shelf<'_> {
    /// The user's conversations; of one kind alone, if said.
    fn query(&self, pinned: Option<bool>) -> Query<Conversation> {
        let mut mine = vec![
            Filter::eq(ConversationMember::USER_ID, self.user),
            Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
            Filter::eq(ConversationMember::IS_REQUEST, self.requests),
            Filter::eq(ConversationMember::IS_ARCHIVED, self.archived),
        ];
        mine.extend(pinned.map(|pinned| Filter::eq(ConversationMember::IS_PINNED, pinned)));
        Query::new()
            .filter(Filter::is_among(
                Column::id(),
                ConversationMember::CONVERSATION_ID,
                Filter::and(mine),
            ))
            .order(Order::desc(Conversation::LAST_MESSAGE_AT))
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

    /// The questions for the conversations of this part.
    pub fn questions(&self, shelf: &Shelf<'_>) -> Questions {
        // One more than wanted tells whether there are more.
        let limit = self.limit + 1;
        let some = |pinned| shelf.query(pinned).limit(limit);
        let (pinned, below) = (some(Some(true)), some(Some(false)));
        match (&self.from, self.is_before) {
            (Start::Top, _) => (Some(pinned), Some(below)),
            (Start::Place { pinned: true, at }, false) => {
                (Some(pinned.after(at.clone())), Some(below))
            }
            (Start::Place { pinned: true, at }, true) => (Some(pinned.before(at.clone())), None),
            (Start::Place { at, .. }, false) => (None, Some(below.after(at.clone()))),
            (Start::Place { at, .. }, true) => {
                let last = pinned.before(Cursor {
                    values: vec![Value::Null],
                    seq: 0,
                });
                (Some(last), Some(below.before(at.clone())))
            }
            (Start::Moment(at), false) => (Some(some(None).after(at.clone())), None),
            (Start::Moment(at), true) => (Some(some(None).before(at.clone())), None),
        }
    }

    /// The part, of the rows that were found.
    pub fn page(&self, (pinned, below): Found) -> Page<Conversation> {
        let limit = self.limit as usize;
        let with = |pinned| move |doc| (pinned, doc);
        let pinned = pinned.into_iter().flatten().map(with(true));
        let below = below.into_iter().flatten().map(with(false));
        let mut items: Vec<(bool, Doc<Conversation>)> = pinned.chain(below).collect();
        let more = items.len() > limit;
        match self.is_before {
            true => drop(items.drain(..items.len().saturating_sub(limit))),
            false => items.truncate(limit),
        }
        let (first, last) = (items.first(), items.last());
        let (first, last) = (first.map(|i| self.place(i)), last.map(|i| self.place(i)));
        let is_ahead = |at: &Cursor| matches!(self.from, Start::Moment(_)) && self.is_ahead(at);
        let previous = match (&self.from, self.is_before) {
            (Start::Top, _) => self.moment(&items),
            (_, true) if !more || first.as_ref().is_some_and(is_ahead) => self.moment(&items),
            _ => first.clone(),
        };
        Page {
            next: last.clone().filter(|_| more || self.is_before),
            previous,
            first,
            last,
            items: items.into_iter().map(|(_, doc)| doc).collect(),
        }
    }

    /// Whether a moment is far ahead of the clock.
    fn is_ahead(&self, at: &Cursor) -> bool {
        let at = at.values.first().and_then(Value::as_str);
        let at = at.and_then(|at| at.parse::<Timestamp>().ok());
        at.is_some_and(|at| at > self.now.plus(FARTHEST_AHEAD))
    }

    /// The place of an item in this list.
    fn place(&self, (pinned, doc): &(bool, Doc<Conversation>)) -> Cursor {
        let at = activity(doc);
        let values = match self.from {
            Start::Moment(_) => vec![at],
            _ => vec![(*pinned).into(), at],
        };
        Cursor {
            values,
            seq: doc.seq,
        }
    }

    /// Where to look for conversations that become active after these. A commit that comes later may still have the time
    /// of the newest, as long as that isn't past: then all that have that time are given again, and nothing is missed.
    /// Times far ahead are the error of a clock that was mended since, and no commit would come after them for as long.
    fn moment(&self, items: &[(bool, Doc<Conversation>)]) -> Option<Cursor> {
        let farthest = self.now.plus(FARTHEST_AHEAD);
        let newest = items.iter().map(|(_, doc)| (doc.last_message_at, doc.seq));
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
            [Value::Bool(pinned), at] => Ok(Start::Place {
                pinned: *pinned,
                at: Cursor {
                    values: vec![at.clone()],
                    seq: cursor.seq,
                },
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
