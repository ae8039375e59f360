//! People, and the documents between them, written straight into the database.

use futures::executor::block_on;
use serde::Serialize;
use serde_json::Value;
use whisper_kit::testing::TestEdge;
use whisper_kit::{Api, Ctx};
use whisper_people::UsersView;
use whisper_people::ids::member_id;
use whisper_schema::Document;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

/// Ann, Bob, Cid and Dan, who have accounts and names.
pub struct Scene {
    pub edge: TestEdge,
}

impl Scene {
    pub fn new() -> Self {
        let edge = TestEdge::new(&Api::new("views", "Views."), &[]);
        let scene = Scene { edge };
        for id in ["ann", "bob", "cid", "dan"] {
            scene.put(&Account {
                id: id.into(),
                is_anonymous: true,
                ..Account::default()
            });
            scene.put(&Profile {
                id: id.into(),
                user_id: id.into(),
                username: Some(format!("name-of-{id}")),
                ..Profile::default()
            });
        }
        scene
    }

    /// A context that has no caller.
    pub fn ctx(&self) -> Ctx {
        self.edge.ctx()
    }

    pub fn put<D: Document>(&self, document: &D) {
        self.commit(Batch::new().upsert(document));
    }

    pub fn change<D: Document>(&self, id: &str, patch: Patch<D>) {
        self.commit(Batch::new().update(id, patch));
    }

    fn commit(&self, batch: Batch) {
        block_on(self.edge.store().commit(batch)).unwrap();
    }

    pub fn block(&self, by: &str, whom: &str) {
        self.put(&Contact {
            id: format!("{by}-{whom}"),
            user_id: by.into(),
            contact_user_id: whom.into(),
            is_blocked: true,
            ..Contact::default()
        });
    }

    /// A conversation `c` of this kind, made by the first of these people, who owns it.
    pub fn conversation(&self, kind: ConversationKind, people: &[&str]) {
        self.put(&Conversation {
            id: "c".into(),
            kind,
            creator_id: people[0].into(),
            participant_count: people.len() as i64,
            created_at: Some(Timestamp::AT_COMMIT),
            ..Conversation::default()
        });
        for user in people {
            self.put(&ConversationMember {
                id: member_id("c", user),
                conversation_id: "c".into(),
                user_id: (*user).into(),
                joined_at: Timestamp::AT_COMMIT,
                ..ConversationMember::default()
            });
            self.edge.advance(1);
        }
        let owner = Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Owner);
        self.change(&member_id("c", people[0]), owner);
    }

    /// Takes somebody out of the conversation.
    pub fn leave(&self, user: &str) {
        let left = ConversationMemberStatus::Left;
        let patch = Patch::new().set(ConversationMember::STATUS, left);
        self.change::<ConversationMember>(&member_id("c", user), patch);
    }

    /// A message in the conversation, which is its newest.
    pub fn message(&self, id: &str, sender: &str) {
        self.put(&Message {
            id: id.into(),
            conversation_id: "c".into(),
            sender_id: sender.into(),
            plain_text: Some(format!("words of {sender}")),
            created_at: Some(Timestamp::AT_COMMIT),
            ..Message::default()
        });
        let newest = Patch::new()
            .set(Conversation::LAST_MESSAGE_ID, id)
            .set(Conversation::LAST_MESSAGE_SENDER_ID, sender);
        self.change("c", newest);
    }

    /// How many statements something takes, once those have run that an instance needs once.
    pub fn statements(&self, run: impl Fn()) -> usize {
        run();
        self.edge.statements();
        run();
        self.edge.statements().len()
    }
}

/// A view as an answer has it.
pub fn json(view: &impl Serialize) -> Value {
    serde_json::to_value(view).unwrap()
}

/// The ids of the people whom an answer names.
pub fn named(users: &UsersView) -> Vec<&str> {
    users.users.keys().map(String::as_str).collect()
}
