//! The right to read a file: its owner has it, and whoever sees a document that holds it, by the rules of that document and at the moment of the read.

mod conversation;
mod message;
mod person;
mod story;

use whisper_kit::{Ctx, Error, Result};
use whisper_schema::prelude::{
    ConversationMember, ConversationMemberStatus, FileHold, FileHoldKind, StoredFile,
};
use whisper_store::{Cursor, Doc, Filter, Get, Order, Page, Paged, Query};

use conversation::Picture;
use person::Portrait;
use story::Told;

pub use message::Sent;

/// Documents that are asked at once whether they let somebody read a file, the newest first: of messages only those in conversations of theirs.
const AT_ONCE: u32 = 30;
/// The most portions of them that are asked: 300 documents.
const PORTIONS: usize = 10;

/// The right by which somebody reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// It is theirs.
    Owner,
    /// They see a document that holds it.
    Document,
    /// They opened a message that can be viewed once, less than a minute ago.
    Opening,
}

/// A file that somebody may read, and by which right.
#[derive(Clone, Debug)]
pub struct Readable {
    /// The file.
    pub file: StoredFile,
    /// The right.
    pub right: Right,
}

/// A file that this user may read now; one that is uploading only its owner. Two statements, one for its owner, and two more for each portion of
/// documents that gives no right before one that does.
///
/// # Errors
/// `not_found`, for a file that isn't there and for one that they may not read alike.
pub async fn readable(ctx: &Ctx, reader: &str, id: &str) -> Result<Readable> {
    let (file, holds) = ctx
        .read((Get::<StoredFile>::id(id), holds(reader, id, None)))
        .await?;
    let right = match &file {
        Some(file) if file.is_of(reader, ctx.now()) => Some(Right::Owner),
        _ => right_of_any(ctx, reader, id, holds).await?,
    };
    let file = file.map(Doc::into_inner);
    let file = file.filter(|file| right == Some(Right::Owner) || file.is_whole());
    match (file, right) {
        (Some(file), Some(right)) => Ok(Readable { file, right }),
        _ => Err(Error::not_found()),
    }
}

/// The right that one of the documents gives that hold a file, of which the first portion was read: portion by portion, until one gives it.
async fn right_of_any(
    ctx: &Ctx,
    reader: &str,
    file: &str,
    mut holds: Page<FileHold>,
) -> Result<Option<Right>> {
    for _ in 1..PORTIONS {
        let right = right(ctx, reader, &holds.items).await?;
        if right.is_some() || holds.next.is_none() {
            return Ok(right);
        }
        holds = ctx.read(self::holds(reader, file, holds.next)).await?;
    }
    right(ctx, reader, &holds.items).await
}

/// Asks for a portion of the documents that hold a file, as far as they may let this user read it.
fn holds(reader: &str, file: &str, behind: Option<Cursor>) -> Paged<FileHold> {
    let mine = Filter::and([
        Filter::eq(ConversationMember::USER_ID, reader),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
    ]);
    let in_reach = Filter::or([
        Filter::is_null(FileHold::PLACE),
        Filter::is_among(FileHold::PLACE, ConversationMember::CONVERSATION_ID, mine),
    ]);
    // A message that is sent later is its sender's alone, who owns the file.
    let is_shown = Filter::ne(FileHold::KIND, FileHoldKind::ScheduledMessage);
    Query::new()
        .filter(Filter::eq(FileHold::FILE_ID, file))
        .filter(is_shown)
        .filter(in_reach)
        .order(Order::desc(whisper_schema::Column::seq()))
        .after(behind)
        .limit(AT_ONCE)
        .page()
}

/// The right that one of these documents gives.
async fn right(ctx: &Ctx, reader: &str, holds: &[Doc<FileHold>]) -> Result<Option<Right>> {
    let of = |kinds: &[FileHoldKind]| -> Vec<&FileHold> {
        let holds = holds.iter().map(|hold| &hold.value);
        holds.filter(|hold| kinds.contains(&hold.kind)).collect()
    };
    let portraits = of(&[FileHoldKind::Avatar, FileHoldKind::Cover]);
    let pictures = of(&[FileHoldKind::ConversationAvatar]);
    let messages = of(&[FileHoldKind::Message]);
    let stories = of(&[FileHoldKind::Story]);
    let asked = (
        portraits
            .iter()
            .map(|hold| Portrait::of(reader, hold))
            .collect::<Vec<_>>(),
        pictures
            .iter()
            .map(|hold| Picture::of(reader, hold, ctx.now()))
            .collect::<Vec<_>>(),
        messages
            .iter()
            .map(|hold| Sent::of(reader, hold))
            .collect::<Vec<_>>(),
        stories
            .iter()
            .map(|hold| Told::of(reader, hold))
            .collect::<Vec<_>>(),
    );
    let (portraits, pictures, messages, stories) = ctx.read(asked).await?;
    let is_seen = portraits.into_iter().any(|shown| shown)
        || pictures.into_iter().any(|shown| shown)
        || stories.into_iter().any(|story| story.is_seen(ctx.now()));
    if is_seen {
        return Ok(Some(Right::Document));
    }
    let rights = messages
        .into_iter()
        .filter_map(|message| message.right(ctx.now()));
    // One that they see at any time is worth more than an opening.
    Ok(rights.min_by_key(|right| *right == Right::Opening))
}
