//! Rules of a new story that the collection's metadata doesn't know.

use serde_json::{Map, Value};
use whisper_kit::ids::is_id;
use whisper_schema::prelude::StoryContentType;
use whisper_schema::validate::is_web_url;
use whisper_schema::{Choice, Rule, Violation};

use super::MAX_MENTIONS;

/// Seconds that one showing may take.
const DURATION: std::ops::RangeInclusive<i64> = 1..=60;

/// What is wrong with a body by these rules.
pub fn rules(body: &Map<String, Value>) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let content_type = text("contentType").and_then(StoryContentType::parse);
    match content_type {
        Some(StoryContentType::Text) if !body.contains_key("text") => {
            wrong.push(violation(
                "text",
                Rule::Required,
                "is required in a text story",
            ));
        }
        Some(StoryContentType::Text) if text("text").is_some_and(|text| text.trim().is_empty()) => {
            wrong.push(violation(
                "text",
                Rule::Size,
                "must have something to read in it",
            ));
        }
        None | Some(StoryContentType::Text) => {}
        Some(kind) if !body.contains_key("mediaUrl") && !body.contains_key("mediaFileId") => {
            let message = format!("or mediaFileId is required in a story of type {kind}");
            wrong.push(violation("mediaUrl", Rule::Required, message));
        }
        Some(_) => {}
    }
    for key in ["mediaUrl", "thumbnailUrl"] {
        if text(key).is_some_and(|url| !is_web_url(url)) {
            wrong.push(violation(key, Rule::Format, "must be an http or https URL"));
        }
    }
    if text("mediaFileId").is_some_and(|id| !is_id(id)) {
        wrong.push(violation(
            "mediaFileId",
            Rule::Format,
            "must be the id of a file",
        ));
    }
    if text("backgroundColor").is_some_and(|color| !is_color(color)) {
        wrong.push(violation(
            "backgroundColor",
            Rule::Format,
            "must be a color such as #1f2937",
        ));
    }
    let duration = body.get("duration").and_then(Value::as_i64);
    if duration.is_some_and(|seconds| !DURATION.contains(&seconds)) {
        wrong.push(violation("duration", Rule::Range, "must be from 1 to 60"));
    }
    wrong.extend(mention_rules(body));
    wrong
}

fn mention_rules(body: &Map<String, Value>) -> Vec<Violation> {
    let Some(mentions) = body.get("mentions").and_then(Value::as_array) else {
        return Vec::new();
    };
    if mentions.len() > MAX_MENTIONS {
        let message = format!("must have at most {MAX_MENTIONS} elements");
        return vec![violation("mentions", Rule::Size, message)];
    }
    let no_id = |value: &Value| value.as_str().is_some_and(|id| !is_id(id));
    let wrong = mentions
        .iter()
        .enumerate()
        .filter(|(_, mention)| no_id(mention));
    wrong.map(|(i, _)| unknown_mention(i)).collect()
}

/// The refusal of a mention of somebody who isn't there; what can't be an id is nobody's.
pub fn unknown_mention(index: usize) -> Violation {
    violation(
        &format!("mentions[{index}]"),
        Rule::Reference,
        "is not a user",
    )
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A field, the rule it breaks, and what it must be.
pub fn violation(field: &str, rule: Rule, message: impl Into<String>) -> Violation {
    Violation {
        field: field.to_owned(),
        rule,
        message: message.into(),
    }
}
