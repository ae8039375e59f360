//! Ids of the documents that a viewer has of a story, and documents by their ids.

use std::collections::BTreeMap;

use whisper_kit::ids::derived_id;
use whisper_schema::prelude::Document;
use whisper_store::Doc;

/// Documents by their ids.
pub fn by_id<D: Document>(found: Vec<Vec<Doc<D>>>) -> BTreeMap<String, D> {
    let found = found.into_iter().flatten().map(Doc::into_inner);
    found.map(|doc| (doc.id().to_owned(), doc)).collect()
}

/// Id of the one view of a story by a user.
pub fn view_id(story: &str, viewer: &str) -> String {
    derived_id(&["story view", story, viewer])
}

/// Id of the one reaction of a user to a story.
pub fn reaction_id(story: &str, user: &str) -> String {
    derived_id(&["story reaction", story, user])
}
