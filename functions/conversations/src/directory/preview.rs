//! `GET /v1/directory/{conversationId}`: a public group, before one joins it.

use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::ShownFiles;

use super::view::PublicConversationView;
use crate::joining::{Entrance, Way, ask_entrance};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/directory/{conversationId}",
        "getPublicConversation",
        "A public group, without joining it. To somebody who is banned, or whom the owner blocked, there is none.",
        preview,
    )
    .reply::<PublicConversationView>(200, "The group, as far as everybody may see it.")
}

/// Answers 200 with the preview.
async fn preview(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let asked = ask_entrance(id, &me, Way::Directory, ctx.now());
    let entrance = Entrance::of(Way::Directory, ctx.read(asked).await?)?;
    // A member of a conversation that isn't public reads it by its own route.
    if !entrance.conversation.is_public {
        return Err(Error::not_found());
    }
    let is_member = entrance.is_member();
    let picture = entrance.conversation.avatar_file_id.as_deref();
    let files = ShownFiles::read(&ctx, &me, picture).await?;
    Reply::ok(&PublicConversationView::new(
        &entrance.conversation,
        is_member,
        &files,
    ))
}
