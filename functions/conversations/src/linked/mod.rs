//! `…/linked-group`: the group in which the messages of a channel are talked about.

mod link;
mod unlink;

use serde::Serialize;
use serde_json::{Value, json};
use whisper_kit::events::append;
use whisper_kit::{Api, Ctx, Result};
use whisper_people::list_changed;
use whisper_schema::prelude::{Column, Conversation, ConversationKind, LinkedGroup, SystemMessage};
use whisper_store::{Batch, Doc, Filter, Get, Query};

use crate::updated::updated;

/// Where the group of a channel is.
const LINKED_GROUP: &str = "/v1/conversations/{conversationId}/linked-group";

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(link::endpoint()).endpoint(unlink::endpoint())
}

/// The group that is linked to a channel.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LinkedGroupView {
    /// Id of the group.
    pub conversation_id: String,
}

/// Holds for the links of a channel or a group.
fn links(of: &str) -> Filter<LinkedGroup> {
    Filter::or([
        Filter::eq(Column::id(), of),
        Filter::eq(LinkedGroup::GROUP_ID, of),
    ])
}

/// The details of the event that a channel has another group, or none.
fn changed() -> Value {
    json!({"fields": ["linkedGroupId"]})
}

/// The links of a channel or a group that gets another owner, or loses its last: they were made by the owner of both, and end.
#[derive(Debug, Default)]
pub struct Ending {
    /// The link of the channel to its group.
    own: Option<Doc<LinkedGroup>>,
    /// The link of another channel to the group, and that channel.
    other: Option<(Doc<LinkedGroup>, Doc<Conversation>)>,
    /// The channel or group where neither was found, and there may not be one by the time of the commit.
    none: Option<String>,
}

impl Ending {
    /// Reads them: one statement where there are none, and none for kinds of conversations that have none.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(ctx: &Ctx, conversation: &Conversation) -> Result<Self> {
        let id = conversation.id.as_str();
        let mut ending = Ending::default();
        match conversation.kind {
            ConversationKind::Channel => ending.own = ctx.read(Get::<LinkedGroup>::id(id)).await?,
            ConversationKind::Group => {
                let link = Query::<LinkedGroup>::new().filter(links(id)).first();
                if let Some(link) = ctx.read(link).await? {
                    let channel = ctx.read(Get::<Conversation>::id(&link.id)).await?;
                    ending.other = channel.map(|channel| (link, channel));
                }
            }
            _ => return Ok(ending),
        }
        let has_none = ending.own.is_none() && ending.other.is_none();
        ending.none = has_none.then(|| id.to_owned());
        Ok(ending)
    }

    /// Ends them, and tells the channel.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn add_to(&self, ctx: &Ctx, batch: Batch, by: &str) -> Result<Batch> {
        let end = |batch: Batch, link: &Doc<LinkedGroup>| {
            let as_read = Filter::<LinkedGroup>::revision(link.revision);
            batch.delete_if(&link.id, as_read)
        };
        if let Some((link, channel)) = &self.other {
            let told = SystemMessage::GroupUnlinked;
            return updated(ctx, end(batch, link), (channel, by), told, changed(), None);
        }
        let Some(link) = &self.own else {
            let none = self.none.iter();
            return Ok(none.fold(batch, |batch, id| batch.expect_none(links(id))));
        };
        // Its own history tells it beside the rest of the change.
        let mut what = changed();
        what["messageIds"] = json!([]);
        let (id, batch) = (link.id.as_str(), end(batch, link));
        let batch = append(ctx, batch, "conversation.updated", id, Some(by), &what)?;
        list_changed(ctx, batch, id, id)
    }

    /// The system message of the conversation itself, for its history.
    pub fn told(&self) -> Option<SystemMessage> {
        self.own.as_ref().map(|_| SystemMessage::GroupUnlinked)
    }
}
