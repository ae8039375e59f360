//! The category and tags that a group is listed under, in one spelling.

use whisper_kit::error::{Error, Result, Rule};
use whisper_schema::Body;
use whisper_schema::body::Distinct;
use whisper_schema::prelude::Conversation;
use whisper_schema::text::folded;

/// Most characters of a category or tag.
const LONGEST: usize = 50;

/// The category and tags of a public group, in place of the ones before.
#[derive(Clone, Debug, Body)]
#[body(of = Conversation, example = r#"{"category": "games", "tags": ["chess", "go"]}"#)]
pub struct PublicTerms {
    /// Category it is listed under, 1 to 50 characters, kept in lower case.
    #[field(size = 1..=50, text = Name)]
    pub category: Option<String>,
    /// Words it is found by, at most 10 of 1 to 50 characters each, kept in lower case.
    #[field(count = 0..=10, size = 1..=50, text = Name)]
    pub tags: Distinct<String>,
}

impl PublicTerms {
    /// The same in the one spelling.
    ///
    /// # Errors
    /// `validation_failed` for one that is too long in it.
    pub fn spelled(self) -> Result<Self> {
        let category = match self.category {
            Some(category) => Some(spelled("category", &category)?),
            None => None,
        };
        let mut tags = Vec::new();
        for (i, tag) in self.tags.iter().enumerate() {
            let tag = spelled(&format!("tags[{i}]"), tag)?;
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Ok(PublicTerms {
            category,
            tags: Distinct(tags),
        })
    }
}

fn spelled(field: &str, word: &str) -> Result<String> {
    let word = key(word);
    match word.chars().count() {
        // Lower case has more characters than some capitals.
        count if count > LONGEST => {
            let detail = format!("must be at most {LONGEST} characters in lower case");
            Err(Error::field(field, Rule::Size, detail))
        }
        _ => Ok(word),
    }
}

/// A category or tag as it is kept and looked for.
pub fn key(word: &str) -> String {
    folded(word.trim())
}
