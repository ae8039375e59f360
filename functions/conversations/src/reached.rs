//! The messages up to which members have received and read, as one of them is told.

use std::collections::BTreeMap;

use whisper_messages::is_in_sight;
use whisper_people::People;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Column, ConversationMember, Message, Timestamp};
use whisper_store::{Doc, Filter, MAX_LIMIT, Query};

use crate::access::Access;

/// Asks for the messages at the positions of these members; none for none.
pub fn at_positions(
    access: &Access,
    members: &[Doc<ConversationMember>],
) -> Option<Query<Message>> {
    let positions = members.iter().flat_map(|member| {
        let all = [
            member.read_position,
            member.receipt_position,
            member.delivered_position,
        ];
        all.into_iter().flatten()
    });
    let mut positions: Vec<i64> = positions.collect();
    positions.sort_unstable();
    positions.dedup();
    let here = Filter::eq(Message::CONVERSATION_ID, access.conversation.id.as_str());
    (!positions.is_empty()).then(|| {
        Query::new()
            .filter(here)
            .filter(Filter::is_in(Column::seq(), positions))
            .limit(MAX_LIMIT)
    })
}

/// The ids of messages, by their commit numbers, with the settings of the caller. At first it knows of none.
#[derive(Debug, Default)]
pub struct Reached {
    me: String,
    /// Whether others' reading is told.
    is_told: bool,
    ids: BTreeMap<i64, String>,
}

impl Reached {
    /// Of the messages [`at_positions`] that the caller sees.
    pub fn new(
        access: &Access,
        messages: Option<Vec<Doc<Message>>>,
        is_told: bool,
        now: Timestamp,
    ) -> Self {
        let (conversation, me) = (&access.conversation, &access.me);
        let messages = messages.into_iter().flatten();
        let messages = messages
            .filter(|message| is_in_sight(message, conversation, me, None) && message.lasts(now));
        Reached {
            me: me.user_id.clone(),
            is_told,
            ids: messages
                .map(|message| (message.seq, message.id.clone()))
                .collect(),
        }
    }

    /// The newest messages that a member has read and received. Of somebody with a block in between nothing is told, nor of
    /// somebody to whom the conversation is still a request.
    pub fn by(
        &self,
        member: &ConversationMember,
        people: &People,
    ) -> (Option<String>, Option<String>) {
        let id = |position: Option<i64>| position.and_then(|at| self.ids.get(&at).cloned());
        if member.user_id == self.me {
            return (id(member.read_position), id(member.delivered_position));
        }
        if member.is_request || people.is_hidden(&member.user_id) {
            return (None, None);
        }
        let read = member.receipt_position.filter(|_| self.is_told);
        (id(read), id(member.delivered_position))
    }
}
