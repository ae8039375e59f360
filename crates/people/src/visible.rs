//! Whether somebody exists for the caller.

use whisper_kit::{Error, Result};
use whisper_schema::Document;
use whisper_schema::prelude::{
    Account, AccountStatus, Column, Contact, ConversationMember, StoryAudience,
};
use whisper_store::{Answers, Count, Filter, Query, Questions, ReadSet, StoreError};

use crate::pair::{Between, between, blocked};

/// Asks whether somebody exists for a viewer: they have an account in use, and neither blocked the other.
pub fn visible(viewer: &str, user: &str) -> Visibility {
    let account = Query::new()
        .filter(Filter::eq(Column::id(), user))
        .filter(Filter::eq(Account::STATUS, AccountStatus::Active));
    let block = Query::new().filter(blocked(viewer, user));
    Visibility((account.count(1), block.count(1)))
}

/// See [`visible`].
pub struct Visibility((Count<Account>, Count<Contact>));

/// Whether somebody exists for a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "somebody who doesn't exist for the caller has to be refused"]
pub struct Visible(pub bool);

impl Visible {
    /// Refuses a user who doesn't exist for the viewer, with the same answer for each reason.
    ///
    /// # Errors
    /// The one 404.
    pub fn or_not_found(self) -> Result<()> {
        if self.0 {
            Ok(())
        } else {
            Err(Error::not_found())
        }
    }
}

impl ReadSet for Visibility {
    type Output = Visible;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Visible, StoreError> {
        let (accounts, blocks) = self.0.take(answers)?;
        Ok(Visible(accounts == 1 && blocks == 0))
    }
}

/// Asks for a viewer's relation to an author of stories; gives none where the author doesn't exist for the viewer. Nothing is
/// asked about oneself.
pub fn audience(viewer: &str, author: &str) -> Audience {
    let other = (viewer != author).then(|| (between(viewer, author), visible(viewer, author)));
    Audience {
        viewer: viewer.to_owned(),
        author: author.to_owned(),
        other,
    }
}

/// See [`audience`].
pub struct Audience {
    viewer: String,
    author: String,
    other: Option<(Between, Visibility)>,
}

impl ReadSet for Audience {
    type Output = Option<StoryAudience>;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.other.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Option<StoryAudience>, StoreError> {
        Ok(match self.other.take(answers)? {
            None => Some(StoryAudience::Author),
            Some((_, Visible(false))) => None,
            Some((pair, Visible(true))) => Some(pair.audience(&self.viewer, &self.author)),
        })
    }
}

/// Holds for documents of people whose account is in use, of present and former members of a conversation; `of` names
/// the people. It costs as much as the conversation has members. For reads alone.
pub fn in_use<D: Document>(of: Column<D>, conversation: &str) -> Filter<D> {
    let members = Filter::eq(ConversationMember::CONVERSATION_ID, conversation);
    let out_of_use = Filter::and([
        Filter::is_among(Column::id(), ConversationMember::USER_ID, members),
        Filter::ne(Account::STATUS, AccountStatus::Active),
    ]);
    Filter::is_not_among(of, Column::<Account>::id(), out_of_use)
}
