//! Ids that follow from the messages they are about, so that a second document of the same can't be made.

use whisper_kit::ids::derived_id;
use whisper_schema::system::MessageMarkKind;

/// Id of the poll that a message shows.
pub fn poll_id(message: &str) -> String {
    derived_id(&["poll", message])
}

/// Id of the entry of `messageQueue` that delivers a message.
pub fn delivery_id(message: &str) -> String {
    derived_id(&["delivery", message])
}

/// Id of a user's mark of a kind on a message.
pub fn mark_id(kind: MessageMarkKind, user: &str, message: &str) -> String {
    derived_id(&["mark", kind.as_str(), user, message])
}

/// Id of the notification by which a user hears that a message mentions them.
pub fn mention_id(message: &str, user: &str) -> String {
    derived_id(&["notification", "mention", message, user])
}

/// Id of the row that links an answer to a message that ends, so that the answer is found when that message is removed.
pub fn reply_reference_id(message: &str) -> String {
    derived_id(&["reference", "reply", message])
}

/// Id of the row that links a membership to the message up to which its user read, where that message ends: the
/// membership is found by it when the message is removed.
pub fn reading_reference_id(membership: &str) -> String {
    derived_id(&["reference", "read", membership])
}
