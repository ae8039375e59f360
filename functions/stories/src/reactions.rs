//! `/v1/stories/{storyId}/reactions`: one reaction per user.

use serde::Serialize;
use serde_json::json;
use whisper_kit::page::{Listing, Window};
use whisper_kit::rate_limit::Rate;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result, events};
use whisper_people::{People, UserSummaryView};
use whisper_schema::body::Form;
use whisper_schema::prelude::{Column, Story, StoryReaction, Timestamp};
use whisper_schema::{Body, emoji};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query};
use whisper_views::stories::reaction_id;

use crate::access::{Opened, open, open_own};
use crate::one::lasts;

const REACTIONS: &str = "/v1/stories/{storyId}/reactions";

/// Reactions that one user may set, first ones and others.
pub const REACTING: Rate = Rate::per_hour("story reaction", "story_reaction_rate_per_hour", 600);

/// One emoji, by the rule for all emoji, or a short word.
const REACTION: Form = Form {
    valid: is_reaction,
    must_be: "one emoji, or a word of letters, digits, '+', '-' and '_'",
    pattern: None,
    format: None,
};

/// How the caller reacts.
#[derive(Debug, Body)]
#[body(example = r#"{"reaction": "👍"}"#)]
pub struct NewReaction {
    /// An emoji, or a word such as `like`.
    #[field(size = 1..=50, is = REACTION, text = Name)]
    reaction: String,
}

/// A reaction to a story.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StoryReactionView {
    /// The story.
    pub story_id: String,
    /// The user who reacted.
    pub user_id: String,
    /// The emoji or word.
    pub reaction: String,
    /// When they first reacted.
    pub created_at: Timestamp,
    /// A summary of that user; in the author's list alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserSummaryView>,
}

impl From<StoryReaction> for StoryReactionView {
    fn from(reaction: StoryReaction) -> Self {
        StoryReactionView {
            story_id: reaction.story_id,
            user_id: reaction.user_id,
            reaction: reaction.reaction,
            created_at: reaction.created_at,
            user: None,
        }
    }
}

/// The endpoint that sets the caller's reaction.
pub fn put_endpoint() -> Endpoint {
    let summary = "Sets the caller's reaction.";
    Endpoint::new(Method::PUT, REACTIONS, "reactToStory", summary, put)
        .reply::<StoryReactionView>(200, "It took the place of another one")
        .reply::<StoryReactionView>(201, "The caller's first reaction, counted")
        .codes(&[Code::RateLimited])
}

/// The endpoint that takes the caller's reaction back.
pub fn delete_endpoint() -> Endpoint {
    let summary = "Takes the caller's reaction back.";
    Endpoint::new(Method::DELETE, REACTIONS, "unreactToStory", summary, delete)
        .reply_empty(204, "There is no reaction of the caller's")
}

/// The endpoint that lists the reactions.
pub fn list_endpoint() -> Endpoint {
    let summary = "Lists the reactions to a story of the caller's own, the latest first.";
    Endpoint::new(Method::GET, REACTIONS, "listStoryReactions", summary, list).reply::<Listing<
        StoryReactionView,
    >>(
        200,
        "A page of reactions",
    )
}

async fn put(ctx: Ctx, request: Request, Json(wanted): Json<NewReaction>) -> Result<Reply> {
    let id = request.id("storyId")?;
    // An emoji has one form, typed on any keyboard.
    let wanted = emoji::emoji(&wanted.reaction).unwrap_or(wanted.reaction);
    ctx.retry(async || {
        let (opened, known) = open_mine(&ctx, id).await?;
        match known {
            None => first(&ctx, &opened, &wanted).await,
            Some(known) => change(&ctx, known.into_inner(), &wanted).await,
        }
    })
    .await
}

fn is_reaction(text: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '_');
    emoji::is_emoji(text) || text.chars().all(is_of_word)
}

async fn open_mine(ctx: &Ctx, id: &str) -> Result<(Opened, Option<Doc<StoryReaction>>)> {
    let user = ctx.caller()?.user_id;
    open(ctx, id, Get::<StoryReaction>::id(reaction_id(id, &user))).await
}

/// Keeps a first reaction and counts it.
async fn first(ctx: &Ctx, opened: &Opened, wanted: &str) -> Result<Attempt<Reply>> {
    let (story, user) = (&opened.story.id, opened.caller.user_id.as_str());
    let mut reaction = StoryReaction {
        id: reaction_id(story, user),
        story_id: story.clone(),
        user_id: user.to_owned(),
        reaction: wanted.to_owned(),
        created_at: Timestamp::AT_COMMIT,
    };
    let one_more = Patch::new().add(Story::REACTION_COUNT, 1);
    let batch = Batch::new()
        .update_if(story, one_more, lasts())
        .insert(&reaction);
    let payload = json!({"storyId": story, "authorId": opened.story.user_id});
    let batch = events::append(ctx, batch, "story.reacted", story, Some(user), &payload)?;
    let rate = REACTING.of_caller(ctx).await?;
    let Some(committed) = rate.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    reaction.created_at = committed.at;
    Reply::created(&StoryReactionView::from(reaction)).map(Attempt::Done)
}

/// Replaces a reaction.
async fn change(ctx: &Ctx, mut reaction: StoryReaction, wanted: &str) -> Result<Attempt<Reply>> {
    if reaction.reaction != wanted {
        let patch = Patch::<StoryReaction>::new().set(StoryReaction::REACTION, wanted);
        let batch = Batch::new().update(&reaction.id, patch);
        let rate = REACTING.of_caller(ctx).await?;
        if rate.try_commit(ctx, batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
    }
    wanted.clone_into(&mut reaction.reaction);
    Reply::ok(&StoryReactionView::from(reaction)).map(Attempt::Done)
}

/// Takes the caller's reaction back; without one nothing happens.
async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("storyId")?;
    if let (_, Some(known)) = open_mine(&ctx, id).await? {
        let batch = Batch::new()
            .delete::<StoryReaction>(&known.id)
            .increment::<Story>(id, Story::REACTION_COUNT, -1);
        // None where it was taken back at the same time, or the story is being removed.
        ctx.try_commit(batch).await?;
    }
    Ok(Reply::no_content())
}

async fn list(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let id = request.id("storyId")?;
    let reactions = Query::<StoryReaction>::new()
        .filter(Filter::eq(StoryReaction::STORY_ID, id))
        .order(Order::desc(Column::seq()));
    let (opened, page) = open_own(&ctx, id, window.over(reactions).page()).await?;
    let users = page.items.iter().map(|reaction| reaction.user_id.as_str());
    let people = People::read(&ctx, &opened.caller.user_id, users).await?;
    let items = page.items.iter().map(|reaction| StoryReactionView {
        user: Some(people.summary(&reaction.user_id)),
        ..reaction.value.clone().into()
    });
    window.reply(&ctx, &page, items.collect()).await
}

#[cfg(test)]
mod tests {
    use whisper_schema::body;

    use super::*;

    #[test]
    fn a_reaction_is_one_emoji_or_word() {
        let read = |reaction: &str| {
            let sent = json!({"reaction": reaction});
            body::read::<NewReaction>(sent.as_object().unwrap())
        };
        let longest = "x".repeat(50);
        for good in ["👍", "❤️", "👨‍👩‍👧‍👦", "like", "+1", "ß", &longest] {
            assert!(read(good).is_ok(), "{good}");
        }
        let longer = "x".repeat(51);
        for (bad, rule) in [
            ("", "required"),
            ("\u{200B}", "required"),
            ("\u{1}", "required"),
            ("a\u{1B}", "format"),
            ("a\u{202E}b", "format"),
            (longer.as_str(), "size"),
            ("a b", "format"),
            ("a\n", "format"),
            ("👍👍", "format"),
            ("👍like", "format"),
            ("🇽🇽", "format"),
            ("!", "format"),
        ] {
            let wrong = &read(bad).unwrap_err()[0];
            let seen = (wrong.field.as_str(), wrong.rule.as_str());
            assert_eq!(seen, ("reaction", rule), "{bad:?}");
        }
    }
}
