//! `GET /v1/conversations/{conversationId}/messages/{messageId}`

use whisper_kit::error::{Code, Result};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::{MESSAGE, SingleMessageView};

use crate::answer::answer;
use crate::opened::{Named, Opened};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(Method::GET, MESSAGE, "getMessage", "Gives one message", get)
    .for_bots()
        .answers(&["etag"])
        .reply::<SingleMessageView>(
            200,
            "The message; If-Match looks at the first part of its ETag, which stands for the words.",
        )
        .codes(&[Code::NotFound])
}

async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let (Opened { access, message }, ()) = Named::of(&request)?.open_shown(&ctx, ()).await?;
    answer(&ctx, &access, message).await
}
