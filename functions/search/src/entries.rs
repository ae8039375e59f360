//! The entries by which messages are found, made again from each message as it stands.

use whisper_kit::ids::derived_id;
use whisper_schema::prelude::{Column, MediaEntry, MediaKind, MentionEntry, Message, SearchEntry};
use whisper_store::{Batch, Doc, Filter};
use whisper_words::{indexed, shortened};

use crate::texts::{carried, has_link, has_media, kind, texts};

/// Most characters of words that an entry has; words of a message beyond them aren't found.
const MOST_WORDS: usize = 60_000;

/// Entries to be put in the place of the messages' former ones.
#[derive(Debug, Default)]
pub struct Entries {
    words: Vec<SearchEntry>,
    media: Vec<MediaEntry>,
    mentions: Vec<MentionEntry>,
    /// Ids of entries that there must be none of.
    no_words: Vec<String>,
    no_media: Vec<String>,
    /// Messages whose former mentions go, before `mentions` are put.
    former_mentions: Vec<String>,
}

impl Entries {
    /// Adds the entries of a message that stands. Former entries of one that may have had some (`changed`) go.
    pub fn put(&mut self, message: &Doc<Message>, changed: bool) {
        match entry(message) {
            Some(entry) => self.words.push(entry),
            None if changed => self.no_words.push(message.id.clone()),
            None => {}
        }
        let carried: Vec<MediaKind> = carried(message).collect();
        self.media
            .extend(carried.iter().map(|kind| media(message, *kind)));
        let mentioned = message.mentions.iter();
        self.mentions
            .extend(mentioned.map(|target| mention(message, target)));
        if changed {
            self.former_mentions.push(message.id.clone());
            let others = MediaKind::ALL.iter().filter(|kind| !carried.contains(kind));
            self.no_media
                .extend(others.map(|kind| media_id(&message.id, *kind)));
        }
    }

    /// Takes out the entries of a message that is gone.
    pub fn take_out(&mut self, message: &str) {
        self.no_words.push(message.to_owned());
        self.former_mentions.push(message.to_owned());
        let kinds = MediaKind::ALL.iter();
        self.no_media
            .extend(kinds.map(|kind| media_id(message, *kind)));
    }

    /// The commit's part.
    pub fn into_batch(self) -> Batch {
        let batch = self.words.iter().fold(Batch::new(), Batch::upsert);
        let batch = self.media.iter().fold(batch, Batch::upsert);
        let batch = delete::<SearchEntry>(batch, &self.no_words);
        let batch = self.without_former(batch);
        let batch = self.mentions.iter().fold(batch, Batch::upsert);
        delete::<MediaEntry>(batch, &self.no_media)
    }
}

impl Entries {
    /// Deletes the former mentions of messages that changed or went.
    fn without_former(&self, batch: Batch) -> Batch {
        self.former_mentions
            .chunks(TOGETHER)
            .fold(batch, |batch, ids| {
                let ids = ids.iter().map(String::as_str);
                let former = Filter::is_in(MentionEntry::MESSAGE_ID, ids);
                batch.delete_where(former, MENTIONS * TOGETHER as u64)
            })
    }
}

/// The most people whom a message mentions.
const MENTIONS: u64 = 100;
/// How many messages one condition on mentions names.
const TOGETHER: usize = 10;
/// Most ids that one condition names.
const IDS: usize = 500;

fn delete<D: whisper_schema::Document>(batch: Batch, ids: &[String]) -> Batch {
    ids.chunks(IDS).fold(batch, |batch, ids| {
        let these = Filter::is_in(Column::<D>::id(), ids.iter().map(String::as_str));
        batch.delete_where(these, ids.len() as u64)
    })
}

/// The words of a message; none without any.
fn entry(message: &Doc<Message>) -> Option<SearchEntry> {
    let texts = texts(message);
    let words = indexed(texts.iter().map(|text| text.text.as_str()));
    let words = shortened(words, MOST_WORDS);
    (!words.is_empty()).then(|| SearchEntry {
        id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        position: message.seq,
        sender_id: message.sender_id.clone(),
        kind: kind(message),
        has_media: has_media(message),
        has_link: has_link(message),
        words,
        sent_at: message.created_at.unwrap_or_default(),
        expires_at: message.expires_at,
    })
}

fn media(message: &Doc<Message>, kind: MediaKind) -> MediaEntry {
    MediaEntry {
        id: media_id(&message.id, kind),
        message_id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        kind,
        position: message.seq,
        expires_at: message.expires_at,
    }
}

fn mention(message: &Doc<Message>, target: &str) -> MentionEntry {
    MentionEntry {
        id: derived_id(&["mention entry", &message.id, target]),
        message_id: message.id.clone(),
        conversation_id: message.conversation_id.clone(),
        target: target.to_owned(),
        position: message.seq,
        expires_at: message.expires_at,
    }
}

fn media_id(message: &str, kind: MediaKind) -> String {
    derived_id(&["media entry", message, kind.as_str()])
}
