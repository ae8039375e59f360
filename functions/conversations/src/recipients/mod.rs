//! `…/recipients`: the users whom a broadcast reaches. The owner alone learns of the list and its recipients.

mod add;
mod list;
mod remove;

use serde_json::json;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::events::append;
use whisper_kit::{Api, Ctx};
use whisper_people::list_changed;
use whisper_schema::prelude::{
    BroadcastRecipient, Conversation, ConversationKind, ConversationMemberStatus as Status,
};
use whisper_store::{Batch, Filter, Patch};

use crate::access::{Access, same_role};
use crate::leaving::gone;
use crate::picture::{let_go, same_picture};

pub use add::on_list;

const RECIPIENTS: &str = "/v1/conversations/{conversationId}/recipients";
const RECIPIENT: &str = "/v1/conversations/{conversationId}/recipients/{userId}";
/// More recipients than a list has.
const ALL: u64 = 1_000;

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(list::endpoint())
        .endpoint(add::endpoint())
        .endpoint(remove::endpoint())
}

/// Refuses conversations that are no lists of recipients.
fn refuse_others(access: &Access) -> Result<()> {
    match access.conversation.kind {
        ConversationKind::Broadcast => Ok(()),
        _ => Err(Error::new(
            Code::WrongKind,
            "Only broadcasts have recipients.",
        )),
    }
}

/// The commit that deletes a list: its owner, who is its only member, leaves it.
///
/// # Errors
/// The store's.
pub async fn closing(ctx: &Ctx, access: &Access) -> Result<Batch> {
    let Access { conversation, me } = access;
    let (id, user) = (conversation.id.as_str(), me.user_id.as_str());
    let nobody = Patch::new().set(Conversation::PARTICIPANT_COUNT, 0);
    let batch = Batch::new()
        .update_if(&me.id, gone(Status::Left), same_role(me))
        .update_if(id, nobody, same_picture(conversation))
        .delete_where(Filter::eq(BroadcastRecipient::CONVERSATION_ID, id), ALL);
    let batch = let_go(ctx, batch, conversation).await?;
    let batch = list_changed(ctx, batch, user, id)?;
    let what = json!({"userId": user, "messageIds": []});
    append(
        ctx,
        batch,
        "conversation.member_left",
        id,
        Some(user),
        &what,
    )
}
