//! The job that takes away uploads whose time is over, files that nothing holds any more, and the chunks of contents that are gone.

use std::collections::BTreeSet;

use whisper_kit::jobs::{self, Bounds, Budget, Call, Due, Expiring, ReportView};
use whisper_kit::{Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};
use whisper_schema::prelude::{Column, FileChunk, FileHold, FileRemoval, StoredFile, Timestamp};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

use crate::own::offered;
use crate::removal::{self, Removal};

/// The job's name.
pub const JOB: &str = "media-expiry";
/// The most chunks that one commit deletes: 2 MB, for which SQLite's lock is held for some 20 ms.
const CHUNKS: u64 = 8;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/jobs/media-expiry",
        "runMediaExpiry",
        "Removes uploads that took longer than a day, files that no document has held for a day, and the bytes of files that are gone.",
        run,
    )
    .auth(Auth::Operator)
    .reply::<ReportView>(
        200,
        "The counts of the run: files, uploads and contents; capped means that the next run goes on",
    )
    .codes(&[Code::JobFailed])
}

async fn run(ctx: Ctx, _: Request, Params(call): Params<Call>) -> Result<Reply> {
    jobs::run(&ctx, call, JOB, async |tally| {
        // Without files there is nothing to remove.
        if offered(&ctx).is_err() {
            return Ok(());
        }
        jobs::expire(&ctx, &Files, Bounds::default(), tally).await?;
        let bounds = Bounds {
            items_per_commit: 8,
            rows_per_commit: CHUNKS,
            ..Bounds::default()
        };
        jobs::expire(&ctx, &Contents, bounds, tally).await
    })
    .await
}

/// Files and uploads whose end has come.
struct Files;

impl Expiring for Files {
    type End = StoredFile;
    type Item = StoredFile;
    const NOT_REMOVED: (&'static str, &'static str) = ("file_not_removed", "fileId");

    fn ended(&self, now: Timestamp) -> Query<StoredFile> {
        Query::new()
            .filter(Filter::le(StoredFile::ENDS_AT, now))
            .order(Order::asc(StoredFile::ENDS_AT))
    }

    async fn due(
        &self,
        _: &Budget<'_>,
        ended: Vec<Doc<StoredFile>>,
    ) -> Result<Vec<Due<StoredFile>>> {
        let due = ended.into_iter().map(|file| Due {
            id: file.id.clone(),
            rows: 1,
            item: file.into_inner(),
        });
        Ok(due.collect())
    }

    /// Reads first what holds them, and with whom they share their content. A file that something holds has no end any more.
    async fn remove(&self, run: &Budget<'_>, due: &[Due<StoredFile>]) -> Result<u64> {
        let now = run.ctx.now();
        let files = || due.iter().map(|due| &due.item);
        let held = files()
            .map(|file| held(&file.id).limit(1))
            .collect::<Vec<_>>();
        let asked = (held, removal::contents(files()));
        let (held, contents) = run.ctx.read(asked).await?;
        let held: BTreeSet<String> = held
            .into_iter()
            .flatten()
            .map(|hold| hold.into_inner().file_id)
            .collect();
        let contents: Vec<_> = contents
            .into_iter()
            .flatten()
            .map(Doc::into_inner)
            .collect();
        let (kept, gone): (Vec<_>, Vec<_>) = files().partition(|file| held.contains(&file.id));
        let over = || Filter::le(StoredFile::ENDS_AT, now);
        let removal = Removal {
            files: gone,
            contents: &contents,
            now,
        };
        let nothing_holds: Vec<String> = removal.files.iter().map(|file| file.id.clone()).collect();
        let mut batch = removal.batch(|_| over());
        if !nothing_holds.is_empty() {
            batch = batch.expect_none(Filter::is_in(FileHold::FILE_ID, nothing_holds));
        }
        let batch = kept.into_iter().fold(batch, |batch, file| {
            let endless = Patch::new().unset(StoredFile::ENDS_AT);
            batch.update_if(&file.id, endless, over())
        });
        run.commit(batch).await?;
        Ok(due.len() as u64)
    }

    async fn clear(&self, _: &Budget<'_>, _: &Due<StoredFile>) -> Result<()> {
        // The chunks go later, by their content.
        Ok(())
    }
}

fn held(file: &str) -> Query<FileHold> {
    Query::new().filter(Filter::eq(FileHold::FILE_ID, file))
}

/// Contents that no file has any more, with their chunks.
struct Contents;

impl Expiring for Contents {
    type End = FileRemoval;
    type Item = ();
    const NOT_REMOVED: (&'static str, &'static str) = ("file_content_not_removed", "contentId");

    fn ended(&self, now: Timestamp) -> Query<FileRemoval> {
        Query::new()
            .filter(Filter::le(FileRemoval::DUE_AT, now))
            .order(Order::asc(FileRemoval::DUE_AT))
    }

    /// Counts the chunks of each, just far enough.
    async fn due(&self, run: &Budget<'_>, ended: Vec<Doc<FileRemoval>>) -> Result<Vec<Due<()>>> {
        let enough = run.bounds.rows_per_commit + 1;
        let counts = ended.iter().map(|content| {
            let chunks = Query::new().filter(chunks_of([content.id.as_str()]));
            chunks.count(enough)
        });
        let counts = run.ctx.read(counts.collect::<Vec<_>>()).await?;
        let due = ended.into_iter().zip(counts).map(|(content, rows)| Due {
            id: content.into_inner().id,
            rows,
            item: (),
        });
        Ok(due.collect())
    }

    async fn remove(&self, run: &Budget<'_>, due: &[Due<()>]) -> Result<u64> {
        let ids = || due.iter().map(|due| due.id.as_str());
        let these = Filter::<FileRemoval>::is_in(Column::id(), ids());
        let batch = Batch::new()
            .delete_where(chunks_of(ids()), run.bounds.rows_per_commit)
            .expect_none(chunks_of(ids()))
            .delete_where(these, due.len() as u64);
        let committed = run.commit(batch).await?;
        Ok(committed.affected.last().copied().unwrap_or(0))
    }

    async fn clear(&self, run: &Budget<'_>, due: &Due<()>) -> Result<()> {
        run.drain(&chunks_of([due.id.as_str()])).await
    }
}

fn chunks_of<'a>(contents: impl IntoIterator<Item = &'a str>) -> Filter<FileChunk> {
    Filter::is_in(FileChunk::CONTENT_ID, contents)
}
