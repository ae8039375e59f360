//! `/v1/stories/{id}/reactions`: one reaction per user.

use serde::{Deserialize, Serialize};
use serde_json::json;
use whisper_kit::page::NoFilters;
use whisper_kit::{Ctx, Error, Reply, Request, Result, Rule, events};
use whisper_schema::prelude::{Column, Document, Profile, Story, StoryReaction, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Order, Patch, Query, StoreError};

use crate::access::{Opened, by_ids, find, open, open_own, reaction_id};
use crate::item::still_active;
use crate::shown::Person;

/// The longest reaction, in characters.
const MAX_REACTION: usize = 50;
/// How often a reaction is tried again when the same user's other device was faster.
const ATTEMPTS: usize = 5;

/// How the caller reacts.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReaction {
    /// An emoji, or a word such as `like`: 1 to 50 characters, without blanks.
    reaction: String,
}

/// A reaction to a story.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(rename = "ShownStoryReaction"))]
#[serde(rename_all = "camelCase")]
pub struct ShownReaction {
    /// The story.
    pub story_id: String,
    /// Who reacted.
    pub user_id: String,
    /// The emoji or word.
    pub reaction: String,
    /// When they first reacted.
    pub created_at: Timestamp,
    /// Who that is; in the author's list alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Person>,
}

impl From<StoryReaction> for ShownReaction {
    fn from(reaction: StoryReaction) -> Self {
        ShownReaction {
            story_id: reaction.story_id,
            user_id: reaction.user_id,
            reaction: reaction.reaction,
            created_at: reaction.created_at,
            user: None,
        }
    }
}

/// Sets the caller's reaction.
///
/// # Errors
/// The one 404; a reaction that is none.
pub async fn put(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let wanted = request.json::<NewReaction>()?.reaction;
    check(&wanted)?;
    let (opened, mut known) = open_mine(&ctx, id).await?;
    let reaction = StoryReaction {
        id: reaction_id(id, &opened.caller.user_id),
        story_id: id.to_owned(),
        user_id: opened.caller.user_id,
        reaction: wanted,
        created_at: Timestamp::AT_COMMIT,
    };
    for _ in 0..ATTEMPTS {
        let outcome = match known {
            None => first(&ctx, reaction.clone(), &opened.story.user_id).await?,
            Some(known) => change(&ctx, known, &reaction.reaction).await?,
        };
        if let Some(reply) = outcome {
            return Ok(reply);
        }
        known = ctx.read(Get::<StoryReaction>::id(&reaction.id)).await?;
    }
    Err(StoreError::Busy.into())
}

/// Whether a text is one emoji or a short word: whatever is short and has no blanks. A closed list
/// would be out of date with every new Unicode version.
fn check(reaction: &str) -> Result<()> {
    let refuse = |rule: Rule, detail: &str| Err(Error::field("reaction", rule, detail));
    if !(1..=MAX_REACTION).contains(&reaction.chars().count()) {
        return refuse(
            Rule::Size,
            &format!("must have 1 to {MAX_REACTION} characters"),
        );
    }
    if reaction
        .chars()
        .any(|c| c.is_whitespace() || c.is_control())
    {
        return refuse(Rule::Format, "must be one emoji or word, without blanks");
    }
    Ok(())
}

async fn open_mine(ctx: &Ctx, id: &str) -> Result<(Opened, Option<Doc<StoryReaction>>)> {
    let user = ctx.caller()?.user_id;
    open(ctx, id, Get::<StoryReaction>::id(reaction_id(id, &user))).await
}

/// Keeps a first reaction and counts it; None if there is one by now.
async fn first(ctx: &Ctx, mut reaction: StoryReaction, author: &str) -> Result<Option<Reply>> {
    let (story, user) = (reaction.story_id.as_str(), reaction.user_id.as_str());
    let one_more = Patch::new().add(Story::REACTION_COUNT, 1);
    let batch = Batch::new()
        .update_if(story, one_more, still_active())
        .insert(&reaction);
    let payload = json!({"storyId": story, "authorId": author});
    let batch = events::append(ctx, batch, "story.reacted", story, Some(user), &payload)?;
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => {
            reaction.created_at = committed.at;
            Reply::created(&ShownReaction::from(reaction)).map(Some)
        }
        Err(error) if error.is_conflict(StoryReaction::COLLECTION, "_id") => Ok(None),
        Err(error) if error.is_conflict(StoryReaction::COLLECTION, "idx_story_user") => Ok(None),
        Err(StoreError::ConditionFailed { .. }) => Err(Error::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Replaces a reaction; None if it is gone by now.
async fn change(ctx: &Ctx, known: Doc<StoryReaction>, wanted: &str) -> Result<Option<Reply>> {
    let mut reaction = known.into_inner();
    if reaction.reaction != wanted {
        let patch = Patch::<StoryReaction>::new().set(StoryReaction::REACTION, wanted);
        match ctx
            .store()
            .await?
            .commit(Batch::new().update(&reaction.id, patch))
            .await
        {
            Ok(_) => {}
            Err(StoreError::ConditionFailed { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    wanted.clone_into(&mut reaction.reaction);
    Reply::ok(&ShownReaction::from(reaction)).map(Some)
}

/// Takes the caller's reaction back; without one nothing happens.
///
/// # Errors
/// The one 404.
pub async fn delete(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let (_, known) = open_mine(&ctx, id).await?;
    let Some(known) = known else {
        return Ok(Reply::no_content());
    };
    let batch = Batch::new()
        .delete::<StoryReaction>(&known.id)
        .increment::<Story>(id, Story::REACTION_COUNT, -1);
    match ctx.store().await?.commit(batch).await {
        // A failed condition: it was taken back at the same time, or the story is being removed.
        Ok(_) | Err(StoreError::ConditionFailed { .. }) => Ok(Reply::no_content()),
        Err(error) => Err(error.into()),
    }
}

/// Lists the reactions to a story, the latest first.
///
/// # Errors
/// The one 404 for everybody but the author; an invalid cursor.
pub async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let window = request.page::<NoFilters>(&ctx).await?;
    let reactions = Query::<StoryReaction>::new()
        .filter(Filter::eq(StoryReaction::STORY_ID, id))
        .order(Order::desc(Column::seq()));
    let (_, page) = open_own(&ctx, id, window.over(reactions).page()).await?;
    let users = page.items.iter().map(|reaction| reaction.user_id.as_str());
    let profiles = ctx.read(by_ids::<Profile>(users)).await?;
    let items = page.items.iter().map(|reaction| ShownReaction {
        user: find(&profiles, &reaction.user_id).map(Person::from),
        ..reaction.value.clone().into()
    });
    let items: Vec<ShownReaction> = items.collect();
    window.reply(&ctx, &page, items).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_one_emoji_or_word() {
        let longest = "x".repeat(50);
        for good in ["👍", "❤️", "👨‍👩‍👧‍👦", "like", "+1", "ß", &longest] {
            assert!(check(good).is_ok(), "{good}");
        }
        let longer = "x".repeat(51);
        for (bad, rule) in [
            ("", "size"),
            (longer.as_str(), "size"),
            ("a b", "format"),
            ("a\n", "format"),
            ("\0", "format"),
        ] {
            let error = check(bad).unwrap_err();
            let seen = error
                .field_errors()
                .first()
                .map(|e| (e.field.as_str(), e.rule.as_str()));
            assert_eq!(seen, Some(("reaction", rule)), "{bad:?}");
        }
    }
}
