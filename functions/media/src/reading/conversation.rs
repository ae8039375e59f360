//! Pictures of conversations: for their members, and for everybody to whom a public one is open.

use whisper_messages::{is_active, open_to};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{Column, Conversation, ConversationMember, FileHold, Timestamp};
use whisper_store::{Answers, Count, Filter, Get, Query, Questions, ReadSet, StoreError};

/// Asks whether somebody sees the picture of a conversation; gives a boolean.
pub struct Picture(Get<ConversationMember>, Count<Conversation>);

impl Picture {
    /// Asks for this conversation's.
    pub fn of(reader: &str, hold: &FileHold, now: Timestamp) -> Self {
        let conversation = hold.holder_id.as_str();
        let public = Query::new()
            .filter(Filter::eq(Column::id(), conversation))
            .filter(Filter::eq(Conversation::IS_PUBLIC, true))
            .filter(open_to(Column::id(), reader, now));
        Self(Get::id(member_id(conversation, reader)), public.count(1))
    }
}

impl ReadSet for Picture {
    type Output = bool;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)?;
        self.1.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<bool, StoreError> {
        let (member, public) = (self.0.take(answers)?, self.1.take(answers)?);
        Ok(public > 0 || member.is_some_and(|member| is_active(&member)))
    }
}
