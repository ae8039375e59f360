//! Conversations in the order of their last activity, the pinned ones on top.
//!
//! A user's memberships say which ones; the conversations' own column says when. A read joins the two, so what it costs
//! grows with what the user is in and with nothing else, and no list of ids leaves the database.
//!
//! The order moves while it is walked: what becomes active goes to the top, past whoever walks. So the first page says
//! where to look for that later: a *moment* as a cursor, from which on all that was active is given, wherever it stands.

use serde_json::Value;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::page::Window;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus, Timestamp,
};
use whisper_store::{Cursor, Doc, Filter, Order, Page, Query};

/// Which of a user's conversations.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    /// Whose.
    pub user: &'a str,
    /// Those they put away, or the others.
    pub archived: bool,
    /// Those that are strangers' requests, or the others.
    pub requests: bool,
}

/// Which part of the list is wanted.
#[derive(Clone, Debug)]
pub struct Part {
    from: From,
    /// Whether it ends there; else it begins there.
    is_before: bool,
    limit: u32,
    /// When it is read.
    now: Timestamp,
}

/// Where it begins or ends.
#[derive(Clone, Debug, PartialEq)]
enum From {
    /// The top of the list.
    Top,
    /// A place of the list: among the pinned ones or below them.
    Place { pinned: bool, at: Cursor },
    /// A moment, whatever is pinned.
    Moment(Cursor),
}

/// The questions for a part: the pinned ones, or all from a moment on; and those below.
pub type Questions = (Option<Query<Conversation>>, Option<Query<Conversation>>);
/// What they give.
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
        Ok(Part {
            from: cursor.map_or(Ok(From::Top), From::read)?,
            is_before,
            limit: window.limit,
            now,
        })
    }

    /// What to ask for it.
    pub fn questions(&self, shelf: &Shelf<'_>) -> Questions {
        // One more than wanted tells whether there are more.
        let limit = self.limit + 1;
        let some = |pinned| shelf.query(pinned).limit(limit);
        let (pinned, below) = (some(Some(true)), some(Some(false)));
        match (&self.from, self.is_before) {
            (From::Top, _) => (Some(pinned), Some(below)),
            (From::Place { pinned: true, at }, false) => {
                (Some(pinned.after(at.clone())), Some(below))
            }
            (From::Place { pinned: true, at }, true) => (Some(pinned.before(at.clone())), None),
            (From::Place { at, .. }, false) => (None, Some(below.after(at.clone()))),
            (From::Place { at, .. }, true) => {
                let last = pinned.before(Cursor {
                    values: vec![Value::Null],
                    seq: 0,
                });
                (Some(last), Some(below.before(at.clone())))
            }
            (From::Moment(at), false) => (Some(some(None).after(at.clone())), None),
            (From::Moment(at), true) => (Some(some(None).before(at.clone())), None),
        }
    }

    /// The part, of what was found.
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
        let previous = match (&self.from, self.is_before) {
            (From::Top, _) => self.moment(&items),
            (_, true) if !more => self.moment(&items),
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

    /// The place of an item in this list.
    fn place(&self, (pinned, doc): &(bool, Doc<Conversation>)) -> Cursor {
        let at = activity(doc);
        let values = match self.from {
            From::Moment(_) => vec![at],
            _ => vec![(*pinned).into(), at],
        };
        Cursor {
            values,
            seq: doc.seq,
        }
    }

    /// Where to look for what becomes active after these. A commit that comes later may still have the time of the
    /// newest, as long as that isn't past: then whatever has that time is given again, and nothing is missed.
    fn moment(&self, items: &[(bool, Doc<Conversation>)]) -> Option<Cursor> {
        let newest = items.iter().map(|(_, doc)| (doc.last_message_at, doc.seq));
        let (at, seq) = newest.max()?;
        let is_past = at.is_none_or(|at| at < self.now);
        let at = at.map_or(Value::Null, Value::from);
        // What there is of that time was given: looking there again at once would show the same.
        let is_given = matches!(&self.from, From::Moment(from) if from.values[..] == [at.clone()]);
        (is_past || !is_given).then(|| Cursor {
            values: vec![at],
            seq: if is_past { seq } else { 0 },
        })
    }
}

impl From {
    fn read(cursor: Cursor) -> Result<Self> {
        match cursor.values.as_slice() {
            [Value::Bool(pinned), at] => Ok(From::Place {
                pinned: *pinned,
                at: Cursor {
                    values: vec![at.clone()],
                    seq: cursor.seq,
                },
            }),
            [_] => Ok(From::Moment(cursor)),
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
