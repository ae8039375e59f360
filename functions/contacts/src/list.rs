//! `GET /v1/contacts`: the caller's contacts.

use serde::Deserialize;
use whisper_kit::page::{Listing, Window};
use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::{ContactView, Kept, Relationship, Talks, beginning_of_name, shown_to};
use whisper_schema::Rule;
use whisper_schema::prelude::{Column, Contact, ContactRelationship};
use whisper_schema::text::composed;
use whisper_store::{Doc, Filter, Order, Query};

use crate::search::search;

/// Filters of the list: a contact is listed where all that are given hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Which {
    /// Favourites alone, or the others alone; all if not said.
    pub favorite: Option<bool>,
    /// Contacts of this relation.
    pub relationship: Option<Relationship>,
    /// Contacts with this tag.
    pub tag: Option<String>,
    /// Contacts with a name (the caller's for them, display name, user name) of which a word begins so, upper and
    /// lower case alike; 1 to 100 characters. Not together with `before`. A page may have fewer than `limit`, and go on.
    #[cfg_attr(
        not(target_family = "wasm"),
        schemars(length(min = 1, max = whisper_people::MOST_NAME_CHARACTERS), regex(pattern = r"^\s*\S"))
    )]
    pub query: Option<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/contacts",
        "listContacts",
        "The caller's contacts: the favourites on top, those added last first. People who are only blocked aren't among them.",
        list,
    )
    .reply::<Listing<ContactView>>(200, "A page of contacts.")
}

impl Which {
    /// The contacts of a user, in their order.
    fn of(&self, user: &str) -> Query<Contact> {
        let wanted = [
            self.favorite
                .map(|favorite| Filter::eq(Contact::IS_FAVORITE, favorite)),
            self.relationship.map(|relationship| {
                Filter::eq(
                    Contact::RELATIONSHIP,
                    ContactRelationship::from(relationship),
                )
            }),
            self.tag
                .as_ref()
                .map(|tag| Filter::contains(Contact::TAGS, composed(tag).into_owned())),
        ];
        let all = Query::new()
            .filter(Filter::eq(Contact::USER_ID, user))
            .filter(Kept::InBook.filter())
            .order(Order::desc(Contact::IS_FAVORITE))
            .order(Order::desc(Column::seq()));
        wanted.into_iter().flatten().fold(all, Query::filter)
    }

    /// The beginning of a name, as names are compared.
    fn beginning(&self) -> Result<Option<String>> {
        let Some(query) = &self.query else {
            return Ok(None);
        };
        beginning_of_name(query).map(Some)
    }
}

async fn list(ctx: Ctx, _: Request, window: Window<Which>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let query = window.filters.of(&me);
    let (contacts, next, previous) = match window.filters.beginning()? {
        None => {
            let page = ctx.read(window.over(query).page()).await?;
            (page.items, page.next, page.previous)
        }
        Some(_) if window.before.is_some() => {
            let detail = "can't go together with query";
            return Err(Error::parameter("before", Rule::Range, detail));
        }
        Some(beginning) => {
            let part = (window.after.clone(), window.limit);
            let found = search(&ctx, &me, query, &beginning, part).await?;
            (found.items, found.next, None)
        }
    };
    let items = views(&ctx, &me, contacts).await?;
    window
        .reply_between(&ctx, items, next.as_ref(), previous.as_ref())
        .await
}

/// The contacts as they are shown.
async fn views(ctx: &Ctx, me: &str, contacts: Vec<Doc<Contact>>) -> Result<Vec<ContactView>> {
    let ids = || {
        contacts
            .iter()
            .map(|contact| contact.contact_user_id.as_str())
    };
    let direct = Talks::of(ctx, me, ids()).await?;
    let read = (shown_to(me, ids()), direct.conversations());
    let (people, talks) = ctx.read(read).await?;
    let people = people.pictured(ctx).await?;
    let latest = direct.latest(&talks);
    let views = contacts.into_iter().map(|contact| {
        let at = latest.get(contact.contact_user_id.as_str()).copied();
        ContactView::new(contact.into_inner(), &people, at)
    });
    Ok(views.collect())
}
