//! Answers to stories.

use whisper_schema::Rule;

use super::fields::{Fields, Need};
use crate::draft::{Draft, Extra};
use whisper_kit::ids::is_id;

/// Words or media about a story; it goes into the direct conversation with its author.
pub(super) fn story_reply(draft: &Draft, fields: &mut Fields<'_, '_>) -> Extra {
    if draft.content.trim().is_empty() && !draft.has_media && fields.clean("content") {
        fields.refuse_outside(
            "content",
            Rule::Required,
            "is required unless there are media",
        );
    }
    match fields.formatted("storyId", Need::Required, is_id, "the id of a story") {
        Some(id) => Extra::StoryReply {
            story_id: id.to_owned(),
        },
        None => Extra::None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::draft::Extra;
    use crate::rules::testing::{read, taken, wrong};

    #[test]
    fn story_reply() {
        let base =
            json!({"contentType": "story_reply", "content": "Nice", "metadata": {"storyId": "s1"}});
        taken(&base, &[json!({"content": null, "mediaFileIds": ["f"]})]);
        assert_eq!(
            read(&base).unwrap().extra,
            Extra::StoryReply {
                story_id: "s1".into()
            }
        );
        wrong(
            &base,
            &[
                ("content", json!(null), ":required"),
                ("metadata", json!(null), ".storyId:required"),
                ("metadata.storyId", json!("a b"), ":format"),
                ("metadata.storyId", json!(1), ":type"),
                ("metadata.stickerId", json!("s"), ":unknown"),
            ],
        );
    }
}
