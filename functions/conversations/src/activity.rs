//! Conversations in the order of their last activity.
//!
//! Activity is the newest message, or the making of a conversation that has none yet. As no column
//! holds it, those with messages and those without are asked for apart and merged here; both sort by
//! time, then by the commit order, so one cursor serves both.

use whisper_schema::prelude::{Column, Conversation, Timestamp};
use whisper_store::{Cursor, Doc, Filter, Order, Page, Query};

/// Most ids that one query takes.
const CHUNK: usize = 1000;

/// Which part of the list is wanted.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Where it starts; the beginning if there is neither.
    pub after: Option<Cursor>,
    /// Where it ends.
    pub before: Option<Cursor>,
    /// Most conversations.
    pub limit: u32,
}

/// The queries that together find that part of these conversations.
pub fn queries(ids: &[String], part: &Part) -> Vec<Query<Conversation>> {
    ids.chunks(CHUNK)
        .flat_map(|ids| [talked(ids, part), silent(ids, part)])
        .collect()
}

fn talked(ids: &[String], part: &Part) -> Query<Conversation> {
    some(ids, part)
        .filter(Filter::is_not_null(Conversation::LAST_MESSAGE_AT))
        .order(Order::desc(Conversation::LAST_MESSAGE_AT))
}

fn silent(ids: &[String], part: &Part) -> Query<Conversation> {
    some(ids, part)
        .filter(Filter::is_null(Conversation::LAST_MESSAGE_AT))
        .order(Order::desc(Conversation::CREATED_AT))
}

fn some(ids: &[String], part: &Part) -> Query<Conversation> {
    let query = Query::new()
        .filter(Filter::is_in(Column::id(), ids.iter().map(String::as_str)))
        // One more than wanted tells whether there are more.
        .limit(part.limit + 1);
    match (&part.before, &part.after) {
        (Some(before), _) => query.before(before.clone()),
        (None, after) => query.after(after.clone()),
    }
}

/// When a conversation was last active.
pub fn last_active(conversation: &Conversation) -> Timestamp {
    conversation
        .last_message_at
        .or(conversation.created_at)
        .unwrap_or_default()
}

/// The wanted part of what the queries found.
pub fn merge(found: Vec<Vec<Doc<Conversation>>>, part: &Part) -> Page<Conversation> {
    let limit = part.limit as usize;
    let mut items: Vec<_> = found.into_iter().flatten().collect();
    items.sort_by_key(|c| std::cmp::Reverse((last_active(c), c.seq)));
    let more = items.len() > limit;
    let (has_previous, has_next) = match (&part.before, &part.after) {
        (Some(_), _) => (more, true),
        (None, Some(_)) => (true, more),
        (None, None) => (false, more),
    };
    if part.before.is_some() {
        items.drain(..items.len().saturating_sub(limit));
    } else {
        items.truncate(limit);
    }
    let cursor = |doc: &Doc<Conversation>| Cursor {
        values: vec![last_active(doc).into()],
        seq: doc.seq,
    };
    let (first, last) = (items.first().map(cursor), items.last().map(cursor));
    Page {
        items,
        next: last.clone().filter(|_| has_next),
        previous: first.clone().filter(|_| has_previous),
        first,
        last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A conversation made at `made`, with its newest message at `talked`.
    fn conversation(seq: i64, made: i64, talked: Option<i64>) -> Doc<Conversation> {
        let value = Conversation {
            id: format!("c{seq}"),
            created_at: Some(Timestamp::from_millis(made)),
            last_message_at: talked.map(Timestamp::from_millis),
            ..Conversation::default()
        };
        Doc {
            value,
            revision: 1,
            seq,
        }
    }

    fn ids(page: &Page<Conversation>) -> Vec<&str> {
        page.items.iter().map(|c| c.id.as_str()).collect()
    }

    fn found() -> Vec<Vec<Doc<Conversation>>> {
        let talked = vec![conversation(1, 10, Some(90)), conversation(3, 30, Some(50))];
        let silent = vec![conversation(4, 60, None), conversation(2, 50, None)];
        vec![talked, silent]
    }

    #[test]
    fn silent_ones_stand_where_they_were_made() {
        let page = merge(
            found(),
            &Part {
                limit: 9,
                ..Part::default()
            },
        );
        assert_eq!(
            ids(&page),
            ["c1", "c4", "c3", "c2"],
            "the later commit first where times are equal"
        );
        assert_eq!((page.next, page.previous), (None, None));
    }

    #[test]
    fn a_part_says_whether_there_is_more_on_either_side() {
        let cursor = Cursor {
            values: vec![Timestamp::from_millis(95).into()],
            seq: 9,
        };
        let first = merge(
            found(),
            &Part {
                limit: 3,
                ..Part::default()
            },
        );
        assert_eq!(ids(&first), ["c1", "c4", "c3"]);
        assert_eq!(first.previous, None);
        assert_eq!(
            first.next,
            Some(Cursor {
                values: vec![Timestamp::from_millis(50).into()],
                seq: 3
            })
        );
        let later = merge(
            found(),
            &Part {
                after: Some(cursor.clone()),
                limit: 4,
                ..Part::default()
            },
        );
        assert_eq!(
            (later.next.is_some(), later.previous.is_some()),
            (false, true)
        );
        let earlier = merge(
            found(),
            &Part {
                before: Some(cursor),
                limit: 2,
                ..Part::default()
            },
        );
        assert_eq!(ids(&earlier), ["c3", "c2"], "the nearest to the cursor");
        assert_eq!(
            (earlier.next.is_some(), earlier.previous.is_some()),
            (true, true)
        );
    }

    #[test]
    fn nothing_found_is_an_empty_page() {
        let page = merge(
            Vec::new(),
            &Part {
                limit: 3,
                ..Part::default()
            },
        );
        assert_eq!(
            (page.items.len(), page.next, page.previous),
            (0, None, None)
        );
    }
}
