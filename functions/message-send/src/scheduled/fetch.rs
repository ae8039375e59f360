//! `GET /v1/me/scheduled-messages/{scheduledMessageId}`

use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};

use super::own;
use whisper_messages::ScheduledMessageView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        super::ONE,
        "getScheduledMessage",
        "Gives one scheduled message of the caller's",
        get,
    )
    .reply::<ScheduledMessageView>(200, "The scheduled message.")
    .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let scheduled = own::read(&ctx, request.id("scheduledMessageId")?).await?;
    Reply::ok(&ScheduledMessageView::from(scheduled.into_inner()))
}
