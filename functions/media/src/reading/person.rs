//! Pictures of people: for those who see the person, and a cover for those to whom the profile is shown.

use whisper_people::privacy::is_shown;
use whisper_people::{Between, Visibility, Visible, between, visible};
use whisper_schema::prelude::{FileHold, FileHoldKind, Profile};
use whisper_store::{Answers, Get, Questions, ReadSet, StoreError};

/// Asks whether somebody sees a picture of a profile; gives a boolean.
pub struct Portrait {
    reader: String,
    owner: String,
    kind: FileHoldKind,
    questions: (Visibility, Between, Get<Profile>),
}

impl Portrait {
    /// Asks for this profile's.
    pub fn of(reader: &str, hold: &FileHold) -> Self {
        let owner = hold.holder_id.as_str();
        Self {
            reader: reader.to_owned(),
            owner: owner.to_owned(),
            kind: hold.kind,
            questions: (
                visible(reader, owner),
                between(reader, owner),
                Get::id(owner),
            ),
        }
    }
}

impl ReadSet for Portrait {
    type Output = bool;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<bool, StoreError> {
        let (Visible(is_visible), pair, profile) = self.questions.take(answers)?;
        let viewer = pair.viewer(&self.reader, &self.owner);
        Ok(is_visible
            && profile.is_some_and(|profile| match self.kind {
                // The picture goes with the name: everybody has them who sees the person at all.
                FileHoldKind::Avatar => true,
                _ => is_shown(viewer, &profile),
            }))
    }
}
