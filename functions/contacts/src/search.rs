//! Contacts by the beginning of a name.
//!
//! The others' own names change without their contacts' doing, so the names are looked at here, a portion of contacts at
//! a time: a request costs as much as it looks at, however many people there are.

use whisper_kit::{Ctx, Result};
use whisper_people::People;
use whisper_schema::prelude::Contact;
use whisper_schema::text::folded;
use whisper_store::{Cursor, Doc, Query};

use crate::list::place;

/// How many contacts are looked at in a round.
const LOOKED_AT: u32 = 500;
/// The most rounds of a request; the next page goes on.
const ROUNDS: usize = 4;

/// Contacts that were found.
pub struct Found {
    /// The contacts, in the order of the list.
    pub items: Vec<Doc<Contact>>,
    /// Where to go on; none at the end.
    pub next: Option<Cursor>,
}

/// Looks for contacts with a name of which a word begins so, from a place on, up to so many.
///
/// # Errors
/// The store's.
pub async fn search(
    ctx: &Ctx,
    me: &str,
    query: Query<Contact>,
    beginning: &str,
    (from, limit): (Option<Cursor>, u32),
) -> Result<Found> {
    let mut found = Found {
        items: Vec::new(),
        next: from,
    };
    for _ in 0..ROUNDS {
        let portion = query.clone().after(found.next.take()).limit(LOOKED_AT);
        let portion = ctx.read(portion.page()).await?;
        let ids = portion.items.iter().map(|one| one.contact_user_id.as_str());
        let people = People::read(ctx, me, ids).await?;
        let left = limit as usize - found.items.len();
        let is_last_round = portion.next.is_none();
        let mut looked_at = portion.items.into_iter();
        let meets = |one: &Doc<Contact>| names(one, &people).any(|name| begins(name, beginning));
        found
            .items
            .extend(looked_at.by_ref().filter(meets).take(left));
        let is_full = found.items.len() == limit as usize;
        let has_more = !is_last_round || looked_at.next().is_some();
        found.next = match (is_full, has_more) {
            (_, false) => None,
            (true, true) => found.items.last().map(place),
            (false, true) => portion.next,
        };
        if is_full || !has_more {
            break;
        }
    }
    Ok(found)
}

/// The names by which the owner knows a contact.
fn names<'a>(contact: &'a Contact, people: &'a People) -> impl Iterator<Item = &'a str> {
    let profile = people.profile(&contact.contact_user_id);
    let shown = profile.map(|profile| [&profile.display_name, &profile.username]);
    let shown = shown.into_iter().flatten().flatten();
    contact.nickname.iter().chain(shown).map(String::as_str)
}

/// Whether this beginning stands in a name at the start of one of its words; it may go on over the words behind.
fn begins(name: &str, beginning: &str) -> bool {
    let name = folded(name);
    let mut before = None;
    name.char_indices().any(|(at, c)| {
        let is_first = before.is_none_or(|before: char| !before.is_alphanumeric());
        before = Some(c);
        is_first && name[at..].starts_with(beginning)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_of_a_name_may_begin_so() {
        for (name, beginning, expected) in [
            ("Aunt Bea", "aunt", true),
            ("Aunt Bea", "bea", true),
            ("Aunt Bea", "aunt b", true),
            ("Aunt Bea", "ea", false),
            ("Aunt Bea", "bea aunt", false),
            ("Jean-Luc", "luc", true),
            ("Élodie", "e\u{301}lo", true),
            ("STRASSE", "strasse", true),
            ("李小龍", "李", true),
            ("(bob)", "bob", true),
            ("", "a", false),
        ] {
            assert_eq!(
                begins(name, &folded(beginning)),
                expected,
                "{name} {beginning}"
            );
        }
    }
}
