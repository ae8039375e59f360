//! Messages that can be viewed once: opening them, the list of users who did, and the end of their content.

mod list;
mod open;
mod spend;

use whisper_kit::Api;
use whisper_schema::main_db::Message;
use whisper_schema::system::ChannelPost;

pub use spend::Opened;

/// The user who wrote a message: its sender, or the one who wrote it for a channel.
fn author<'a>(message: &'a Message, post: Option<&'a ChannelPost>) -> &'a str {
    post.map_or(&message.sender_id, |post| &post.author_id)
}

/// The endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(open::endpoint()).endpoint(list::endpoint())
}
