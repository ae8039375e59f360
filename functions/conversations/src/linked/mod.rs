//! `…/linked-group`: the group in which the messages of a channel are talked about.

mod link;
mod unlink;

use serde::Serialize;
use whisper_kit::Api;

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
