//! The question of a search: words, and conditions on the messages that they stand in.

use serde::Deserialize;
use whisper_kit::error::{Error, Result, Rule};
use whisper_schema::prelude::{MessageContentType, SearchEntry, Timestamp};
use whisper_store::{Filter, Query};
use whisper_words::{NoQuestion, Phrase, question};

/// A search.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchFilters {
    /// The words to look for, 1 to 200 characters and at most 30 words: upper and lower case, accents and the like don't matter, all words must
    /// stand in the message, in any order, and the last may be the beginning of one. Words in quotes must stand so.
    #[cfg_attr(not(target_family = "wasm"), schemars(length(min = 1, max = whisper_words::QUESTION_CHARACTERS)))]
    pub query: String,
    /// Only messages of this user.
    pub from: Option<String>,
    /// Only messages of this kind, or copies of such.
    pub kind: Option<MessageContentType>,
    /// Only messages that have it.
    pub has: Option<Has>,
    /// Only messages sent at this time or later.
    pub sent_after: Option<Timestamp>,
    /// Only messages sent before this time.
    pub sent_before: Option<Timestamp>,
}

/// A kind of content by which messages are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Has {
    /// Pictures, films, recordings or files.
    Media,
    /// An address.
    Link,
}

/// A search that is in order.
#[derive(Clone, Debug)]
pub struct Question {
    /// The phrases that must be found.
    pub phrases: Vec<Phrase>,
    filters: SearchFilters,
}

impl Question {
    /// Reads the words of a search.
    ///
    /// # Errors
    /// `invalid_query` for a question that is too long or has no word.
    pub fn new(filters: &SearchFilters) -> Result<Self> {
        let phrases = question(&filters.query).map_err(|wrong| {
            let rule = match wrong {
                NoQuestion::Empty => Rule::Required,
                NoQuestion::TooLong | NoQuestion::TooManyWords => Rule::Size,
            };
            Error::parameter("query", rule, wrong.detail())
        })?;
        Ok(Self {
            phrases,
            filters: filters.clone(),
        })
    }

    /// Asks for the entries of these conversations that answer it.
    pub fn entries<'a>(
        &self,
        conversations: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) -> Query<SearchEntry> {
        let phrases = self.phrases.iter().cloned();
        let words = Filter::matches(SearchEntry::WORDS, conversations, phrases);
        let filters = &self.filters;
        let from = filters
            .from
            .as_deref()
            .map(|user| Filter::eq(SearchEntry::SENDER_ID, user));
        let kind = filters.kind.map(|kind| Filter::eq(SearchEntry::KIND, kind));
        let has = filters.has.map(|has| match has {
            Has::Media => Filter::eq(SearchEntry::HAS_MEDIA, true),
            Has::Link => Filter::eq(SearchEntry::HAS_LINK, true),
        });
        let after = filters
            .sent_after
            .map(|at| Filter::ge(SearchEntry::SENT_AT, at));
        let before = filters
            .sent_before
            .map(|at| Filter::lt(SearchEntry::SENT_AT, at));
        let all = [from, kind, has, after, before].into_iter().flatten();
        let query = Query::new().filter(words).filter(Filter::lasts(now));
        all.fold(query, Query::filter)
    }
}
