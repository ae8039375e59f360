//! The files of a message to be sent: whether its sender may attach them, and the holds by which they stay.
//!
//! A sender attaches files of their own. Files of the document that the message is made of (the message that it is a copy of, a scheduled message, a
//! message of a broadcast) it has whoever they belong to: that document holds them, and its sender sees it.

use std::collections::BTreeSet;

use whisper_files::{Asking, Files, Held, Holder, Named, copy, files, held_by, hold, release};
use whisper_kit::Ctx;
use whisper_kit::error::FieldError;
use whisper_messages::{file_ids, keeps_files};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Message, MessageContentType as Kind};
use whisper_schema::system::{FileBucket, FileHold, FileHoldKind};
use whisper_store::Batch;

use crate::draft::SendMessage;

/// The document that a draft comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// A request.
    Request,
    /// The scheduled message with this id.
    Schedule(&'a str),
    /// The message of a broadcast with this id.
    Broadcast(&'a str),
}

/// The questions for the files of a draft; gives [`Attached`] by [`Attached::of`]. A draft without files asks nothing, but for the holds of what it
/// comes from.
pub fn attached(ctx: &Ctx, draft: &SendMessage, source: Source<'_>) -> (Asking, Held, Held) {
    let is_here = keeps_files(ctx);
    let (broadcast, schedule) = match source {
        Source::Request => (None, None),
        Source::Schedule(id) => (None, Some(id)),
        Source::Broadcast(id) => (Some(id), None),
    };
    let origin = draft.origin().map(|(message, _)| message);
    let messages = origin.into_iter().chain(broadcast);
    (
        files(draft.file_ids().filter(|_| is_here)),
        held_by(FileHoldKind::Message, messages.filter(|_| is_here)),
        held_by(FileHoldKind::ScheduledMessage, schedule.filter(|_| is_here)),
    )
}

/// The files that a draft names, and the holds of the documents that it is made of.
#[derive(Debug, Default)]
pub struct Attached {
    /// The files.
    pub files: Files,
    /// Holds of the messages that it is a copy of.
    originals: Vec<FileHold>,
    /// Holds of the scheduled message that it comes from.
    scheduled: Vec<FileHold>,
}

impl Attached {
    /// Takes the answers to [`attached`].
    pub fn of((files, originals, scheduled): (Files, Vec<FileHold>, Vec<FileHold>)) -> Self {
        Attached {
            files,
            originals,
            scheduled,
        }
    }

    /// Leaves out the files of a message that the sender may not see: else they would learn which ones it has.
    pub fn forget(&mut self, origin: &str) {
        self.originals.retain(|hold| hold.holder_id != origin);
    }

    /// The faults of the files that a draft names, by their fields.
    pub fn check(&self, sender: &str, draft: &SendMessage, now: Timestamp) -> Vec<FieldError> {
        let named = named(draft).filter(|named| !self.is_held(named.id));
        let named: Vec<Named<'_>> = named.collect();
        self.files.check(sender, &named, now)
    }

    /// Has a message hold its files, in the commit that sends it. What a scheduled message held the message holds in its place.
    pub fn hold(&self, batch: Batch, message: &Message, author: &str, now: Timestamp) -> Batch {
        // The author of a channel's message is asked for it when they want to delete the file.
        let of = Holder {
            user: author,
            ..Holder::message(message)
        };
        let batch = release(batch, &self.scheduled, now);
        self.hold_all(batch, file_ids(message).collect(), &of)
    }

    /// Has a scheduled message hold the files of its draft, and let go of those that it had before.
    pub fn schedule(
        &self,
        batch: Batch,
        (id, sender): (&str, &str),
        draft: &SendMessage,
        now: Timestamp,
    ) -> Batch {
        let mut ids: BTreeSet<&str> = draft.file_ids().collect();
        let before = self.scheduled.iter().cloned();
        let (kept, gone): (Vec<_>, Vec<_>) =
            before.partition(|hold| ids.contains(hold.file_id.as_str()));
        for hold in &kept {
            ids.remove(hold.file_id.as_str());
        }
        let batch = release(batch, &gone, now);
        self.hold_all(batch, ids, &Holder::scheduled_message(id, sender))
    }

    fn hold_all(&self, batch: Batch, ids: BTreeSet<&str>, of: &Holder<'_>) -> Batch {
        let held = self.originals.iter().chain(&self.scheduled);
        let held = held.filter(|hold| ids.contains(hold.file_id.as_str()));
        let held: Vec<FileHold> = held.cloned().collect();
        let own = ids.into_iter().filter(|id| !self.is_held(id));
        let own = own.filter_map(|id| self.files.get(id));
        hold(copy(batch, &held, of), own, of)
    }

    /// Whether a document that the draft is made of holds this file.
    fn is_held(&self, file: &str) -> bool {
        let mut holds = self.originals.iter().chain(&self.scheduled);
        holds.any(|hold| hold.file_id == file)
    }
}

/// The files that a draft names, each with its field and with the buckets that fit its kind.
fn named(draft: &SendMessage) -> impl Iterator<Item = Named<'_>> {
    let kind = draft.details.kind();
    let media = draft.media_file_ids.iter().enumerate();
    let media = media
        .map(move |(place, id)| Named::new(format!("mediaFileIds[{place}]"), id, buckets(kind)));
    let thumbnail = draft.thumbnail_file_id.iter();
    media.chain(thumbnail.map(|id| Named::new("thumbnailFileId", id, &[FileBucket::Messages])))
}

/// The buckets whose files a message of this kind has: the one for the purpose, and the one for all attachments.
fn buckets(kind: Kind) -> &'static [FileBucket] {
    use FileBucket as In;
    match kind {
        Kind::Video => &[In::Video, In::Messages],
        Kind::Audio | Kind::Voice => &[In::Voice, In::Messages],
        Kind::File => &[In::Documents, In::Messages],
        Kind::Gif => &[In::Gifs, In::Messages],
        Kind::Sticker => &[In::Stickers, In::Messages],
        Kind::Nft => &[In::Nfts, In::Messages],
        Kind::Forward | Kind::StoryReply => {
            &[In::Messages, In::Video, In::Voice, In::Documents, In::Gifs]
        }
        Kind::Image | Kind::Location | Kind::TokenGift | Kind::Link | Kind::Game => &[In::Messages],
        // They have no media.
        Kind::Text | Kind::Reply | Kind::Contact | Kind::Poll | Kind::CryptoTx => &[],
    }
}
