//! Ids that follow from the people they are about, so that a second document of the same can't be made.

use whisper_kit::ids::derived_id;

/// Id of a direct conversation between two users that was made before ids of them were keyed
/// ([`keyed_id`](whisper_kit::auth::keyed_id)), in any order of the two.
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
}
