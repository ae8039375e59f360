//! `POST /internal/events`: something was committed, so the log has to be looked at now rather than at its next time.
//!
//! Nothing depends on it: without a call streams hear of the commit a tenth of a second later.

use whisper_kit::reaction::PATH;
use whisper_kit::{Auth, Ctx, Endpoint, Method, Reply, Request, Result};

use crate::hub::Hub;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        PATH,
        "wakeStreams",
        "Has the streams of the instance that answers told now of what was committed",
        wake,
    )
    .auth(Auth::Private)
}

async fn wake(_: Ctx, _: Request) -> Result<Reply> {
    Hub::of_instance().ring();
    Ok(Reply::no_content())
}
