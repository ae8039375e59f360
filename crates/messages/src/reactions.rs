//! Reactions to messages: the ids of their rows, and the mirror of who reacted that a message of a small conversation carries.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use whisper_kit::ids::derived_id;
use whisper_schema::main_db::{Conversation, Message};

/// The most members of a conversation whose messages carry who reacted. In a larger one the message would be written by all
/// who react at once; there the list of reactions has them.
const MIRRORED_MEMBERS: i64 = 256;
/// Characters of the mirror as JSON text: those of the attribute.
const MIRROR_TEXT: usize = 10_000;

/// Id of a user's reaction to a message.
pub fn reaction_id(message: &str, user: &str, reaction: &str) -> String {
    derived_id(&["message reaction", message, user, reaction])
}

/// Id of the count of a reaction to a message.
pub fn reaction_count_id(message: &str, reaction: &str) -> String {
    derived_id(&["message reaction count", message, reaction])
}

/// Id of the notification by which the author of a message hears that a user reacted to it.
pub fn message_reaction_notice_id(message: &str, user: &str) -> String {
    derived_id(&["notification", "message_reaction", message, user])
}

/// Whether messages of a conversation carry who reacted, and their authors are told.
pub fn is_mirrored(conversation: &Conversation) -> bool {
    conversation.participant_count <= MIRRORED_MEMBERS
}

/// The users who reacted to a message, by their reactions, as the message carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirror(BTreeMap<String, Vec<String>>);

impl Mirror {
    /// The mirror of a message. A text that holds something else is as good as none.
    pub fn of(message: &Message) -> Self {
        let text = message.reactions.as_deref();
        let read = text.and_then(|text| serde_json::from_str(text).ok());
        Mirror(read.unwrap_or_default())
    }

    /// Adds a user, if there is room.
    #[must_use]
    pub fn with(&self, reaction: &str, user: &str) -> Self {
        let mut more = self.clone();
        let users = more.0.entry(reaction.to_owned()).or_default();
        if !users.iter().any(|known| known == user) {
            users.push(user.to_owned());
        }
        match more.text() {
            Some(text) if text.chars().count() > MIRROR_TEXT => self.clone(),
            _ => more,
        }
    }

    /// Takes a user off.
    #[must_use]
    pub fn without(&self, reaction: &str, user: &str) -> Self {
        let mut less = self.clone();
        if let Some(users) = less.0.get_mut(reaction) {
            users.retain(|known| known != user);
        }
        less.0.retain(|_, users| !users.is_empty());
        less
    }

    /// As the message keeps it; none where nobody reacted.
    pub fn text(&self) -> Option<String> {
        // Writing an object with string keys can't fail.
        let text = serde_json::to_string(&self.0).ok();
        text.filter(|_| !self.0.is_empty())
    }

    /// The reactions of the users for whom `keep` holds.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&str) -> bool) -> Self {
        for users in self.0.values_mut() {
            users.retain(|user| keep(user));
        }
        self.0.retain(|_, users| !users.is_empty());
        self
    }

    /// How many of them have a reaction.
    pub fn count(&self, reaction: &str) -> i64 {
        let users = self.0.get(reaction);
        users.map_or(0, |users| i64::try_from(users.len()).unwrap_or(i64::MAX))
    }

    /// The reactions with their users, as JSON; none where nobody reacted.
    pub fn object(self) -> Option<Map<String, Value>> {
        let is_any = !self.0.is_empty();
        let fields = self.0.into_iter();
        let object = fields.map(|(reaction, users)| (reaction, Value::from(users)));
        is_any.then(|| object.collect())
    }

    /// The users, each as often as they reacted.
    pub fn users(&self) -> impl Iterator<Item = &String> {
        self.0.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: Option<&str>) -> Mirror {
        Mirror::of(&Message {
            reactions: text.map(str::to_owned),
            ..Message::default()
        })
    }

    #[test]
    fn users_come_and_go() {
        let none = of(None);
        assert_eq!(none.text(), None);
        let one = none.with("👍", "ann").with("👍", "ann");
        assert_eq!(one.text().as_deref(), Some(r#"{"👍":["ann"]}"#));
        let two = of(one.text().as_deref())
            .with("👍", "bob")
            .with("🎉", "ann");
        assert_eq!(
            two.text().as_deref(),
            Some(r#"{"🎉":["ann"],"👍":["ann","bob"]}"#)
        );
        let less = two.without("🎉", "ann").without("👍", "cat");
        assert_eq!(less.text().as_deref(), Some(r#"{"👍":["ann","bob"]}"#));
        let nobody = less.without("👍", "ann").without("👍", "bob");
        assert_eq!(nobody, none);
    }

    #[test]
    fn a_full_mirror_stays_as_it_is() {
        let user = |n: usize| format!("{n:036}");
        let crowd = (0..1_000).fold(of(None), |crowd, n| crowd.with("👍", &user(n)));
        let text = crowd.text().unwrap();
        assert!(text.chars().count() <= MIRROR_TEXT, "{}", text.len());
        assert!(crowd.users().count() > 200);
        assert_eq!(crowd.with("🎉", &user(1_001)), crowd);
    }

    #[test]
    fn whatever_a_message_holds_there_is_a_mirror() {
        for odd in ["", "[]", r#"{"👍": 1}"#, "x"] {
            assert_eq!(of(Some(odd)), Mirror::default(), "{odd}");
        }
    }
}
