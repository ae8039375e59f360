//! `GET /v1/files/{fileId}`: a file, without its bytes.

use whisper_files::Addresses;
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_schema::prelude::MediaItem;
use whisper_store::Get;

use super::own_holds;
use crate::FILE;
use crate::own::offered;
use crate::reading::{Right, readable};
use crate::view::{FileUseView, FileView};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        FILE,
        "getFile",
        "A file of the caller's, or one that a document holds which the caller sees",
        get,
    )
    .for_bots()
    .reply::<FileView>(200, "The file.")
    .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    offered(&ctx)?;
    let (id, me) = (request.id("fileId")?, ctx.caller()?.user_id);
    let found = readable(&ctx, &me, id).await?;
    let addresses = Addresses::of(&ctx, &me).await?;
    if found.right != Right::Owner {
        return Reply::ok(&FileView::shared(&found.file, &addresses));
    }
    let asked = (Get::<MediaItem>::id(id), own_holds(id, &me));
    let (item, holds) = ctx.read(asked).await?;
    let mut view = FileView::own(&found.file, item.as_deref(), &addresses);
    if let Some(own) = &mut view.own {
        let uses = holds.iter().map(|hold| FileUseView::from(&hold.value));
        own.used_in = Some(uses.collect());
    }
    Reply::ok(&view)
}
