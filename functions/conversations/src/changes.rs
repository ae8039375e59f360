//! `GET /v1/conversations?since=…`: the conversations that changed since a list was read, and those that are gone.
//!
//! A place to catch up from is made of commit numbers: of the newest message, the newest conversation and the newest note of a change that
//! no message tells of. A conversation has changed if it is newer, has a newer message, or a newer note. New messages are looked for in the
//! order of activity. Each message sets the time of activity, so conversations with new messages come before all others, and it is enough
//! to look at one more than an answer has.

use std::collections::BTreeSet;

use serde_json::Value;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::page::{Window, open_place, seal_place};
use whisper_kit::{Ctx, Reply};
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberStatus, ListChange, Message,
    Timestamp,
};
use whisper_store::{Count, Cursor, Doc, Filter, First, Order, Query};

use crate::activity::Shelf;
use crate::hidden;
use crate::listing::views;
use crate::own_list::{OwnList, own_list};
use crate::which::{PageView, Which};

/// The most conversations of an answer.
const MOST: usize = 100;
/// From this many notes of either kind on, the client has to read its list anew.
const NOTES: u32 = 1000;
/// How old a document has to be on TablesDB until none of a lower number comes after it, in milliseconds.
const LAG: i64 = 20_000;
/// How far ahead of the clock a place may have been made, in milliseconds: a day.
const AHEAD: i64 = 24 * 60 * 60 * 1000;

/// A place in the changes of all lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    messages: i64,
    conversations: i64,
    notes: i64,
    /// When it was made: for its expiry alone.
    at: Timestamp,
}

/// Questions for the newest place.
pub type Newest = (First<Message>, First<Conversation>, First<ListChange>);
/// The answers to these questions.
type NewestFound = (
    Option<Doc<Message>>,
    Option<Doc<Conversation>>,
    Option<Doc<ListChange>>,
);

/// The time up to which documents count, where a commit may come in with a lower number than one before it: on TablesDB.
///
/// # Errors
/// A fault in a function without a store.
pub fn lags(ctx: &Ctx) -> Result<Option<Timestamp>> {
    let is_tables = ctx.most_operations()?.is_some();
    Ok(is_tables.then(|| ctx.now().plus(-LAG)))
}

/// Asks for the newest place. Read it with the list, or before it.
pub fn newest(until: Option<Timestamp>) -> Newest {
    let (messages, conversations, notes) = (Query::new(), Query::new(), Query::new());
    let (messages, conversations, notes) = match until {
        Some(until) => (
            messages.filter(Filter::le(Message::CREATED_AT, until)),
            conversations.filter(Filter::le(Conversation::CREATED_AT, until)),
            notes.filter(Filter::le(ListChange::CREATED_AT, until)),
        ),
        None => (messages, conversations, notes),
    };
    (
        messages.order(Order::desc(Column::seq())).settled().first(),
        conversations
            .order(Order::desc(Column::seq()))
            .settled()
            .first(),
        notes.order(Order::desc(Column::seq())).settled().first(),
    )
}

impl Place {
    /// From the outcome of [`newest`].
    pub fn of((message, conversation, note): NewestFound, now: Timestamp) -> Self {
        Place {
            messages: message.map_or(0, |message| message.seq),
            conversations: conversation.map_or(0, |conversation| conversation.seq),
            notes: note.map_or(0, |note| note.seq),
            at: now,
        }
    }

    /// The place as the caller keeps it.
    ///
    /// # Errors
    /// The store's, when the key has to be read.
    pub async fn seal(&self, ctx: &Ctx, me: &str) -> Result<String> {
        let values = [self.messages, self.conversations, self.notes];
        let place = Cursor {
            values: values.into_iter().map(Value::from).collect(),
            seq: self.at.as_millis(),
        };
        seal_place(ctx, &scope(me), &place).await
    }

    async fn open(ctx: &Ctx, me: &str, text: &str) -> Result<Self> {
        let place = open_place(ctx, &scope(me), text).await?;
        let numbers: Vec<i64> = place.values.iter().filter_map(Value::as_i64).collect();
        let [messages, conversations, notes] = numbers[..] else {
            let detail = "This is no place to catch up from.";
            return Err(Error::new(Code::InvalidCursor, detail));
        };
        let at = Timestamp::from_millis(place.seq);
        if at < ctx.now().plus(-ListChange::GOOD_FOR) || at > ctx.now().plus(AHEAD) {
            return Err(too_old("The list was read too long ago."));
        }
        Ok(Place {
            messages,
            conversations,
            notes,
            at,
        })
    }
}

fn scope(me: &str) -> String {
    format!("changes of the conversations of {me}")
}

fn too_old(detail: &str) -> Error {
    Error::new(Code::ResyncRequired, format!("{detail} Read it again."))
}

/// Answers 200 with the conversations that changed.
///
/// # Errors
/// `invalid_cursor`; `resync_required` where the place is too old, or too much has changed; the store's.
pub async fn answer(ctx: &Ctx, me: &str, since: &str, window: &Window<Which>) -> Result<Reply> {
    let since = Place::open(ctx, me, since).await?;
    let asleep = ctx.read(hidden::asleep(me)).await?;
    hidden::wake(ctx, me, asleep).await?;
    let shelf = Shelf {
        user: me,
        archived: None,
        requests: None,
        only: None,
    };
    let lags = lags(ctx)?;
    let asked = (
        (newest(lags), own_list(me)),
        shelf.query(None).limit(MOST as u32 + 1),
        (notes_of_user(me, since), notes_of_all(&shelf, since)),
    );
    let ((newest, list), active, (own, shared)) = ctx.read(asked).await?;
    if own.len() >= NOTES as usize || shared.len() >= NOTES as usize {
        return Err(too_old("Too much has changed in the list."));
    }
    let place = Place::of(newest, ctx.now());
    let noted = own.iter().chain(&shared);
    let noted: BTreeSet<String> = noted.map(|note| note.conversation_id.clone()).collect();
    // On TablesDB the newest place is a moment behind, and says nothing about the newest messages.
    let is_quiet = lags.is_none() && place.messages <= since.messages;
    let active = moved(ctx, active, since, is_quiet).await?;
    let (changed, gone) = changed(ctx, me, active, &noted).await?;
    if changed.len() > MOST {
        return Err(too_old("Too many conversations have changed."));
    }
    let (items, users) = views(ctx, me, changed).await?;
    let more = PageView {
        users,
        pinned_conversation_ids: Some(OwnList::of(list, me).pinned().to_vec()),
        since: Some(place.seal(ctx, me).await?),
        gone: Some(gone),
    };
    window.reply_with(ctx, items, (None, None), more).await
}

/// Asks for the notes about the user's own list.
fn notes_of_user(me: &str, since: Place) -> Query<ListChange> {
    Query::new()
        .filter(Filter::eq(ListChange::SCOPE, me))
        .filter(Filter::gt(Column::seq(), since.notes))
        .limit(NOTES)
}

/// Asks for the notes about conversations of theirs.
fn notes_of_all(shelf: &Shelf<'_>, since: Place) -> Query<ListChange> {
    Query::new()
        .filter(Filter::is_among(
            ListChange::SCOPE,
            ConversationMember::CONVERSATION_ID,
            shelf.mine(),
        ))
        .filter(Filter::gt(Column::seq(), since.notes))
        .limit(NOTES)
}

/// The conversations, of the last active ones, that are new or have a new message. It takes one statement, and none where no message is
/// newer in any conversation (`is_quiet`).
async fn moved(
    ctx: &Ctx,
    active: Vec<Doc<Conversation>>,
    since: Place,
    is_quiet: bool,
) -> Result<Vec<Doc<Conversation>>> {
    if is_quiet {
        let is_new = |one: &Doc<Conversation>| one.seq > since.conversations;
        return Ok(active.into_iter().filter(is_new).collect());
    }
    let asked = active.iter().map(|one| newer(&one.id, since));
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let moved = active.into_iter().zip(found);
    let moved = moved.filter(|(one, newer)| *newer > 0 || one.seq > since.conversations);
    Ok(moved.map(|(one, _)| one).collect())
}

/// Counts one newer message of a conversation.
fn newer(conversation: &str, since: Place) -> Count<Message> {
    Query::new()
        .filter(Filter::eq(Message::CONVERSATION_ID, conversation))
        .filter(Filter::gt(Column::seq(), since.messages))
        .count(1)
}

/// The conversations that changed: the moved ones and the ones that notes tell of. Beside them the ids of noted conversations that are in no
/// list of the user's any more.
async fn changed(
    ctx: &Ctx,
    me: &str,
    moved: Vec<Doc<Conversation>>,
    noted: &BTreeSet<String>,
) -> Result<(Vec<Doc<Conversation>>, Vec<String>)> {
    let known: BTreeSet<String> = moved.iter().map(|one| one.id.clone()).collect();
    let others = || noted.iter().filter(|id| !known.contains(*id));
    let members: Vec<String> = others().map(|id| member_id(id, me)).collect();
    let asked = (
        by_ids::<Conversation>(others().map(String::as_str)),
        by_ids::<ConversationMember>(members.iter().map(String::as_str)),
    );
    let (conversations, members) = ctx.read(asked).await?;
    let members = members.into_iter().flatten();
    let listed = members
        .filter(|m| m.status == ConversationMemberStatus::Active && !m.is_hidden)
        .map(|member| member.into_inner().conversation_id);
    let listed: BTreeSet<String> = listed.collect();
    let conversations = conversations.into_iter().flatten();
    let noted = conversations.filter(|one| listed.contains(&one.id));
    let mut changed: Vec<Doc<Conversation>> = moved.into_iter().chain(noted).collect();
    changed.sort_by_key(|one| std::cmp::Reverse((one.last_message_at, one.seq)));
    let gone = others().filter(|id| !listed.contains(*id));
    Ok((changed, gone.cloned().collect()))
}
