//! Users who join a group on their own, by a link or from the directory: at once, or when they are approved.

mod answer;
mod approve;
mod ask;
mod decline;
mod enter;
mod entrance;
mod list;
mod mine;
mod preview;
mod public;
mod view;
mod withdraw;

use whisper_kit::Api;
use whisper_kit::ids::derived_id;
use whisper_schema::prelude::{Column, ConversationJoinRequest};
use whisper_store::{Batch, Filter};

pub use enter::enter;
pub use entrance::{Entrance, Way, ask as ask_entrance, may_invite};
pub use preview::ConversationPreviewView;
pub use view::JoinView;

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(public::endpoint())
        .endpoint(list::endpoint())
        .endpoint(approve::endpoint())
        .endpoint(decline::endpoint())
        .endpoint(mine::endpoint())
        .endpoint(withdraw::endpoint())
}

/// Id of a user's request to join a conversation.
pub fn request_id(conversation: &str, user: &str) -> String {
    derived_id(&["join request", conversation, user])
}

/// The batch, which takes the requests of these users to join away as well, where there are any: they join, or are banned.
pub fn without_requests(batch: Batch, conversation: &str, users: &[String]) -> Batch {
    let ids = users.iter().map(|user| request_id(conversation, user));
    let theirs = Filter::<ConversationJoinRequest>::is_in(Column::id(), ids);
    batch.delete_where(theirs, users.len() as u64)
}
