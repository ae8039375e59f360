//! Messages that are to be removed, and which of them go in which commit.

use std::collections::BTreeMap;

use whisper_kit::{Ctx, Result};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Column, Message, MessageExpiry, Timestamp};
use whisper_store::{Doc, Filter, Order, Query};

/// A message whose end has come.
#[derive(Clone, Debug)]
pub struct Due {
    /// Id of the message.
    pub id: String,
    /// The message; none where it is gone already, or lasts after all: then only its end is forgotten.
    pub message: Option<Message>,
}

impl Due {
    /// How many rows of one kind go with it, about.
    fn weight(&self) -> u64 {
        let mentions = self.message.as_ref().map_or(0, |m| m.mentions.len());
        1 + mentions as u64
    }
}

/// The ends that have come, the longest ago first.
pub fn ends(now: Timestamp, limit: u32) -> Query<MessageExpiry> {
    Query::new()
        .filter(Filter::le(MessageExpiry::EXPIRES_AT, now))
        .order(Order::asc(MessageExpiry::EXPIRES_AT))
        .limit(limit)
}

/// The messages of these ends.
///
/// # Errors
/// The store's.
pub async fn messages(ctx: &Ctx, ends: &[Doc<MessageExpiry>], limit: u32) -> Result<Vec<Due>> {
    let ids = ends.iter().map(|end| end.id.as_str());
    let query = Query::<Message>::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(limit);
    let found = ctx.read(query).await?.into_iter().map(Doc::into_inner);
    let mut found: BTreeMap<String, Message> = found
        .filter(|message| !message.lasts(ctx.now()))
        .map(|message| (message.id.clone(), message))
        .collect();
    let due = ends.iter().map(|end| Due {
        id: end.id.clone(),
        message: found.remove(&end.id),
    });
    Ok(due.collect())
}

/// Messages in their order, in packs with so many rows of one kind at most, give or take the rows of one message.
pub fn packs(due: Vec<Due>, rows: u64) -> Vec<Vec<Due>> {
    let mut packs: Vec<Vec<Due>> = Vec::new();
    let mut room = 0;
    for one in due {
        match packs.last_mut() {
            Some(pack) if one.weight() <= room => {
                room -= one.weight();
                pack.push(one);
            }
            _ => {
                room = rows.saturating_sub(one.weight());
                packs.push(vec![one]);
            }
        }
    }
    packs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_filled_and_never_overfilled() {
        let due = |mentions: usize| Due {
            id: mentions.to_string(),
            message: Some(Message {
                mentions: vec![String::new(); mentions],
                ..Message::default()
            }),
        };
        for (mentions, expected) in [
            (vec![], vec![]),
            (vec![0; 10], vec![10]),
            (vec![0; 11], vec![10, 1]),
            (vec![4, 4, 0], vec![2, 1]),
            (vec![0, 100, 0], vec![1, 1, 1]),
        ] {
            let packs = packs(mentions.iter().copied().map(due).collect(), 10);
            let sizes: Vec<usize> = packs.iter().map(Vec::len).collect();
            assert_eq!(sizes, expected, "{mentions:?}");
        }
    }
}
