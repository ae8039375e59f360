//! The people whom the caller wants to write to, or to bring into a group.

use whisper_kit::Result;
use whisper_people::bots::owned_among;
use whisper_people::{Consenting, Consents, People, Showing, by_ids, consents, shown_to};
use whisper_schema::prelude::{Account, AccountStatus, Bot};
use whisper_store::{Doc, Query};

use crate::draft::{no_such_users, unwilling_users};

/// The caller's purpose with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To write to them.
    Write,
    /// To add them to a group.
    Add,
}

/// The questions about them.
pub type Asking = (Vec<Query<Account>>, Showing, Consenting, Option<Query<Bot>>);
/// The answers to these questions.
pub type Asked = (
    Vec<Vec<Doc<Account>>>,
    People,
    Consents,
    Option<Vec<Doc<Bot>>>,
);

/// The accounts and settings of these people, which decide whether the caller may write to them, or bring them in.
#[derive(Debug)]
pub struct Others {
    accounts: Vec<Doc<Account>>,
    consents: Consents,
    /// The caller's own bots among them.
    owned: Vec<Doc<Bot>>,
    /// The caller and the others, as the caller sees them.
    pub people: People,
}

impl Others {
    /// Asks about those others.
    pub fn ask(me: &str, users: &[String]) -> Asking {
        let others = || users.iter().map(String::as_str);
        (
            by_ids(others()),
            shown_to(me, others().chain([me])),
            consents(me, others()),
            owned_among(me, users),
        )
    }

    /// From the outcome of that question.
    pub fn of((accounts, people, consents, owned): Asked) -> Self {
        Others {
            accounts: accounts.into_iter().flatten().collect(),
            consents,
            owned: owned.unwrap_or_default(),
            people,
        }
    }

    /// Whether somebody exists for the caller.
    fn is_there(&self, id: &str) -> bool {
        let account = self.accounts.iter().find(|account| account.id == id);
        account.is_some_and(|account| account.status == AccountStatus::Active)
            && !self.people.is_blocked(id)
    }

    /// Whether the caller is a stranger to somebody: a direct conversation that the caller begins is a request.
    pub fn is_stranger_to(&self, id: &str) -> bool {
        !self.consents.is_known_to(id)
    }

    /// Whether it is a bot of the caller's: they may add it wherever they may add somebody.
    fn is_own_bot(&self, id: &str) -> bool {
        self.owned.iter().any(|bot| bot.id == id)
    }

    /// Refuses the users of a list who aren't there for the caller, or who don't let them do this; `exempt` are let pass.
    ///
    /// # Errors
    /// `validation_failed` with their places.
    pub fn refuse(
        &self,
        wish: Wish,
        field: &str,
        users: &[String],
        exempt: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let places = |refused: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let is_refused = |i: &usize| !exempt(&users[*i]) && refused(&users[*i]);
            (0..users.len()).filter(is_refused).collect()
        };
        let missing = places(&|id| !self.is_there(id));
        if !missing.is_empty() {
            return Err(no_such_users(field, &missing));
        }
        let unwilling = places(&|id| match wish {
            Wish::Write => !self.consents.may_write(id),
            Wish::Add => !self.consents.may_add(id) && !self.is_own_bot(id),
        });
        match unwilling.is_empty() {
            true => Ok(()),
            false => Err(unwilling_users(field, &unwilling)),
        }
    }
}
