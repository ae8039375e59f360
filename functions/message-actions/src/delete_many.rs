//! `POST /v1/conversations/{conversationId}/messages/delete`: deletes several messages, for all or for the caller alone.

use whisper_kit::error::{Code, Result};
use whisper_kit::{Ctx, Endpoint, Json, Method, Reply, Request};
use whisper_schema::Body;
use whisper_schema::body::{Distinct, forms};

use crate::deletion::{Deletion, Whom, missing_of_many};

/// Messages to be deleted.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"ids": ["01a22504-f35f-7015-895a-78e7cdcc920c"], "for": "me"}"#)]
pub struct DeleteMessages {
    /// Ids of 1 to 100 messages of the conversation.
    #[field(required, count = 1..=100, is = forms::ID)]
    pub ids: Distinct<String>,
    /// For whom: `all` if left out.
    #[field(key = "for", default = Whom::All)]
    pub whom: Whom,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/messages/delete",
        "deleteMessages",
        "Deletes up to 100 messages for all, or for the caller alone: none of them where the caller may not delete one",
        delete_many,
    )
    .for_bots()
    .reply_empty(204, "They are deleted, or were already.")
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::TooLate,
        Code::RateLimited,
    ])
}

async fn delete_many(
    ctx: Ctx,
    request: Request,
    Json(body): Json<DeleteMessages>,
) -> Result<Reply> {
    let ids: Vec<&str> = body.ids.iter().map(String::as_str).collect();
    let deletion = Deletion {
        conversation: request.id("conversationId")?,
        ids: &ids,
        whom: body.whom,
    };
    deletion.run(&ctx, missing_of_many).await?;
    Ok(Reply::no_content())
}
