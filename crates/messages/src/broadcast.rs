//! Broadcasts: how far a message got to the recipients of a list.

use std::collections::BTreeMap;

use serde::Serialize;
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_kit::ids::derived_id;
use whisper_people::by_ids;
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, ConversationKind, Message};
use whisper_schema::system::Broadcast;
use whisper_store::Doc;

/// The most recipients of a list.
pub const MOST_RECIPIENTS: i64 = 256;

/// How far a message of a broadcast got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BroadcastView {
    /// How many recipients got it.
    pub reached: i64,
    /// How many didn't, since the sender may not reach them.
    pub refused: i64,
    /// Whether all recipients had their turn.
    pub is_done: bool,
}

/// Id of a recipient's entry on a list.
pub fn recipient_id(conversation: &str, user: &str) -> String {
    derived_id(&["recipient", conversation, user])
}

/// Id of the message that a recipient gets of a broadcast.
pub fn broadcast_copy_id(message: &str, user: &str) -> String {
    derived_id(&["broadcast copy", message, user])
}

/// The row by which a new message of a list is delivered; none in other conversations.
pub fn delivery_of(conversation: &Conversation, author: &str, message: &str) -> Option<Broadcast> {
    (conversation.kind == ConversationKind::Broadcast).then(|| Broadcast {
        id: message.to_owned(),
        conversation_id: conversation.id.clone(),
        user_id: author.to_owned(),
        due_at: Some(Timestamp::AT_COMMIT),
        ..Broadcast::default()
    })
}

/// How far messages of a list got, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Broadcasts(BTreeMap<String, Broadcast>);

impl Broadcasts {
    /// Reads it for the messages of these conversations; one statement, none without any.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn read(
        ctx: &Ctx,
        lists: &[String],
        messages: &[Doc<Message>],
    ) -> Result<Self> {
        let here = messages.iter();
        let here = here.filter(|message| lists.contains(&message.conversation_id));
        let ids: Vec<&str> = here.map(|message| message.id.as_str()).collect();
        if ids.is_empty() {
            return Ok(Broadcasts::default());
        }
        let found = ctx.read(by_ids::<Broadcast>(ids)).await?;
        let found = found.into_iter().flatten().map(Doc::into_inner);
        Ok(Broadcasts(found.map(|of| (of.id.clone(), of)).collect()))
    }

    /// How far a message got.
    pub(crate) fn view(&self, message: &str) -> Option<BroadcastView> {
        self.0.get(message).map(|of| BroadcastView {
            reached: of.reached,
            refused: of.refused,
            is_done: of.due_at.is_none(),
        })
    }
}
