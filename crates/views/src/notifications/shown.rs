//! Notifications that their user may be shown now.

use whisper_kit::{Ctx, Error, OptionExt, Result};
use whisper_people::{People, UsersView, shown_to};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Column, Notification};
use whisper_store::{Cursor, Doc, Filter, Get, Order, Query};

use super::subject::{Subject, actor, standing};

/// How often a list goes on reading while the notifications that it reads are hidden: so much work one request may make.
pub const READS: usize = 5;

/// Holds for somebody's notifications that haven't expired; whether one may be shown, [`shown`] knows.
pub fn own(user: &str, ctx: &Ctx) -> Filter<Notification> {
    Filter::and([
        Filter::eq(Notification::USER_ID, user),
        Filter::lasts(ctx.now()),
    ])
}

/// Notifications, with the people whom they name.
#[derive(Default)]
pub struct Shown {
    /// Notifications that may be shown, in the order of the query.
    pub items: Vec<Doc<Notification>>,
    /// The people whom they name, and those whom hidden ones do.
    people: People,
}

impl Shown {
    /// The people whom the shown ones name, as an answer lists them.
    pub fn users(&self) -> UsersView {
        let actors = self.items.iter().filter_map(|item| actor(item));
        let named = actors.map(|id| (id.clone(), self.people.summary(&id)));
        UsersView {
            users: named.collect(),
        }
    }
}

/// A user's notifications that may be shown, with the people whom they name; one statement, two where pictures are files.
///
/// # Errors
/// The store's.
pub async fn shown(ctx: &Ctx, user: &str, found: Vec<Doc<Notification>>) -> Result<Shown> {
    if found.is_empty() {
        return Ok(Shown::default());
    }
    let subjects: Vec<Subject> = found.iter().map(|n| Subject::of(n)).collect();
    let actors: Vec<String> = found.iter().filter_map(|n| actor(n)).collect();
    let people = shown_to(user, actors.iter().map(String::as_str));
    let (standing, people) = ctx.read((standing(&subjects, ctx.now()), people)).await?;
    let with_subject = found.into_iter().zip(&subjects);
    let items = with_subject.filter(|(_, subject)| standing.may_show(subject));
    Ok(Shown {
        items: items.map(|(notification, _)| notification).collect(),
        people: people.pictured(ctx).await?,
    })
}

/// One notification of a user's that may be shown.
///
/// # Errors
/// The one 404.
pub async fn one(ctx: &Ctx, user: &str, id: &str) -> Result<Doc<Notification>> {
    let found = ctx.read(Get::<Notification>::id(id)).await?;
    let found = found.filter(|n| n.user_id == user && n.lasts(ctx.now()));
    let found = vec![found.or_not_found()?];
    let shown = shown(ctx, user, found).await?;
    shown.items.into_iter().next().ok_or_else(Error::not_found)
}

/// Walks over a user's notifications that meet a query and may be shown, in portions, until `each` has enough
/// or none is left. Gives whether it came to the end.
///
/// # Errors
/// The store's, and the refusals of `each`.
pub async fn walk(
    ctx: &Ctx,
    user: &str,
    query: Query<Notification>,
    mut each: impl AsyncFnMut(Vec<Doc<Notification>>) -> Result<bool>,
) -> Result<bool> {
    let mut after: Option<Cursor> = None;
    for _ in 0..READS {
        let page = ctx.read(query.clone().after(after.take()).page()).await?;
        let next = page.next.clone();
        let shown = shown(ctx, user, page.items).await?;
        if !each(shown.items).await? {
            return Ok(next.is_none());
        }
        match next {
            Some(next) => after = Some(next),
            None => return Ok(true),
        }
    }
    Ok(false)
}

/// The newest first.
pub fn newest_first(filter: Filter<Notification>) -> Query<Notification> {
    Query::new()
        .filter(filter)
        .order(Order::desc(Column::seq()))
}
