//! Taking files away: the row goes at once, in one commit with the room that it took; the chunks go later, bit by bit.

use std::collections::BTreeMap;

use whisper_schema::prelude::{FileContent, FileRemoval, MediaItem, StoredFile, Timestamp};
use whisper_store::{Batch, Filter, Patch, Query};

use crate::room;

/// Files that one commit takes away, with the contents that they share as they were read.
pub struct Removal<'a> {
    /// The files.
    pub files: Vec<&'a StoredFile>,
    /// The contents of those that are whole.
    pub contents: &'a [FileContent],
    /// When it is.
    pub now: Timestamp,
}

/// Asks for the contents of files.
pub fn contents<'a>(files: impl IntoIterator<Item = &'a StoredFile>) -> Vec<Query<FileContent>> {
    let whole = files.into_iter().filter(|file| file.is_whole());
    whisper_people::by_ids(whole.map(|file| file.content_id.as_str()))
}

impl Removal<'_> {
    /// The batch. `still` is what each of the files has to meet at the commit.
    pub fn batch(&self, still: impl Fn(&StoredFile) -> Filter<StoredFile>) -> Batch {
        let mut batch = Batch::new();
        let mut fewer: BTreeMap<&str, i64> = BTreeMap::new();
        for file in &self.files {
            batch = batch.delete_if(&file.id, still(file));
            // Also that of a file which its owner gave up: its bytes were kept for others.
            batch = room::give_back(batch, file);
            if file.is_whole() {
                // One that its owner gave up has left their library already.
                if file.removed_at.is_none() {
                    batch = batch.delete::<MediaItem>(&file.id);
                }
                *fewer.entry(&file.content_id).or_default() += 1;
            } else {
                batch = self.drop_content(batch, &file.content_id);
            }
        }
        fewer.into_iter().fold(batch, |batch, (content, uses)| {
            self.use_less(batch, content, uses)
        })
    }

    /// Takes so many files away from a content; it goes with the last.
    fn use_less(&self, batch: Batch, content: &str, fewer: i64) -> Batch {
        let known = self.contents.iter().find(|known| known.id == content);
        let uses = known.map_or(0, |known| known.uses);
        let as_read = Filter::eq(FileContent::USES, uses);
        if uses > fewer {
            let less = Patch::new().add(FileContent::USES, -fewer);
            return batch.update_if(content, less, as_read);
        }
        self.drop_content(batch.delete_if(content, as_read), content)
    }

    /// Has the chunks of a content go.
    fn drop_content(&self, batch: Batch, content: &str) -> Batch {
        batch.insert(&FileRemoval {
            id: content.to_owned(),
            due_at: self.now,
        })
    }
}

/// Takes an upload away that isn't over, whoever is sending to it.
pub fn give_up(file: &StoredFile, now: Timestamp) -> Batch {
    let removal = Removal {
        files: vec![file],
        contents: &[],
        now,
    };
    removal.batch(|_| Filter::is_null(StoredFile::COMPLETED_AT))
}
