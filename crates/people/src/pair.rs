//! Two people: the follows, contacts and blocks between them, and the relation that follows.

use whisper_kit::Result;
use whisper_kit::ids::derived_id;
use whisper_schema::prelude::{Contact, Follow, StoryAudience};
use whisper_schema::{Column, Document};
use whisper_store::{Answers, Doc, Filter, Query, Questions, ReadSet, StoreError};

use crate::privacy::Viewer;
use crate::{asked, chunks};

/// The id of the document with one user's notes about another.
pub fn contact_id(owner: &str, other: &str) -> String {
    derived_id(&["contact", owner, other])
}

/// The id of the request of two people to be contacts, by either of them.
pub fn contact_request_id(one: &str, other: &str) -> String {
    derived_id(&["contact request", one.min(other), one.max(other)])
}

/// Holds for one user's document about another.
pub fn contact(owner: &str, other: &str) -> Filter<Contact> {
    Filter::and([
        Filter::eq(Contact::USER_ID, owner),
        Filter::eq(Contact::CONTACT_USER_ID, other),
    ])
}

/// Holds for one user's following of another.
pub fn following(follower: &str, followed: &str) -> Filter<Follow> {
    Filter::and([
        Filter::eq(Follow::FOLLOWER_ID, follower),
        Filter::eq(Follow::FOLLOWING_ID, followed),
    ])
}

/// Holds for documents with a block.
fn is_block() -> Filter<Contact> {
    Filter::eq(Contact::IS_BLOCKED, true)
}

/// Holds for one user's block of another.
pub fn block(by: &str, whom: &str) -> Filter<Contact> {
    Filter::and([contact(by, whom), is_block()])
}

/// Holds for blocks between two, either way; for a commit to expect none.
pub fn blocked(one: &str, other: &str) -> Filter<Contact> {
    Filter::and([
        is_block(),
        Filter::or([contact(one, other), contact(other, one)]),
    ])
}

/// Holds for blocks between a user and any of these, either way; for a commit to expect none.
pub fn blocked_any<'a>(
    user: &str,
    others: impl IntoIterator<Item = &'a str> + Clone,
) -> Filter<Contact> {
    Filter::and([
        is_block(),
        Filter::or([by(user, others.clone()), of(user, others)]),
    ])
}

/// Holds for documents of people whom the viewer neither blocked nor is blocked by; `of` names those people. However
/// many blocks there are, none is bound as a value. For reads alone.
pub fn unblocked<D: Document>(of: Column<D>, viewer: &str) -> Filter<D> {
    let blocks = |side| Filter::and([Filter::eq(side, viewer), is_block()]);
    Filter::and([
        Filter::is_not_among(of, Contact::CONTACT_USER_ID, blocks(Contact::USER_ID)),
        Filter::is_not_among(of, Contact::USER_ID, blocks(Contact::CONTACT_USER_ID)),
    ])
}

/// Asks for the blocks between a user and any of these, either way; any number of them, and without any no question. A block of the user's
/// has the other as `contact_user_id`, one of theirs as `user_id`.
pub fn blocks<'a>(
    user: &str,
    others: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = Query<Contact>> {
    let portions = chunks(others.into_iter().filter(|other| *other != user)).into_iter();
    portions.flat_map(move |ids| {
        [by(user, ids.iter().copied()), of(user, ids.iter().copied())]
            .map(|between| asked(&ids, between).filter(is_block()))
    })
}

/// Holds for a user's documents about any of these.
fn by<'a>(user: &str, others: impl IntoIterator<Item = &'a str>) -> Filter<Contact> {
    Filter::and([
        Filter::eq(Contact::USER_ID, user),
        Filter::is_in(Contact::CONTACT_USER_ID, others),
    ])
}

/// Holds for the documents of any of these about a user.
pub(crate) fn of<'a>(user: &str, others: impl IntoIterator<Item = &'a str>) -> Filter<Contact> {
    Filter::and([
        Filter::eq(Contact::CONTACT_USER_ID, user),
        Filter::is_in(Contact::USER_ID, others),
    ])
}

/// Asks for the relation of two people; gives a [`Pair`].
pub fn between(one: &str, other: &str) -> Between {
    let follows = Filter::or([following(one, other), following(other, one)]);
    let contacts = Filter::or([contact(one, other), contact(other, one)]);
    Between((
        Query::new().filter(follows).limit(2),
        Query::new().filter(contacts).limit(2),
    ))
}

/// See [`between`].
pub struct Between((Query<Follow>, Query<Contact>));

impl ReadSet for Between {
    type Output = Pair;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.0.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Pair, StoreError> {
        let (follows, contacts) = self.0.take(answers)?;
        Ok(Pair { follows, contacts })
    }
}

/// The follows and contacts of two people about each other.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    /// Their following of each other.
    pub follows: Vec<Doc<Follow>>,
    /// Their contacts about each other.
    pub contacts: Vec<Doc<Contact>>,
}

impl Pair {
    /// The relation of a viewer to an author of stories.
    pub fn audience(&self, viewer: &str, author: &str) -> StoryAudience {
        let follows = self.follows.iter().map(|doc| &doc.value);
        let contacts = self.contacts.iter().map(|doc| &doc.value);
        StoryAudience::of(viewer, author, follows, contacts)
    }

    /// The relation of a viewer to the owner of a profile.
    pub fn viewer(&self, viewer: &str, owner: &str) -> Viewer {
        self.audience(viewer, owner).into()
    }

    /// Whether either blocked the other.
    pub fn is_blocked(&self) -> bool {
        self.contacts.iter().any(|contact| contact.is_blocked)
    }
}
