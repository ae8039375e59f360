//! The messages up to which members have received and read, as one of them is told.

use std::collections::BTreeMap;

use whisper_messages::is_in_sight;
use whisper_people::People;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Column, ConversationMember, Message, Timestamp};
use whisper_store::{Doc, Filter, MAX_LIMIT, Query};

use crate::conversations::Access;

/// Asks for the messages at the positions of these members, however many; it asks nothing where there is no position.
pub fn at_positions(access: &Access, members: &[Doc<ConversationMember>]) -> Vec<Query<Message>> {
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
    let here = || Filter::eq(Message::CONVERSATION_ID, access.conversation.id.as_str());
    let portions = positions.chunks(MAX_LIMIT as usize).map(|some| {
        Query::new()
            .filter(here())
            .filter(Filter::is_in(Column::seq(), some.iter().copied()))
            .limit(MAX_LIMIT)
    });
    portions.collect()
}

/// The ids of messages, by their commit numbers, with the settings of the viewer. At first it knows of none.
#[derive(Debug, Default)]
pub struct Reached {
    me: String,
    /// Whether others' reading is told.
    is_told: bool,
    ids: BTreeMap<i64, String>,
}

impl Reached {
    /// Keeps the messages [`at_positions`] that the viewer sees.
    pub fn new(
        access: &Access,
        messages: Vec<Vec<Doc<Message>>>,
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

    /// The newest messages that a member has read and received; none for a member with a block in between, or to whom the
    /// conversation is still a request.
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
