//! Stories as the API shows them.

use serde::Serialize;
use serde_json::Value;
use whisper_files::MediaView;
use whisper_people::{People, UserSummaryView, UsersView};
use whisper_schema::prelude::{Story, StoryContentType, StoryPrivacy, Timestamp};

/// A story as its reader gets it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StoryPostView {
    /// Id of the story.
    pub id: String,
    /// User who posted it.
    pub user_id: String,
    /// Its kind.
    pub content_type: StoryContentType,
    /// Where its media is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// File of its media.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_file_id: Option<String>,
    /// That file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaView>,
    /// Where a small picture of it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// Words on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Colour behind the words, such as `#1f2937`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Seconds it is shown for.
    pub duration: i64,
    /// Filters applied: a JSON object or list of the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("type" = ["object", "array"], "items" = serde_json::json!({}), "additionalProperties" = serde_json::json!({}))))]
    pub filters: Option<Value>,
    /// Stickers placed on it: a JSON object or list of the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("type" = ["object", "array"], "items" = serde_json::json!({}), "additionalProperties" = serde_json::json!({}))))]
    pub stickers: Option<Value>,
    /// Music that goes with it: a JSON object or list of the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(target_family = "wasm"), schemars(extend("type" = ["object", "array"], "items" = serde_json::json!({}), "additionalProperties" = serde_json::json!({}))))]
    pub music: Option<Value>,
    /// Where it was made, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Users it mentions.
    pub mentions: Vec<String>,
    /// The latest users who saw it, at most 100: for the author alone, in `GET /v1/stories/{storyId}`.
    pub viewer_ids: Vec<String>,
    /// Number of users who saw it, without the author.
    pub view_count: i64,
    /// Number of users who reacted.
    pub reaction_count: i64,
    /// Number of answers.
    pub reply_count: i64,
    /// Number of times it was passed on.
    pub share_count: i64,
    /// Its audience.
    pub privacy: StoryPrivacy,
    /// Whether it can be answered.
    pub allow_replies: bool,
    /// When it vanishes.
    pub expires_at: Timestamp,
    /// When it was posted.
    pub created_at: Timestamp,
    /// Whether the caller has seen it; never true for one's own.
    pub viewed: bool,
    /// The caller's reaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub my_reaction: Option<String>,
    /// The user who posted it.
    pub author: UserSummaryView,
}

/// One story, with the people whom it names.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct StoryAnswerView {
    /// The story.
    #[serde(flatten)]
    pub story: StoryPostView,
    /// The people.
    #[serde(flatten)]
    pub users: UsersView,
}

/// The JSON of the client's in a stored text; none if it isn't JSON, which only another writer can have done.
fn client_json(text: Option<&str>) -> Option<Value> {
    serde_json::from_str(text?).ok()
}

/// Everybody whom a story names: its author, and those whom it mentions.
pub fn named(story: &Story) -> impl Iterator<Item = &str> {
    let mentions = story.mentions.iter().map(String::as_str);
    mentions.chain([story.user_id.as_str()])
}

impl StoryPostView {
    /// The story as somebody sees it who hasn't seen it before. Its file was read with the people.
    pub fn new(story: Story, people: &People) -> Self {
        StoryPostView {
            author: people.summary(&story.user_id),
            media: people.file(story.media_file_id.as_deref()),
            filters: client_json(story.filters.as_deref()),
            stickers: client_json(story.stickers.as_deref()),
            music: client_json(story.music.as_deref()),
            id: story.id,
            user_id: story.user_id,
            content_type: story.content_type,
            media_url: story.media_url,
            media_file_id: story.media_file_id,
            thumbnail_url: story.thumbnail_url,
            text: story.text,
            background_color: story.background_color,
            duration: story.duration,
            location: story.location,
            mentions: story.mentions,
            viewer_ids: Vec::new(),
            view_count: story.view_count,
            reaction_count: story.reaction_count,
            reply_count: story.reply_count,
            share_count: story.share_count,
            privacy: story.privacy,
            allow_replies: story.allow_replies,
            expires_at: story.expires_at,
            created_at: story.created_at.unwrap_or_default(),
            viewed: false,
            my_reaction: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use whisper_schema::prelude::Document;

    use super::*;

    #[test]
    fn nothing_of_a_story_is_lost() {
        let story = Story {
            media_url: Some("https://a.example".into()),
            media_file_id: Some("f".into()),
            thumbnail_url: Some("https://b.example".into()),
            text: Some("t".into()),
            background_color: Some("#000000".into()),
            filters: Some("[1]".into()),
            stickers: Some("[2]".into()),
            music: Some("{}".into()),
            location: Some("Oslo".into()),
            created_at: Some(Timestamp::from_millis(0)),
            viewer_ids: vec!["v".into()],
            ..Story::default()
        };
        let shown = serde_json::to_value(StoryPostView::new(story, &People::default())).unwrap();
        for attribute in Story::COLLECTION.attributes {
            assert!(shown.get(attribute.key).is_some(), "{}", attribute.key);
        }
        assert_eq!(
            shown["viewerIds"],
            serde_json::json!([]),
            "unless the author asks"
        );
        assert_eq!(shown["filters"], serde_json::json!([1]));
    }

    #[test]
    fn a_text_that_is_no_json_is_left_out() {
        let json = Some(serde_json::json!({"a": 1}));
        assert_eq!(client_json(Some("{\"a\":1}")), json);
        assert_eq!((client_json(Some("{")), client_json(None)), (None, None));
    }
}
