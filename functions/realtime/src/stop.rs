//! `POST /internal/realtime/stop`: the streams of an instance end, each with a word; their clients come back a little later.

use whisper_kit::error::Result;
use whisper_kit::{Auth, Ctx, Endpoint, Method, Reply, Request};

use crate::hub::Hub;

/// The endpoint, for the host, or the script that is about to stop one.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/internal/realtime/stop",
        "stopStreams",
        "Ends the streams of the instance that answers, before its server is stopped",
        stop,
    )
    .auth(Auth::Operator)
    .reply_empty(204, "They end.")
}

async fn stop(ctx: Ctx, _: Request) -> Result<Reply> {
    Hub::of_instance().stop(&ctx).await;
    Ok(Reply::no_content())
}
