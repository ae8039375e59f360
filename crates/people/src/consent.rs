//! Consent: a user's choice of the people who may write to them, add them to groups and ask them to be contacts.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::ids::is_program_id;
use whisper_schema::prelude::{Contact, DiscoverableKind, Follow, FollowStatus, Profile};
use whisper_store::{Answers, Filter, Query, Questions, ReadSet, StoreError};

use crate::contacts::Kept;
use crate::discovery::by;
use crate::pair::of;
use crate::privacy::{Consent, consent};
use crate::{asked, by_ids, chunks};

/// Asks whether an actor may write to others, add them to groups and ask them to be contacts, by the others' own settings; gives
/// [`Consents`]. Any number of others; without any it asks nothing. Blocks and accounts out of use are [`crate::reach`]'s.
pub fn consents<'a>(actor: &str, others: impl IntoIterator<Item = &'a str>) -> Consenting {
    let others: BTreeSet<&str> = others.into_iter().filter(|id| *id != actor).collect();
    let portions = chunks(others.iter().copied());
    let contacts = portions
        .iter()
        .map(|ids| asked(ids, of(actor, ids.iter().copied())).filter(Kept::Counting.filter()));
    let follows = portions.iter().map(|ids| {
        let theirs = Filter::and([
            Filter::eq(Follow::FOLLOWING_ID, actor),
            Filter::is_in(Follow::FOLLOWER_ID, ids.iter().copied()),
            Filter::eq(Follow::STATUS, FollowStatus::Accepted),
        ]);
        asked(ids, theirs)
    });
    Consenting {
        actor: actor.to_owned(),
        questions: (
            by_ids(others.iter().copied()),
            contacts.collect(),
            follows.collect(),
        ),
    }
}

/// Questions for the others' settings, for their contacts, and for whom they follow.
type Asked = (Vec<Query<Profile>>, Vec<Query<Contact>>, Vec<Query<Follow>>);

/// See [`consents`].
pub struct Consenting {
    actor: String,
    questions: Asked,
}

impl ReadSet for Consenting {
    type Output = Consents;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Consents, StoreError> {
        let (profiles, contacts, follows) = self.questions.take(answers)?;
        let contacts = contacts.into_iter().flatten();
        let follows = follows.into_iter().flatten();
        let profiles = profiles.into_iter().flatten();
        Ok(Consents {
            actor: self.actor,
            knowing: contacts
                .map(|contact| contact.into_inner().user_id)
                .chain(follows.map(|follow| follow.into_inner().follower_id))
                .collect(),
            settings: profiles
                .map(|profile| (profile.id.clone(), consent(&profile)))
                .collect(),
        })
    }
}

/// The consent that others give to an actor.
#[derive(Clone, Debug, Default)]
pub struct Consents {
    actor: String,
    /// The users who keep the actor as a contact, or follow them.
    knowing: BTreeSet<String>,
    settings: BTreeMap<String, Consent>,
}

impl Consents {
    /// Whether the other knows the actor: keeps them as a contact, or follows them. The first message of somebody whom the recipient
    /// doesn't know is a request. Only the other can make the actor known, by keeping or following them. A bot counts everybody as
    /// known.
    pub fn is_known_to(&self, other: &str) -> bool {
        other == self.actor || is_program_id(other) || self.knowing.contains(other)
    }

    /// Whether the actor may write to this other; false where the other has no profile.
    pub fn may_write(&self, other: &str) -> bool {
        self.allows(other, |consent| consent.messages)
    }

    /// Whether the actor may add this other to a group; false where the other has no profile.
    pub fn may_add(&self, other: &str) -> bool {
        self.allows(other, |consent| consent.groups)
    }

    /// Whether the actor may ask this other to be contacts; false where the other has no profile.
    pub fn may_request(&self, other: &str) -> bool {
        self.allows(other, |consent| consent.contact_requests)
    }

    /// Whether the actor may find this other by a verified address of a kind; false unless the other's settings allow
    /// it.
    pub fn may_find(&self, other: &str, kind: DiscoverableKind) -> bool {
        self.allows(other, |consent| by(consent, kind))
    }

    fn allows(&self, other: &str, audience: impl Fn(&Consent) -> crate::privacy::Circle) -> bool {
        use crate::privacy::Circle;
        if other == self.actor {
            return true;
        }
        let Some(consent) = self.settings.get(other) else {
            return false;
        };
        match audience(consent) {
            Circle::Everyone => true,
            Circle::Contacts => self.is_known_to(other),
            Circle::Nobody => false,
        }
    }
}
