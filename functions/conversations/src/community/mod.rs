//! Communities: groups under one roof. The community is itself the place where its owner and admins announce something to all members. Its
//! members find its groups and join them without a link. A member who leaves it leaves its groups as well.

mod departures;
mod job;
mod link;
mod list;
mod unlink;

use whisper_kit::Api;
use whisper_kit::error::{Code, Error, Result};
use whisper_schema::prelude::ConversationKind;

use crate::access::Access;

pub use departures::begin;

/// Most groups of a community.
const MOST_GROUPS: u64 = 100;

const GROUPS: &str = "/v1/conversations/{conversationId}/groups";
const GROUP: &str = "/v1/conversations/{conversationId}/groups/{groupId}";

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(list::endpoint())
        .endpoint(link::endpoint())
        .endpoint(unlink::endpoint())
        .endpoint(job::endpoint())
}

/// Refuses conversations that are no communities.
fn refuse_others(access: &Access) -> Result<()> {
    match access.conversation.kind {
        ConversationKind::Community => Ok(()),
        _ => Err(Error::new(Code::WrongKind, "Only communities have groups.")),
    }
}
