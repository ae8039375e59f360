//! The caller's own files.

use whisper_kit::{Code, Ctx, Error, OptionExt, Result};
use whisper_schema::prelude::StoredFile;
use whisper_store::{Doc, Get, ReadSet};

/// A file of the caller's, uploads included, with `more` that is read beside it.
///
/// # Errors
/// `not_found` where there is none, or it is somebody else's.
pub async fn own_file<R: ReadSet>(
    ctx: &Ctx,
    id: &str,
    more: R,
) -> Result<(Doc<StoredFile>, R::Output)> {
    offered(ctx)?;
    let me = ctx.caller()?.user_id;
    let (file, more) = ctx.read((Get::<StoredFile>::id(id), more)).await?;
    let file = file.filter(|file| file.is_of(&me, ctx.now()));
    Ok((file.or_not_found()?, more))
}

/// Refuses everything where documents are in TablesDB, which keeps no bytes.
///
/// # Errors
/// `route_not_found`.
pub fn offered(ctx: &Ctx) -> Result<()> {
    match ctx.config().text("store") {
        "appwrite" => {
            let detail =
                "This server keeps its documents in TablesDB, where there are no files yet.";
            Err(Error::new(Code::RouteNotFound, detail))
        }
        _ => Ok(()),
    }
}
