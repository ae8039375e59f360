//! `GET /v1/invitations/{code}`: the group that a link leads to, before one joins it.

use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::ShownFiles;

use super::come::standing;
use crate::joining::{ConversationPreviewView, Entrance, Way, ask_entrance};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/invitations/{code}",
        "previewInvitation",
        "The group that a link leads to, without joining it. A code that works no more is as one that never was, and so is any to somebody \
         who is banned, or whom the owner blocked.",
        preview,
    )
    .reply::<ConversationPreviewView>(200, "The group, as far as everybody with the link may see it.")
}

/// Answers 200 with the preview.
async fn preview(ctx: Ctx, request: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let invitation = standing(&ctx, request.param("code")?).await?;
    let way = Way::Link(&invitation);
    let found = ctx
        .read(ask_entrance(
            &invitation.conversation_id,
            &me,
            way,
            ctx.now(),
        ))
        .await?;
    let entrance = Entrance::of(way, found)?;
    let picture = entrance.conversation.avatar_file_id.as_deref();
    let files = ShownFiles::read(&ctx, &me, picture).await?;
    Reply::ok(&ConversationPreviewView::new(
        &entrance.conversation,
        entrance.needs_approval(),
        entrance.is_member(),
        &files,
    ))
}
