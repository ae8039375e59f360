//! Messages of a conversation that one of its members names.

use std::collections::BTreeMap;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_messages::{check_member, deletion};
use whisper_people::by_ids;
use whisper_schema::Ephemeral;
use whisper_schema::main_db::Message;
use whisper_schema::system::{ConversationMember, MessageMark};
use whisper_store::Doc;

/// Messages that a member names, as of one moment.
#[derive(Debug)]
pub struct Named {
    /// The caller's membership of it.
    pub member: ConversationMember,
    /// For each of the ids, in their order, the message of this conversation that has it: none where there is none, it has
    /// expired, or the member cleared the conversation since.
    pub messages: Vec<Option<Doc<Message>>>,
    /// The member's marks that they deleted one of them for themselves, by the message's id.
    pub deletions: BTreeMap<String, MessageMark>,
}

impl Named {
    /// Reads them: one statement for a stranger, two for a member.
    ///
    /// # Errors
    /// The one 404 for somebody who is no member.
    pub async fn read(ctx: &Ctx, me: &str, conversation: &str, ids: &[&str]) -> Result<Named> {
        let member = check_member(ctx, conversation, me).await?;
        let deletions = ids.iter().map(|id| deletion(me, id));
        let (messages, deletions) = ctx
            .read((
                by_ids::<Message>(ids.iter().copied()),
                deletions.collect::<Vec<_>>(),
            ))
            .await?;
        let messages = messages
            .into_iter()
            .flatten()
            .filter(|message| message.conversation_id == conversation)
            .filter(|message| message.lasts(ctx.now()) && !member.has_cleared(message.seq));
        let messages: BTreeMap<String, Doc<Message>> = messages
            .map(|message| (message.id.clone(), message))
            .collect();
        let deletions = deletions.into_iter().flatten().map(Doc::into_inner);
        Ok(Named {
            messages: ids.iter().map(|id| messages.get(*id).cloned()).collect(),
            deletions: deletions
                .map(|mark| (mark.message_id.clone(), mark))
                .collect(),
            member,
        })
    }
}
