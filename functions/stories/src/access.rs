//! Opening a story: whether the caller may know of it, in two statements.

use whisper_kit::auth::Caller;
use whisper_kit::{Ctx, Error, OptionExt, Result};
use whisper_people::audience;
use whisper_schema::prelude::{Ephemeral, Story, StoryAudience};
use whisper_store::{Doc, Get, ReadSet};

/// A story that the caller may see.
pub struct Opened {
    /// The caller.
    pub caller: Caller,
    /// The story.
    pub story: Doc<Story>,
    /// The relation of the caller to its author.
    pub audience: StoryAudience,
}

impl Opened {
    /// Whether it is the caller's own.
    pub fn is_own(&self) -> bool {
        self.audience == StoryAudience::Author
    }
}

/// Opens a story, and reads `more` together with it.
///
/// # Errors
/// The one 404 for a story that isn't there, has expired, isn't for the caller, or is of somebody who doesn't exist
/// for the caller.
pub async fn open<R: ReadSet>(ctx: &Ctx, story_id: &str, more: R) -> Result<(Opened, R::Output)> {
    let caller = ctx.caller()?;
    let (me, now) = (caller.user_id.as_str(), ctx.now());
    let (story, more) = ctx.read((Get::<Story>::id(story_id), more)).await?;
    let story = story.filter(|story| story.stands(now)).or_not_found()?;
    let author = story.user_id.as_str();
    let audience = ctx.read(audience(me, author)).await?.or_not_found()?;
    if !story.is_visible(audience, now) {
        return Err(Error::not_found());
    }
    let opened = Opened {
        caller,
        story,
        audience,
    };
    Ok((opened, more))
}

/// Opens a story of the caller's own, and reads `more` together with it.
///
/// # Errors
/// The one 404 for any other story.
pub async fn open_own<R: ReadSet>(
    ctx: &Ctx,
    story_id: &str,
    more: R,
) -> Result<(Opened, R::Output)> {
    let caller = ctx.caller()?;
    let (story, more) = ctx.read((Get::<Story>::id(story_id), more)).await?;
    let own = |story: &Doc<Story>| story.user_id == caller.user_id && story.stands(ctx.now());
    let story = story.filter(own).or_not_found()?;
    let opened = Opened {
        caller,
        story,
        audience: StoryAudience::Author,
    };
    Ok((opened, more))
}
