//! `…/linked-group`: the group in which the messages of a channel are talked about.

mod link;
mod unlink;

use serde::Serialize;
use whisper_kit::Api;
use whisper_schema::prelude::{Column, LinkedGroup};
use whisper_store::{Batch, Filter};

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

/// Ends the link of a channel or a group that gets another owner, or loses its last: it was made by the owner of both.
pub fn unlinked(batch: Batch, conversation: &str) -> Batch {
    let links = Filter::<LinkedGroup>::or([
        Filter::eq(Column::id(), conversation),
        Filter::eq(LinkedGroup::GROUP_ID, conversation),
    ]);
    batch.delete_where(links, 2)
}
