//! Holds of documents: a row for each file of theirs, kept up by the commits that write the documents.

use std::collections::BTreeSet;

use whisper_kit::ids::derived_id;
use whisper_schema::prelude::{FileHold, FileHoldKind, Message, StoredFile, Story, Timestamp};
use whisper_store::{
    Answers, Batch, Doc, Filter, MAX_LIMIT, Patch, Query, Questions, ReadSet, StoreError,
};

/// Label of the condition that a file, or a hold of one, is there: a commit that fails there has to be decided anew.
pub const GONE: &str = "file there";
/// Documents of which one question asks the holds: a message holds 31 files at most, so all of them are given.
const HOLDERS: usize = 30;

/// A document that holds files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder<'a> {
    /// Its kind.
    pub kind: FileHoldKind,
    /// Its id; for a picture of a profile the user's.
    pub id: &'a str,
    /// User whose document it is.
    pub user: &'a str,
    /// Conversation of a message.
    pub place: Option<&'a str>,
}

impl<'a> Holder<'a> {
    /// The profile of a user, with its picture.
    pub fn avatar(user: &'a str) -> Self {
        Self::of(FileHoldKind::Avatar, user, user)
    }

    /// The profile of a user, with its cover.
    pub fn cover(user: &'a str) -> Self {
        Self::of(FileHoldKind::Cover, user, user)
    }

    /// A conversation with its picture, which this user gave it.
    pub fn conversation_avatar(conversation: &'a str, user: &'a str) -> Self {
        Self::of(FileHoldKind::ConversationAvatar, conversation, user)
    }

    /// A message.
    pub fn message(message: &'a Message) -> Self {
        Self {
            place: Some(&message.conversation_id),
            ..Self::of(FileHoldKind::Message, &message.id, &message.sender_id)
        }
    }

    /// A message that is sent later.
    pub fn scheduled_message(id: &'a str, user: &'a str) -> Self {
        Self::of(FileHoldKind::ScheduledMessage, id, user)
    }

    /// A story.
    pub fn story(story: &'a Story) -> Self {
        Self::of(FileHoldKind::Story, &story.id, &story.user_id)
    }

    fn of(kind: FileHoldKind, id: &'a str, user: &'a str) -> Self {
        Self {
            kind,
            id,
            user,
            place: None,
        }
    }

    /// Its hold of a file.
    pub fn row(&self, file: &str) -> FileHold {
        FileHold {
            id: hold_id(file, self.kind, self.id),
            file_id: file.to_owned(),
            kind: self.kind,
            holder_id: self.id.to_owned(),
            user_id: self.user.to_owned(),
            place: self.place.map(str::to_owned),
        }
    }
}

/// Id of a document's hold of a file.
pub fn hold_id(file: &str, kind: FileHoldKind, holder: &str) -> String {
    derived_id(&["file hold", file, kind.as_str(), holder])
}

/// Has a document hold these files from this commit on: they have no end as long as it does. The commit fails at [`GONE`] when
/// one of them went since it was read, or its owner gave it up.
pub fn hold<'a>(
    batch: Batch,
    files: impl IntoIterator<Item = &'a StoredFile>,
    of: &Holder<'_>,
) -> Batch {
    let ids = files.into_iter().map(|file| file.id.as_str());
    let is_there = || {
        Filter::and([
            Filter::is_not_null(StoredFile::COMPLETED_AT),
            Filter::is_null(StoredFile::REMOVED_AT),
        ])
    };
    held(batch, ids, is_there, of)
}

/// Has another document hold the files that these holds are of, as a copy of a message does. It isn't asked whose they are, nor whether their
/// owner gave them up.
pub fn copy(batch: Batch, holds: &[FileHold], of: &Holder<'_>) -> Batch {
    let ids = holds.iter().map(|hold| hold.file_id.as_str());
    let is_there = || Filter::is_not_null(StoredFile::COMPLETED_AT);
    held(batch, ids, is_there, of)
}

/// Has a document hold files that meet this filter at the commit.
fn held<'a>(
    batch: Batch,
    files: impl Iterator<Item = &'a str>,
    is_there: impl Fn() -> Filter<StoredFile>,
    of: &Holder<'_>,
) -> Batch {
    let files: BTreeSet<&str> = files.collect();
    files.into_iter().fold(batch, |batch, file| {
        let endless = Patch::new().unset(StoredFile::ENDS_AT);
        batch
            .update_if(file, endless, is_there())
            .label(GONE)
            .upsert(&of.row(file))
    })
}

/// Takes these holds away. A file of theirs that nothing else holds goes a day later; the job that removes it looks whether something does. The
/// commit fails at [`GONE`] when one of them went since it was read.
pub fn release(batch: Batch, holds: &[FileHold], now: Timestamp) -> Batch {
    let ids: BTreeSet<&str> = holds.iter().map(|hold| hold.id.as_str()).collect();
    // Each by its id: a deletion by a filter has all other commits wait on PostgreSQL.
    let batch = ids
        .into_iter()
        .fold(batch, |batch, id| batch.delete::<FileHold>(id).label(GONE));
    let files: BTreeSet<&str> = holds.iter().map(|hold| hold.file_id.as_str()).collect();
    files.into_iter().fold(batch, |batch, file| {
        let end = now.plus(StoredFile::KEPT);
        let patch = Patch::<StoredFile>::new().set(StoredFile::ENDS_AT, end);
        batch.update(file, patch).label(GONE)
    })
}

/// Asks for the holds of these documents; gives a list of [`FileHold`]. Without any it asks nothing.
pub fn held_by<'a>(kind: FileHoldKind, holders: impl IntoIterator<Item = &'a str>) -> Held {
    let holders: BTreeSet<&str> = holders.into_iter().collect();
    let holders: Vec<&str> = holders.into_iter().collect();
    let asked = holders.chunks(HOLDERS).map(|holders| {
        Query::new()
            .filter(Filter::eq(FileHold::KIND, kind))
            .filter(Filter::is_in(FileHold::HOLDER_ID, holders.iter().copied()))
            .limit(MAX_LIMIT)
    });
    Held(asked.collect())
}

/// See [`held_by`].
pub struct Held(Vec<Query<FileHold>>);

impl ReadSet for Held {
    type Output = Vec<FileHold>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Vec<FileHold>, StoreError> {
        let found = self.0.take(answers)?.into_iter().flatten();
        Ok(found.map(Doc::into_inner).collect())
    }
}
