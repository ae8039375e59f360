//! `POST /v1/stories`: posts a story.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use whisper_kit::idempotency::{CommitError, Once, Outcome};
use whisper_kit::rate_limit::{self, Limit};
use whisper_kit::{Ctx, Error, FieldError, Reply, Request, Result, events};
use whisper_schema::prelude::{
    Profile, Story, StoryContentType, StoryPrivacy, Timestamp, UserActivity, UserActivityType,
};
use whisper_store::Batch;

use crate::access::{by_ids, find};
use crate::draft;
use crate::shown::ShownStory;

/// Variable: how many stories one user may post per hour; 0 for no limit.
pub const RATE_VARIABLE: &str = "story_rate_per_hour";
const DEFAULT_RATE: u64 = 1000;

/// A new story. A field that is null counts as left out.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(
    dead_code,
    reason = "the shape for the API's document; `draft` reads the body field by field"
)]
pub struct NewStory {
    /// What it shows.
    content_type: StoryContentType,
    /// Where its media is served; http or https. Needed, unless there is a file or it is a text.
    media_url: Option<String>,
    /// File of its media.
    media_file_id: Option<String>,
    /// Where a small picture of it is served; http or https.
    thumbnail_url: Option<String>,
    /// Words on it, at most 500 characters; needed in a text story.
    text: Option<String>,
    /// Colour behind the words, such as `#1f2937`.
    background_color: Option<String>,
    /// Seconds it is shown for: 1 to 60, 5 by default.
    duration: Option<i64>,
    /// Filters applied: a JSON object or list, at most 2,000 characters.
    filters: Option<Value>,
    /// Stickers placed on it: a JSON object or list, at most 2,000 characters.
    stickers: Option<Value>,
    /// Music that goes with it: a JSON object or list, at most 500 characters.
    music: Option<Value>,
    /// Where it was made, in words; at most 200 characters.
    location: Option<String>,
    /// Ids of users it mentions, at most 20.
    mentions: Option<Vec<String>>,
    /// Who may see it; `friends` by default.
    privacy: Option<StoryPrivacy>,
    /// Whether it can be answered; true by default.
    allow_replies: Option<bool>,
    /// Seconds until it vanishes: 60 to 172,800 (48 hours), 86,400 (24 hours) by default.
    expires_in_seconds: Option<i64>,
}

/// Posts a story.
///
/// # Errors
/// What is wrong with the body, all at once; the rate limit.
pub async fn handle(ctx: Ctx, request: Request) -> Result<Reply> {
    let author = ctx.caller()?.user_id;
    let body: Map<String, Value> = request.json()?;
    let once = Once::of(&request, &author, "postStory")?;
    let drafted = draft::draft(body, &ctx.new_id()?, &author, ctx.now());
    let mentioned: &[String] = drafted.as_ref().map_or(&[], |story| &story.mentions);
    let profiles = by_ids::<Profile>(mentioned.iter().map(String::as_str));
    let found = ctx.read(profiles).await?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    let story = drafted.map_err(Error::fields)?;
    let absent = story
        .mentions
        .iter()
        .enumerate()
        .filter(|(_, id)| find(&found, id).is_none());
    let unknown: Vec<FieldError> = absent
        .map(|(i, _)| draft::unknown_mention(i).into())
        .collect();
    if !unknown.is_empty() {
        return Err(Error::fields(unknown));
    }
    let limit = limit(&ctx, &author);
    let batch = limit.count_in(effects(&ctx, &request, &story)?, ctx.now());
    let path = format!("/v1/stories/{}", story.id);
    let reply = Reply::created(&ShownStory::from(story))?.location(&path);
    match once.commit(&ctx, batch, &reply).await {
        Ok(Outcome::Done(_)) => Ok(reply),
        Ok(Outcome::Replayed(reply)) => Ok(reply),
        Err(CommitError::Store(error)) if error.failed_at(rate_limit::LABEL) => {
            Err(limit.refusal(ctx.now()))
        }
        Err(error) => Err(error.into()),
    }
}

fn limit(ctx: &Ctx, author: &str) -> Limit {
    let rate = ctx.config().number(RATE_VARIABLE, DEFAULT_RATE, u64::MAX);
    Limit::new(format!("story:{author}"), rate, 3600)
}

/// Everything that happens when a story is posted.
fn effects(ctx: &Ctx, request: &Request, story: &Story) -> Result<Batch> {
    let batch = Batch::new().insert(story).insert(&activity(
        ctx,
        request,
        &story.user_id,
        UserActivityType::StoryPosted,
        &story.id,
    )?);
    let payload = json!({
        "storyId": story.id,
        "contentType": story.content_type,
        "privacy": story.privacy,
        "mentions": story.mentions,
        "expiresAt": story.expires_at,
    });
    events::append(
        ctx,
        batch,
        "story.posted",
        &story.id,
        Some(&story.user_id),
        &payload,
    )
}

/// That a user did something with a story.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn activity(
    ctx: &Ctx,
    request: &Request,
    user: &str,
    what: UserActivityType,
    story: &str,
) -> Result<UserActivity> {
    ctx.signal();
    Ok(UserActivity {
        id: ctx.new_id()?,
        user_id: user.to_owned(),
        activity_type: what,
        metadata: Some(json!({"storyId": story}).to_string()),
        ip_address: request.client_addr.map(|address| address.to_string()),
        user_agent: request.user_agent(),
        timestamp: Timestamp::AT_COMMIT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_the_fields_that_are_read() {
        let schema = schemars::schema_for!(NewStory).to_value();
        let mut named: Vec<&str> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut read = draft::FIELDS.to_vec();
        read.push(draft::EXPIRES_IN);
        named.sort_unstable();
        read.sort_unstable();
        assert_eq!(named, read);
    }
}
