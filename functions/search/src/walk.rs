//! Walks along messages by the documents that point to them: newest first, page by page, each page full though some of the messages
//! are gone or aren't the caller's to see.

use std::collections::BTreeMap;

use whisper_kit::page::Window;
use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{Column, Document, MediaEntry, MentionEntry, SearchEntry};
use whisper_store::{Cursor, Doc, Filter, Order, Query};

/// The most rounds of a walk: a bound on the cost of a page that meets many messages which aren't for the caller.
const ROUNDS: usize = 5;

/// A document that points to a message.
pub trait Pointer: Document {
    /// The column with the message's commit number.
    const POSITION: Column<Self>;

    /// The message's commit number.
    fn position(&self) -> i64;

    /// The message's id.
    fn message(&self) -> &str;

    /// Its conversation's id.
    fn conversation(&self) -> &str;
}

impl Pointer for SearchEntry {
    const POSITION: Column<Self> = SearchEntry::POSITION;

    fn position(&self) -> i64 {
        self.position
    }

    fn message(&self) -> &str {
        &self.id
    }

    fn conversation(&self) -> &str {
        &self.conversation_id
    }
}

impl Pointer for MediaEntry {
    const POSITION: Column<Self> = MediaEntry::POSITION;

    fn position(&self) -> i64 {
        self.position
    }

    fn message(&self) -> &str {
        &self.message_id
    }

    fn conversation(&self) -> &str {
        &self.conversation_id
    }
}

impl Pointer for MentionEntry {
    const POSITION: Column<Self> = MentionEntry::POSITION;

    fn position(&self) -> i64 {
        self.position
    }

    fn message(&self) -> &str {
        &self.message_id
    }

    fn conversation(&self) -> &str {
        &self.conversation_id
    }
}

/// A page of a walk.
#[derive(Debug)]
pub struct Walked<T> {
    /// The finds, newest first.
    pub items: Vec<T>,
    /// Where older ones begin.
    pub next: Option<Cursor>,
    /// Where newer ones end.
    pub previous: Option<Cursor>,
}

/// The direction of a walk, and the place from which it goes on.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// To older messages than this.
    Older(Option<i64>),
    /// To newer ones.
    Newer(i64),
}

impl Way {
    fn of<F>(window: &Window<F>) -> Self {
        match (&window.after, &window.before) {
            (_, Some(before)) => Way::Newer(before.seq),
            (after, None) => Way::Older(after.as_ref().map(|after| after.seq)),
        }
    }

    fn from(self, position: i64) -> Self {
        match self {
            Way::Older(_) => Way::Older(Some(position)),
            Way::Newer(_) => Way::Newer(position),
        }
    }

    /// The query from here on, in the walk's direction.
    fn over<P: Pointer>(self, query: Query<P>) -> Query<P> {
        match self {
            Way::Older(None) => query.order(Order::desc(P::POSITION)),
            Way::Older(Some(from)) => query
                .filter(Filter::lt(P::POSITION, from))
                .order(Order::desc(P::POSITION)),
            Way::Newer(from) => query
                .filter(Filter::gt(P::POSITION, from))
                .order(Order::asc(P::POSITION)),
        }
    }
}

/// Walks along the documents that any of the queries meets. `look` gives the items for the messages that are pointed to, by their ids; the
/// others are passed over.
///
/// # Errors
/// The store's, and those of `look`.
pub async fn walk<P: Pointer, F, T>(
    ctx: &Ctx,
    window: &Window<F>,
    queries: &[Query<P>],
    look: impl AsyncFn(&[Doc<P>]) -> Result<BTreeMap<String, T>>,
) -> Result<Walked<T>> {
    let mut way = Way::of(window);
    let limit = window.limit as usize;
    let mut items: Vec<T> = Vec::new();
    let (mut first, mut more) = (None, true);
    for _ in 0..ROUNDS {
        let (pointers, beyond) = round(ctx, queries, way, limit).await?;
        let mut found = look(&pointers).await?;
        more = beyond;
        for (i, pointer) in pointers.iter().enumerate() {
            first.get_or_insert(pointer.position());
            way = way.from(pointer.position());
            items.extend(found.remove(pointer.message()));
            if items.len() == limit {
                more |= i + 1 < pointers.len();
                break;
            }
        }
        if !more || items.len() == limit {
            break;
        }
    }
    Ok(page(window, items, first, way, more))
}

/// The next pointers, one for each message, and whether there are more.
async fn round<P: Pointer>(
    ctx: &Ctx,
    queries: &[Query<P>],
    way: Way,
    limit: usize,
) -> Result<(Vec<Doc<P>>, bool)> {
    let wanted = u32::try_from(limit + 1).unwrap_or(whisper_store::MAX_LIMIT);
    let asked = queries
        .iter()
        .map(|query| way.over(query.clone()).limit(wanted));
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let mut pointers: Vec<Doc<P>> = found.into_iter().flatten().collect();
    pointers.sort_by_key(|pointer| match way {
        Way::Older(_) => -pointer.position(),
        Way::Newer(_) => pointer.position(),
    });
    pointers.dedup_by_key(|pointer| pointer.position());
    let more = pointers.len() > limit;
    pointers.truncate(limit);
    Ok((pointers, more))
}

fn page<F, T>(
    window: &Window<F>,
    mut items: Vec<T>,
    first: Option<i64>,
    last: Way,
    more: bool,
) -> Walked<T> {
    let at = |position: i64| Cursor {
        values: vec![position.into()],
        seq: position,
    };
    match last {
        Way::Older(last) => Walked {
            items,
            next: last.filter(|_| more).map(at),
            // A walk that began at the newest has nothing before it. Behind the end, the page that led there comes again.
            previous: window
                .after
                .as_ref()
                .map(|after| at(first.unwrap_or(after.seq - 1))),
        },
        Way::Newer(last) => {
            items.reverse();
            let from = window.before.as_ref().map_or(last, |before| before.seq);
            Walked {
                items,
                next: Some(at(first.unwrap_or(from + 1))),
                previous: more.then(|| at(last)),
            }
        }
    }
}
