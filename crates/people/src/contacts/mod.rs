//! Contacts, as the owner of the address book keeps them.

mod kept;
mod relationship;
mod talks;
mod view;

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::Contact;
use whisper_store::{Doc, Filter, Query};

use crate::{CHUNK, shown_to};
pub use kept::Kept;
pub use relationship::Relationship;
pub use talks::Talks;
pub use view::ContactView;

/// The contacts that a user keeps about these others, as their GET shows them; none for others who aren't kept. One statement; at most 500
/// others.
///
/// # Errors
/// The store's.
pub async fn contacts_of(ctx: &Ctx, owner: &str, others: &[&str]) -> Result<Vec<ContactView>> {
    let others = &others[..others.len().min(CHUNK)];
    let talks = Talks::of(ctx, owner, others.iter().copied()).await?;
    let kept = Query::<Contact>::new()
        .filter(Filter::eq(Contact::USER_ID, owner))
        .filter(Filter::is_in(
            Contact::CONTACT_USER_ID,
            others.iter().copied(),
        ))
        .filter(Kept::InBook.filter())
        .limit(CHUNK as u32);
    let asked = (
        shown_to(owner, others.iter().copied()),
        kept,
        talks.conversations(),
    );
    let (people, kept, found) = ctx.read(asked).await?;
    let latest = talks.latest(&found);
    let views = kept.into_iter().map(Doc::into_inner).map(|contact| {
        let latest = latest.get(contact.contact_user_id.as_str()).copied();
        ContactView::new(contact, &people, latest)
    });
    Ok(views.collect())
}
