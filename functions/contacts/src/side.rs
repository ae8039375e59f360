//! One user's side towards another: the contact they keep, in their address book.

use whisper_kit::{Ctx, Result};
use whisper_people::{Kept, contact, contact_id};
use whisper_schema::prelude::{Contact, ContactBook, ContactRelationship, Timestamp};
use whisper_store::{
    Answers, Batch, Doc, Filter, First, Get, Patch, Query, Questions, ReadSet, StoreError,
};

use crate::limits::{MOST_CONTACTS, full};

/// Asks for the contact that one user keeps about another, and for their address book; gives a [`Side`].
pub fn side(owner: &str, other: &str) -> Asking {
    Asking {
        owner: owner.to_owned(),
        other: other.to_owned(),
        questions: (
            Query::new().filter(contact(owner, other)).first(),
            Get::id(owner),
        ),
    }
}

/// See [`side`].
pub struct Asking {
    owner: String,
    other: String,
    questions: (First<Contact>, Get<ContactBook>),
}

impl ReadSet for Asking {
    type Output = Side;

    fn ask(&self, questions: &mut Questions) -> Result<(), StoreError> {
        self.questions.ask(questions)
    }

    fn take(self, answers: &mut Answers) -> Result<Side, StoreError> {
        let (row, book) = self.questions.take(answers)?;
        Ok(Side {
            owner: self.owner,
            other: self.other,
            row,
            book,
        })
    }
}

/// One user's side towards another.
pub struct Side {
    owner: String,
    other: String,
    /// Their notes about the other; it may be a block alone.
    row: Option<Doc<Contact>>,
    book: Option<Doc<ContactBook>>,
}

impl Side {
    /// The contact; none where the other is none, or only blocked.
    pub fn kept(&self) -> Option<&Doc<Contact>> {
        let row = self.row.as_ref();
        row.filter(|contact| Kept::InBook.holds(contact))
    }

    /// The contact that the other is to become.
    pub fn new_contact(&self) -> Contact {
        let id = contact_id(&self.owner, &self.other);
        Contact {
            id: self.row.as_ref().map_or(id, |row| row.id.clone()),
            user_id: self.owner.clone(),
            contact_user_id: self.other.clone(),
            added_at: Some(Timestamp::AT_COMMIT),
            updated_at: Some(Timestamp::AT_COMMIT),
            ..Contact::default()
        }
    }

    /// The side of the owner of an address book towards another, from the rows that were read.
    pub fn of(owner: &str, other: &str, row: Option<Doc<Contact>>) -> Self {
        Self {
            owner: owner.to_owned(),
            other: other.to_owned(),
            row,
            book: None,
        }
    }

    /// Adds the new contact to the address book. Blocks are the caller's to exclude, in the same commit.
    ///
    /// # Errors
    /// [`whisper_kit::Code::ContactsFull`], and the store's, where the contacts have to be counted.
    pub async fn begin(&self, ctx: &Ctx, batch: Batch, contact: &Contact) -> Result<Batch> {
        let batch = self.put(batch, contact);
        grow(ctx, batch, &self.owner, self.book.as_ref(), 1).await
    }

    /// Adds the new contact, and doesn't count it.
    pub fn put(&self, batch: Batch, contact: &Contact) -> Batch {
        match &self.row {
            None => batch.insert(contact),
            // A row that is neither a contact nor a block: its place is taken.
            Some(row) => {
                let as_read = Filter::and([
                    Filter::revision(row.revision),
                    Filter::eq(Contact::IS_BLOCKED, false),
                ]);
                batch.update_if(&row.id, whole(contact), as_read)
            }
        }
    }

    /// Takes the contact out of the address book; a block stays.
    pub fn end(&self, batch: Batch, kept: &Doc<Contact>) -> Batch {
        let as_read = Filter::revision(kept.revision);
        let batch = match kept.is_blocked {
            false => batch.delete_if(&kept.id, as_read),
            true => batch.update_if(&kept.id, only_blocked(), as_read),
        };
        match &self.book {
            Some(book) if book.contacts > 0 => {
                let fewer = Patch::new().add(ContactBook::CONTACTS, -1);
                batch.update(&self.owner, fewer)
            }
            _ => batch,
        }
    }
}

/// Sets all fields that the owner may note of a contact.
fn whole(contact: &Contact) -> Patch<Contact> {
    Patch::new()
        .set(Contact::RELATIONSHIP, contact.relationship)
        .set(Contact::IS_FAVORITE, contact.is_favorite)
        .set(Contact::NICKNAME, contact.nickname.clone())
        .set(Contact::NOTES, contact.notes.clone())
        .set(Contact::TAGS, contact.tags.clone())
        .set(Contact::ADDED_AT, Timestamp::AT_COMMIT)
        .set(Contact::UPDATED_AT, Timestamp::AT_COMMIT)
}

/// Leaves nothing of a contact but the block.
fn only_blocked() -> Patch<Contact> {
    Patch::new()
        .set(Contact::RELATIONSHIP, ContactRelationship::Blocked)
        .set(Contact::IS_FAVORITE, false)
        .set(Contact::TAGS, Vec::<String>::new())
        .unset(Contact::NICKNAME)
        .unset(Contact::NOTES)
        .unset(Contact::LAST_INTERACTION)
}

/// Counts so many more contacts in an address book. A book that isn't there yet is made, from the contacts that there are.
///
/// # Errors
/// [`whisper_kit::Code::ContactsFull`], and the store's, where the contacts have to be counted.
pub async fn grow(
    ctx: &Ctx,
    batch: Batch,
    owner: &str,
    book: Option<&Doc<ContactBook>>,
    more: i64,
) -> Result<Batch> {
    if let Some(book) = book {
        if book.contacts + more > MOST_CONTACTS {
            return Err(full());
        }
        let room = Filter::le(ContactBook::CONTACTS, MOST_CONTACTS - more);
        let grown = Patch::new().add(ContactBook::CONTACTS, more);
        return Ok(batch.update_if(owner, grown, room));
    }
    let contacts = counted(ctx, owner).await? + more;
    if contacts > MOST_CONTACTS {
        return Err(full());
    }
    Ok(batch.insert(&ContactBook {
        id: owner.to_owned(),
        contacts,
    }))
}

/// How many contacts there are, of somebody without an address book: contacts may have come in by another way.
///
/// # Errors
/// The store's.
pub async fn counted(ctx: &Ctx, owner: &str) -> Result<i64> {
    let kept = Query::<Contact>::new()
        .filter(Filter::eq(Contact::USER_ID, owner))
        .filter(Kept::InBook.filter());
    let most = MOST_CONTACTS.unsigned_abs();
    let counted = ctx.read(kept.count(most)).await?;
    Ok(i64::try_from(counted).unwrap_or(MOST_CONTACTS))
}
