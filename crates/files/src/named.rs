//! Files that a request names by their ids.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_kit::error::{Error, FieldError, Result, Rule};
use whisper_schema::prelude::{Column, FileBucket, StoredFile, Timestamp};
use whisper_store::{Answers, Filter, Query, Questions, ReadSet, StoreError};

/// The most ids that one question names.
const CHUNK: usize = 500;

/// A file that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Path of the field, such as `mediaFileIds[3]`.
    pub field: String,
    /// The id that stands there.
    pub id: &'a str,
    /// The buckets that are taken there.
    pub buckets: &'static [FileBucket],
}

impl<'a> Named<'a> {
    /// A file in one of these buckets, named in a field.
    pub fn new(field: impl Into<String>, id: &'a str, buckets: &'static [FileBucket]) -> Self {
        Self {
            field: field.into(),
            id,
            buckets,
        }
    }
}

/// Asks for files by their ids; gives [`Files`]. Without any it asks nothing.
pub fn files<'a>(ids: impl IntoIterator<Item = &'a str>) -> Asking {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let asked = ids.chunks(CHUNK).map(|ids| {
        let limit = u32::try_from(ids.len()).unwrap_or(whisper_store::MAX_LIMIT);
        Query::new()
            .filter(Filter::is_in(Column::id(), ids.iter().copied()))
            .limit(limit)
    });
    Asking(asked.collect())
}

/// See [`files()`].
pub struct Asking(Vec<Query<StoredFile>>);

impl ReadSet for Asking {
    type Output = Files;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Files, StoreError> {
        let found = self.0.take(answers)?.into_iter().flatten();
        let files = found.map(|file| (file.id.clone(), file.into_inner()));
        Ok(Files(files.collect()))
    }
}

/// Files that were asked for, as far as there are any.
#[derive(Clone, Debug, Default)]
pub struct Files(BTreeMap<String, StoredFile>);

impl Files {
    /// The file with this id, whole or not.
    pub fn get(&self, id: &str) -> Option<&StoredFile> {
        self.0.get(id)
    }

    /// The faults of the names, each with its field: a file that isn't there or isn't this user's, one that isn't whole, and one in a bucket that
    /// isn't taken there. None where a document of this user may hold all of them.
    pub fn check(&self, owner: &str, named: &[Named<'_>], now: Timestamp) -> Vec<FieldError> {
        let faults = named.iter().filter_map(|named| {
            let file = self.get(named.id).filter(|file| file.is_of(owner, now));
            let fault = match file {
                None => "is not a file of yours".to_owned(),
                Some(file) if !file.is_whole() => {
                    "is not uploaded yet: send the rest of its bytes first".to_owned()
                }
                Some(file) if !named.buckets.contains(&file.bucket) => {
                    let taken: Vec<&str> = named.buckets.iter().map(|b| b.as_str()).collect();
                    format!(
                        "is in the bucket {}, where only {} can be named",
                        file.bucket,
                        taken.join(", ")
                    )
                }
                Some(_) => return None,
            };
            let field = named.field.clone();
            Some(FieldError::new(field, Rule::Reference, fault))
        });
        faults.collect()
    }

    /// The files of the names, each once, in the order of the names.
    pub fn all<'a>(&'a self, named: &[Named<'_>]) -> Vec<&'a StoredFile> {
        let mut seen = BTreeSet::new();
        let first = named.iter().filter(|named| seen.insert(named.id));
        first.filter_map(|named| self.get(named.id)).collect()
    }
}

/// Reads the files that a request names, and refuses those that a document of this user can't hold. One statement; none for no names.
///
/// # Errors
/// [`Code::ValidationFailed`](whisper_kit::Code::ValidationFailed) naming each field, and the store's.
pub async fn check_ids(ctx: &Ctx, owner: &str, named: &[Named<'_>]) -> Result<Files> {
    if named.is_empty() {
        return Ok(Files::default());
    }
    let found = ctx.read(files(named.iter().map(|named| named.id))).await?;
    let faults = found.check(owner, named, ctx.now());
    match faults.is_empty() {
        true => Ok(found),
        false => Err(Error::fields(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const PICTURES: &[FileBucket] = &[FileBucket::Avatars, FileBucket::Covers];

    fn file(id: &str) -> StoredFile {
        StoredFile {
            id: id.to_owned(),
            user_id: "ann".to_owned(),
            bucket: FileBucket::Avatars,
            completed_at: Some(NOW),
            ..StoredFile::default()
        }
    }

    fn faults(file: StoredFile) -> Vec<String> {
        let files = Files(BTreeMap::from([(file.id.clone(), file)]));
        let named = [Named::new("fileIds[0]", "f", PICTURES)];
        let faults = files.check("ann", &named, NOW).into_iter();
        faults
            .map(|fault| format!("{}:{} {}", fault.field, fault.rule, fault.detail))
            .collect()
    }

    #[test]
    fn a_file_that_a_document_cant_hold_is_refused_by_its_field() {
        let mine = || file("f");
        assert!(faults(mine()).is_empty());
        let not_there = "fileIds[0]:reference is not a file of yours";
        let over = Some(NOW);
        for other in [
            file("g"),
            StoredFile {
                user_id: "bob".to_owned(),
                ..mine()
            },
            StoredFile {
                removed_at: over,
                ..mine()
            },
            StoredFile {
                ends_at: over,
                completed_at: None,
                ..mine()
            },
        ] {
            assert_eq!(faults(other), [not_there]);
        }
        let uploading = StoredFile {
            completed_at: None,
            ..mine()
        };
        assert!(faults(uploading)[0].contains("is not uploaded yet"));
        let elsewhere = StoredFile {
            bucket: FileBucket::Voice,
            ..mine()
        };
        let wanted =
            "fileIds[0]:reference is in the bucket voice, where only avatars, covers can be named";
        assert_eq!(faults(elsewhere), [wanted]);
    }

    #[test]
    fn a_file_that_is_named_twice_is_one() {
        let files = Files(BTreeMap::from(
            ["b", "a"].map(|id| (id.to_owned(), file(id))),
        ));
        let named = ["b", "a", "b", "c"].map(|id| Named::new("fileId", id, PICTURES));
        let ids: Vec<&str> = files
            .all(&named)
            .iter()
            .map(|file| file.id.as_str())
            .collect();
        assert_eq!(ids, ["b", "a"]);
    }
}
