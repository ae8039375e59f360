//! Ids that follow from a document's subject, so that a second one of the same can't be made.

use sha2::{Digest, Sha256};
use whisper_schema::system::MessageMarkKind;

/// The id that belongs to these parts: a UUID (version 8) made of their SHA-256.
///
/// The same parts always give the same id. Each part is hashed with its length, so that
/// `["ab", "c"]` and `["a", "bc"]` differ.
pub fn derived_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid_of(bytes)
}

/// The UUID (version 8) of these bits.
pub(crate) fn uuid_of(mut bytes: [u8; 16]) -> String {
    // RFC 9562: the version in the high half of octet 6, the variant in the top bits of octet 8.
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    hyphenated(u128::from_be_bytes(bytes))
}

fn hyphenated(uuid: u128) -> String {
    let hex = format!("{uuid:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

/// Id of a direct conversation between two users that was made before ids of them were keyed
/// ([`keyed_id`](super::keyed_id)), in any order of the two.
pub fn direct_conversation_id(one: &str, other: &str) -> String {
    let (first, second) = if one <= other {
        (one, other)
    } else {
        (other, one)
    };
    derived_id(&["direct", first, second])
}

/// Id of a user's membership of a conversation.
pub fn member_id(conversation: &str, user: &str) -> String {
    derived_id(&["member", conversation, user])
}

/// Id of a user's ban from a conversation.
pub fn ban_id(conversation: &str, user: &str) -> String {
    derived_id(&["ban", conversation, user])
}

/// Id of what a user has begun to write in a conversation.
pub fn draft_id(conversation: &str, user: &str) -> String {
    derived_id(&["draft", conversation, user])
}

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

/// Id of the row by which a message that answers one which ends is found when that goes.
pub fn reply_reference_id(message: &str) -> String {
    derived_id(&["reference", "reply", message])
}

/// Id of the row by which the membership of somebody who read up to a message that ends is found when that goes.
pub fn reading_reference_id(membership: &str) -> String {
    derived_id(&["reference", "read", membership])
}

/// Id of the notification by which an author hears that somebody reacted to their story.
pub fn story_reaction_notice_id(story: &str, actor: &str) -> String {
    derived_id(&["notification", "story_reaction", story, actor])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_what_they_are() {
        // Stored rows carry these ids: a change here would lose them.
        assert_eq!(
            direct_conversation_id("alice", "bob"),
            "6d84db81-6c26-8a88-9e0f-9ea594ddd84e"
        );
        assert_eq!(
            member_id("c1", "alice"),
            "f2024b67-11ed-86e9-9b18-dfbfd9b02d83"
        );
    }

    #[test]
    fn a_direct_conversation_has_no_direction() {
        assert_eq!(
            direct_conversation_id("alice", "bob"),
            direct_conversation_id("bob", "alice")
        );
        assert_ne!(
            direct_conversation_id("alice", "bob"),
            direct_conversation_id("alice", "carol")
        );
    }

    #[test]
    fn the_border_between_parts_counts() {
        assert_ne!(derived_id(&["ab", "c"]), derived_id(&["a", "bc"]));
        assert_ne!(derived_id(&["a"]), derived_id(&["a", ""]));
    }

    #[test]
    fn it_is_a_uuid_of_version_8() {
        let id = derived_id(&["x"]);
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "8");
        assert!(["8", "9", "a", "b"].contains(&&id[19..20]));
    }
}
