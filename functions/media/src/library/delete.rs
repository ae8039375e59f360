//! `DELETE /v1/files/{fileId}`: deletes a file that no document holds which its owner can still change.

use whisper_kit::rate_limit::Uses;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, FieldError, Method, Reply, Request, Result, Rule,
};
use whisper_schema::prelude::{Column, FileHold, FileHoldKind, MediaItem, StoredFile, Timestamp};
use whisper_store::{Batch, Doc, Filter, Order, Patch, Query};

use super::{in_use, own_holds};
use crate::FILE;
use crate::limits::CHANGES;
use crate::own::own_file;
use crate::removal::{self, Removal};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        FILE,
        "deleteFile",
        "Deletes a file of the caller's, or gives its upload up. While documents of the caller's hold it that they can still change, or delete for all, it \
         is refused, and they are told. Other messages, and others' copies, keep it for those who see them: it leaves the caller's library, and takes room until \
         they let go of it",
        delete,
    )
    .for_bots()
    .reply_empty(204, "It is gone, for the caller.")
    .codes(&[Code::NotFound, Code::FileInUse, Code::RateLimited])
}

async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("fileId")?;
    ctx.retry(async || attempt(&ctx, id).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let all = Query::<FileHold>::new().filter(Filter::eq(FileHold::FILE_ID, id));
    let newest = own_holds(id, &me).order(Order::desc(Column::seq())).first();
    let asked = (in_use::held(id, &me), newest, all.count(1));
    let (file, ((mut holds, messages), newest, held)) = own_file(ctx, id, asked).await?;
    holds.extend(in_use::deletable(ctx, &me, messages).await?);
    if !holds.is_empty() {
        return Err(is_in_use(&holds));
    }
    let batch = match (file.is_whole(), held > 0) {
        (false, _) => removal::give_up(&file, ctx.now()),
        (true, false) => remove(ctx, &file).await?,
        (true, true) => leave_to_others(&file, newest.map_or(0, |hold| hold.seq)),
    };
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Takes away a file that nothing holds.
async fn remove(ctx: &Ctx, file: &StoredFile) -> Result<Batch> {
    let contents = ctx.read(removal::contents([file])).await?;
    let contents: Vec<_> = contents
        .into_iter()
        .flatten()
        .map(Doc::into_inner)
        .collect();
    let removal = Removal {
        files: vec![file],
        contents: &contents,
        now: ctx.now(),
    };
    let held = Filter::<FileHold>::eq(FileHold::FILE_ID, file.id.as_str());
    // A document that takes it in the meantime takes its end away first, in the same row: one of the two commits comes before the other.
    let batch = removal.batch(|file| {
        Filter::and([
            Filter::is_null(StoredFile::REMOVED_AT),
            match file.ends_at {
                Some(end) => Filter::eq(StoredFile::ENDS_AT, end),
                None => Filter::is_null(StoredFile::ENDS_AT),
            },
        ])
    });
    Ok(batch.expect_none(held))
}

/// Takes a file out of its owner's library: only documents of others hold it, and messages that its owner can't delete, of which `newest` is the
/// place of the newest. It takes room until it goes.
fn leave_to_others(file: &StoredFile, newest: i64) -> Batch {
    let patch = Patch::new().set(StoredFile::REMOVED_AT, Timestamp::AT_COMMIT);
    let there = Filter::is_null(StoredFile::REMOVED_AT);
    let mine = Filter::and([
        Filter::eq(FileHold::FILE_ID, file.id.as_str()),
        Filter::eq(FileHold::USER_ID, file.user_id.as_str()),
        Filter::gt(Column::seq(), newest),
    ]);
    Batch::new()
        .update_if(&file.id, patch, there)
        .expect_none(mine)
        .delete::<MediaItem>(&file.id)
}

fn is_in_use(holds: &[Doc<FileHold>]) -> Error {
    let faults = holds.iter().map(|hold| {
        let field = hold.kind.as_str();
        FieldError::new(field, Rule::Reference, format!("holds it: {}", place(hold)))
    });
    Error::fields(faults.collect()).with_code(Code::FileInUse)
}

/// Where a document is.
fn place(hold: &FileHold) -> String {
    let id = &hold.holder_id;
    match hold.kind {
        FileHoldKind::Avatar | FileHoldKind::Cover => "/v1/me".to_owned(),
        FileHoldKind::ConversationAvatar => format!("/v1/conversations/{id}"),
        FileHoldKind::Message => {
            let place = hold.place.as_deref().unwrap_or_default();
            format!("/v1/conversations/{place}/messages/{id}")
        }
        FileHoldKind::ScheduledMessage => format!("/v1/me/scheduled-messages/{id}"),
        FileHoldKind::Story => format!("/v1/stories/{id}"),
    }
}
