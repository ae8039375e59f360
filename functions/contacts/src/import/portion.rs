//! An import, portion by portion: three reads and a commit for each, for any people in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Result, Rule};
use whisper_people::{Talks, blocked_any, by_ids, shown_to};
use whisper_schema::prelude::{Account, AccountStatus, Contact, ContactBook};
use whisper_store::{Batch, Doc, Filter, Get, Query};

use super::Item;
use super::draft::ImportedContact;
use super::outcome::Outcome;
use crate::details::ContactChange;
use crate::discovery::lookup;
use crate::limits::MOST_CONTACTS;
use crate::request::accept;
use crate::side::{Side, counted, grow};

/// People of a portion: as many ids as one event names.
const PORTION: usize = 200;
/// Operations of its commit beside the contacts.
const BESIDE: usize = 10;

/// Takes over the people, portion by portion. A portion that is more than the database does at once is halved.
///
/// # Errors
/// The store's; the people who were added before stay, and are known when the import is sent again.
pub async fn take_over(ctx: &Ctx, me: &str, items: &[Item], outcome: &mut Outcome) -> Result<()> {
    let portion = ctx.store().await?.portion(PORTION + BESIDE) - BESIDE;
    let mut left: Vec<&[Item]> = items.chunks(portion.max(1)).rev().collect();
    while let Some(some) = left.pop() {
        match one(ctx, me, some).await {
            Ok(more) => outcome.add(more),
            Err(error) if error.is_too_large() && some.len() > 1 => {
                let (first, second) = some.split_at(some.len() / 2);
                left.extend([second, first]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Somebody to be added, with their place in the import.
struct Wanted<'a> {
    index: u32,
    user: &'a str,
    details: &'a ContactChange,
    /// Whether the import knows their id; else a hash led to them.
    is_named: bool,
}

async fn one(ctx: &Ctx, me: &str, items: &[Item]) -> Result<Outcome> {
    let hashes = items.iter().flat_map(|(_, contact)| &contact.hashes);
    let looked = lookup(ctx, me, hashes.map(String::as_str)).await?;
    let wanted = items.iter().filter_map(|(index, contact)| {
        let user = named(contact, &looked.found)?;
        Some(Wanted {
            index: *index,
            user,
            details: &contact.details,
            is_named: contact.user_id.is_some(),
        })
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let unmatched = (items.len() - wanted.len()) as u32;
    let mut outcome = ctx.retry(async || attempt(ctx, me, &wanted).await).await?;
    outcome.unmatched += unmatched;
    Ok(outcome)
}

/// The user whom an import means; none where no hash leads to anybody.
fn named<'a>(contact: &'a ImportedContact, found: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let by_hash = || contact.hashes.iter().find_map(|hash| found.get(hash));
    contact
        .user_id
        .as_ref()
        .or_else(by_hash)
        .map(String::as_str)
}

async fn attempt(ctx: &Ctx, me: &str, wanted: &[Wanted<'_>]) -> Result<Attempt<Outcome>> {
    let others = || wanted.iter().map(|one| one.user);
    let read = (
        by_ids::<Account>(others()),
        shown_to(me, others()),
        rows(me, others()),
        Get::<ContactBook>::id(me),
        Talks::of(ctx, me, others()).await?.memberships(),
    );
    let (accounts, people, rows, book, memberships) = ctx.read(read).await?;
    let accounts = accounts.iter().flatten();
    let in_use: BTreeSet<&str> = accounts
        .filter(|account| account.status == AccountStatus::Active)
        .map(|account| account.id.as_str())
        .collect();
    let is_there = |user: &str| in_use.contains(user) && !people.is_blocked(user);
    let contacts = match &book {
        Some(book) => book.contacts,
        None => counted(ctx, me).await?,
    };
    let mut sorting = Sorting {
        me,
        room: MOST_CONTACTS - contacts,
        rows: rows
            .into_iter()
            .map(|row| (row.contact_user_id.clone(), row))
            .collect(),
        outcome: Outcome::default(),
        new: BTreeMap::new(),
    };
    for one in wanted {
        sorting.sort(one, is_there(one.user));
    }
    let Sorting { outcome, new, .. } = sorting;
    if new.is_empty() {
        return Ok(Attempt::Done(outcome));
    }
    let ids = || new.keys().copied();
    let batch = new.values().fold(Batch::new(), |batch, (side, contact)| {
        side.put(batch, contact)
    });
    let batch = grow(ctx, batch, me, book.as_ref(), new.len() as i64).await?;
    let batch = batch.expect_none(blocked_any(me, ids().collect::<Vec<_>>()));
    let talks = Talks::of(ctx, me, ids()).await?;
    let batch = accept(&talks, ctx, batch, &memberships)?;
    let what = json!({"userIds": ids().collect::<Vec<_>>()});
    let batch = append(ctx, batch, "contacts.imported", me, Some(me), &what)?;
    let committed = ctx.try_commit(batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(outcome)))
}

/// Asks for the owner's rows about these.
fn rows<'a>(owner: &str, others: impl Iterator<Item = &'a str>) -> Query<Contact> {
    Query::new()
        .filter(Filter::eq(Contact::USER_ID, owner))
        .filter(Filter::is_in(Contact::CONTACT_USER_ID, others))
        .limit(PORTION as u32)
}

/// People of a portion on their way into the address book.
struct Sorting<'a> {
    me: &'a str,
    /// How many more contacts there may be.
    room: i64,
    rows: BTreeMap<String, Doc<Contact>>,
    outcome: Outcome,
    new: BTreeMap<&'a str, (Side, Contact)>,
}

impl<'a> Sorting<'a> {
    /// Decides about one of them.
    fn sort(&mut self, one: &Wanted<'a>, is_there: bool) {
        let outcome = &mut self.outcome;
        let side = Side::of(self.me, one.user, self.rows.get(one.user).cloned());
        if side.kept().is_some() || self.new.contains_key(one.user) {
            outcome.known += 1;
        } else if one.user == self.me {
            outcome.refuse(one.index, Rule::Reference, "is yourself");
        } else if !is_there && one.is_named {
            outcome.refuse(one.index, Rule::Reference, "is no such user");
        } else if !is_there {
            outcome.unmatched += 1;
        } else if self.room <= 0 {
            let detail = format!("an address book has at most {MOST_CONTACTS} contacts");
            outcome.refuse(one.index, Rule::Size, &detail);
        } else {
            let mut contact = side.new_contact();
            one.details.clone().note(&mut contact);
            self.room -= 1;
            outcome.added += 1;
            self.new.insert(one.user, (side, contact));
        }
    }
}
