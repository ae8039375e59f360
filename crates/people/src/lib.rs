#![doc = include_str!("../README.md")]

mod beginning;
pub mod bots;
mod consent;
mod contacts;
mod direct;
mod discovery;
mod founding;
mod friends;
pub mod ids;
mod lists;
mod media;
pub mod names;
mod pair;
mod presence;
pub mod privacy;
mod reach;
mod relations;
mod shown;
mod summary;
mod swaps;
pub mod username;
mod visible;

use std::collections::BTreeSet;

use whisper_schema::{Column, Document};
use whisper_store::{Filter, Query};

pub use beginning::{MOST_NAME_CHARACTERS, beginning_of_name};
pub use consent::{Consenting, Consents, consents};
pub use contacts::{ContactView, Kept, Relationship, Talks, contacts_of};
pub use direct::direct_ids;
pub use discovery::{
    address_of, discovery_code, discovery_hash, discovery_salt, unverified, verified,
};
pub use founding::{documents, taken};
pub use friends::{Befriending, friends};
pub use lists::{list_changed, my_conversation_changed, request_accepted};
pub use media::ShownFiles;
pub use pair::{
    Between, Pair, between, block, blocked, blocked_any, blocks, contact, contact_id,
    contact_request_id, following, unblocked,
};
pub use presence::{
    LastSeen, LastSeenRoughly, MOST_DEVICES, PRESENCE_GRACE, PresenceChoices, PresenceSeen,
    Presences, Presenting, in_foreground, live_devices, presence_settings_changed, presence_signal,
    presences, standing,
};
pub use reach::{Reach, Reaching, reach};
pub use relations::{Relating, Relations, relations};
pub use shown::{People, Showing, shown_to, shown_to_all};
pub use summary::{UserSummaryView, UsersView};
pub use swaps::{Swap, Swapped, swaps};
pub use visible::{Audience, Visibility, Visible, audience, in_use, visible};

/// The most ids that one question names: each gives at most so many rows, and so many fit an answer.
const CHUNK: usize = 500;

/// The questions for the documents with these ids, however many; no question where there is no id.
pub fn by_ids<'a, D: Document>(ids: impl IntoIterator<Item = &'a str>) -> Vec<Query<D>> {
    chunks(ids)
        .into_iter()
        .map(|ids| asked(&ids, Filter::is_in(Column::id(), ids.iter().copied())))
        .collect()
}

/// Ids without repetitions, in portions that one question can name.
fn chunks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<Vec<&'a str>> {
    let ids: Vec<&str> = ids
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    ids.chunks(CHUNK).map(<[&str]>::to_vec).collect()
}

/// A question that meets at most one document for each of these ids.
fn asked<D: Document>(ids: &[&str], filter: Filter<D>) -> Query<D> {
    let limit = u32::try_from(ids.len()).unwrap_or(whisper_store::MAX_LIMIT);
    Query::new().filter(filter).limit(limit)
}
