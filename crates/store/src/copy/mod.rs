//! Copies of a whole database, from one of SQL into another, each on SQLite or PostgreSQL.
//!
//! Documents keep everything: their places in the commit order, revisions and times too. A copy that was broken off goes on where it was. It rests
//! on three things:
//!
//! - **The source stands still.** It is locked against writes for the whole time; where that can't be had, somebody is writing, and the copy is
//!   refused. A copy that goes on compares the source with what it was at the beginning, document by document.
//! - **The target is nobody else's.** It has to be empty, or to have the mark of a copy of this very source. While it has one, no store opens it.
//! - **The end is a comparison.** All documents of both sides are read again, apart from the reading and writing of the copy, and must be the same.

mod compare;
mod mark;
mod places;
mod portions;
mod side;

use std::fmt;
use std::ops::ControlFlow;

use whisper_schema::{Collection, Timestamp, collections, system_collections};

use crate::error::StoreError;
use compare::Sums;
pub use mark::is_unfinished;
pub use side::Side;

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Id of the collection of which a portion was copied.
    pub collection: &'static str,
    /// How many of its documents this portion had.
    pub documents: usize,
}

/// The result of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The collections, each with the number of its documents and their checksum: the same on both sides.
    pub collections: Vec<(&'static str, u64, String)>,
    /// Whether it went on with a copy that was broken off.
    pub went_on: bool,
}

/// The reason for which there is no copy, or none yet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CopyError {
    /// It was refused, or failed in a way that a sentence tells.
    Refused(String),
    /// The database that it reads failed.
    Source(StoreError),
    /// The database that it writes failed.
    Target(StoreError),
    /// Its caller stopped it; it can go on.
    Stopped,
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CopyError::Refused(why) => f.write_str(why),
            CopyError::Source(error) => write!(f, "the source: {error}"),
            CopyError::Target(error) => write!(f, "the target: {error}"),
            CopyError::Stopped => f.write_str("the copy was stopped"),
        }
    }
}

impl std::error::Error for CopyError {}

/// Every collection, in the order in which they are copied.
fn all() -> impl Iterator<Item = &'static Collection> {
    collections().iter().chain(system_collections()).copied()
}

/// Copies all documents of one database into another one, and tells of each portion. It can be stopped at any point, also by the end of the process;
/// called again, it goes on.
///
/// # Errors
/// When it is refused or fails. Then the target stays marked, unless nothing was written to it.
pub async fn copy(
    source: &Side,
    target: &Side,
    now: Timestamp,
    mut tell: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Copied, CopyError> {
    let from = source.locked().await?;
    let expected = Sums::of(&from).await.map_err(CopyError::Source)?;
    let (to, went_on) = mark::begin(target, source.name(), &expected, now).await?;
    places::go_on(&from, &to).await?;
    for collection in all() {
        let mut portions = portions::Portions::behind(&to, collection)
            .await
            .map_err(CopyError::Target)?;
        while let Some(documents) = portions.copy_one(&from, &to).await? {
            let progress = Progress {
                collection: collection.id,
                documents,
            };
            if tell(progress).is_break() {
                return Err(CopyError::Stopped);
            }
        }
    }
    // The target is locked while it is compared, so that it stands still as the source does, whose lock has to be there still.
    to.lock().await.map_err(CopyError::Target)?;
    let found = Sums::of(&to).await.map_err(CopyError::Target)?;
    expected.compare(&found)?;
    from.number("SELECT 1").await.map_err(CopyError::Source)?;
    mark::end(&to).await.map_err(CopyError::Target)?;
    Ok(Copied {
        collections: expected.told(),
        went_on,
    })
}
