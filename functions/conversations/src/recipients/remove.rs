//! `DELETE /v1/conversations/{conversationId}/recipients/{userId}`: takes somebody off a list.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Method, OptionExt, Reply, Request, Result};
use whisper_messages::recipient_id;
use whisper_people::list_changed;
use whisper_schema::prelude::{BroadcastRecipient, Conversation};
use whisper_store::{Batch, Filter, Get, Patch};

use super::refuse_others;
use crate::access::{admit, door, this_one};
use crate::limits::{CHANGES, Uses};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::DELETE,
        super::RECIPIENT,
        "removeRecipient",
        "Takes somebody off a list: they keep the messages that they got. They aren't told.",
        remove,
    )
    .reply_empty(204, "They are on the list no more.")
    .codes(&[Code::WrongKind, Code::RateLimited])
}

/// Answers 204; 404 for somebody who isn't on the list.
async fn remove(ctx: Ctx, request: Request) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    ctx.retry(async || attempt(&ctx, id, user).await).await?;
    Ok(Reply::no_content())
}

async fn attempt(ctx: &Ctx, id: &str, user: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let entry = Get::<BroadcastRecipient>::id(recipient_id(id, user));
    let (found, entry) = ctx.read((door(id, &me), entry)).await?;
    let access = admit(found)?;
    refuse_others(&access)?;
    let entry = entry.or_not_found()?;
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .delete_if(
            &entry.id,
            Filter::<BroadcastRecipient>::revision(entry.revision),
        )
        .update(id, Patch::new().add(Conversation::PARTICIPANT_COUNT, -1));
    let batch = list_changed(ctx, batch, &me, id)?;
    let what = json!({"userId": user});
    let kind = "broadcast.recipient_removed";
    let batch = append(ctx, batch, kind, id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}
