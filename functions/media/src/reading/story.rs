//! Files of stories: for their audience, until they end.

use whisper_people::{Audience, audience};
use whisper_schema::prelude::{FileHold, Story, StoryAudience, Timestamp};
use whisper_store::{Answers, Doc, Get, Questions, ReadSet, StoreError};

/// Asks whether somebody sees a story; gives [`Seen`].
pub struct Told(Get<Story>, Audience);

impl Told {
    /// Asks for this story.
    pub fn of(reader: &str, hold: &FileHold) -> Self {
        Self(
            Get::id(hold.holder_id.as_str()),
            audience(reader, &hold.user_id),
        )
    }
}

impl ReadSet for Told {
    type Output = Seen;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)?;
        self.1.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Seen, StoreError> {
        Ok(Seen {
            story: self.0.take(answers)?,
            audience: self.1.take(answers)?,
        })
    }
}

/// A story, and the relation of somebody to its author.
pub struct Seen {
    story: Option<Doc<Story>>,
    audience: Option<StoryAudience>,
}

impl Seen {
    /// Whether they see it at this time.
    pub fn is_seen(&self, now: Timestamp) -> bool {
        match (&self.story, self.audience) {
            (Some(story), Some(audience)) => story.is_visible(audience, now),
            _ => false,
        }
    }
}
