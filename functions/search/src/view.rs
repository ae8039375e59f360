//! The answers of a search.

use std::ops::Range;

use serde::Serialize;
use whisper_messages::MessageView;
use whisper_schema::prelude::Message;
use whisper_words::{Phrase, marks};

use crate::texts::texts;

/// A message that a search found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct FoundMessageView {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// Where the words stand, field by field and in their order; no two overlap.
    pub matches: Vec<MatchView>,
}

/// Where a word stands in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct MatchView {
    /// The field, such as `content`, `metadata.fileName` or `metadata.options[0]`.
    pub field: String,
    /// How many characters (code points of Unicode, not bytes or UTF-16 units) stand before it in the field.
    pub start: usize,
    /// How many characters it has.
    pub length: usize,
}

/// Where the phrases stand in a message as it is now; none if it doesn't have them all.
pub fn matches(message: &Message, phrases: &[Phrase]) -> Option<Vec<MatchView>> {
    let texts = texts(message);
    let words: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    let marks = marks(&words, phrases)?;
    let fields = texts.iter().zip(marks);
    let views = fields.flat_map(|(text, marks)| {
        let view = |mark: Range<usize>| MatchView {
            field: text.field.clone(),
            start: mark.start,
            length: mark.len(),
        };
        marks.into_iter().map(view)
    });
    Some(views.collect())
}
