//! Messages of a conversation that one of its members names.

use std::collections::BTreeMap;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_messages::{Access, check_member, deletion};
use whisper_people::by_ids;
use whisper_schema::Ephemeral;
use whisper_schema::main_db::Message;
use whisper_store::Doc;

/// Messages that a member names, as of one moment.
#[derive(Debug)]
pub struct Chosen {
    /// The conversation, and the caller's membership of it.
    pub access: Access,
    /// For each of the ids, in their order, the message of the caller's history that has it: none where there is none or it
    /// has expired.
    pub messages: Vec<Option<ChosenMessage>>,
}

/// A message that a member names.
#[derive(Clone, Debug)]
pub struct ChosenMessage {
    /// The message.
    pub message: Doc<Message>,
    /// Whether they deleted it for themselves.
    pub is_hidden: bool,
}

impl Chosen {
    /// Reads them: one statement for a stranger, two for a member.
    ///
    /// # Errors
    /// The one 404 for somebody who is no member.
    pub async fn read(ctx: &Ctx, me: &str, conversation: &str, ids: &[&str]) -> Result<Chosen> {
        let access = check_member(ctx, conversation, me).await?;
        let deletions = ids.iter().map(|id| deletion(me, id));
        let (messages, deletions) = ctx
            .read((
                by_ids::<Message>(ids.iter().copied()),
                deletions.collect::<Vec<_>>(),
            ))
            .await?;
        let messages = messages.into_iter().flatten();
        let messages: BTreeMap<String, Doc<Message>> = messages
            .filter(|message| message.lasts(ctx.now()) && access.is_in_history(message, None))
            .map(|message| (message.id.clone(), message))
            .collect();
        let named = ids.iter().zip(deletions).map(|(id, deletion)| {
            Some(ChosenMessage {
                message: messages.get(*id)?.clone(),
                is_hidden: deletion.is_some(),
            })
        });
        Ok(Chosen {
            messages: named.collect(),
            access,
        })
    }
}
