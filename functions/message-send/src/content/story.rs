//! Answers to stories.

use serde::Serialize;
use whisper_schema::Body;
use whisper_schema::body::forms::ID;

/// The story that is answered; the answer goes into the direct conversation with its author.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoryReplyDetails {
    /// Id of the story.
    #[field(is = ID)]
    pub story_id: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::testing::{read, taken, wrong};
    use crate::content::{Details, StoryReplyDetails};

    #[test]
    fn story_reply() {
        let base =
            json!({"contentType": "story_reply", "content": "Nice", "metadata": {"storyId": "s1"}});
        taken(&base, &[json!({"content": null, "mediaFileIds": ["f"]})]);
        let details = StoryReplyDetails {
            story_id: "s1".into(),
        };
        assert_eq!(read(&base).unwrap().details, Details::StoryReply(details));
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
