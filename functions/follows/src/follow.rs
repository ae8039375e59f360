//! `PUT /v1/follows/{userId}`: follows somebody, or changes how.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Method, OptionalJson, Reply, Request, Result,
};
use whisper_people::{blocked, visible};
use whisper_schema::body::Changes;
use whisper_schema::prelude::{Follow, Timestamp};
use whisper_schema::{Body, Rule};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::view::FollowView;
use crate::{RATE, follow_id};

/// How to follow; a field that is left out stays, or starts as it does by default.
#[derive(Clone, Debug, Body)]
#[body(changes = Follow, example = r#"{"isCloseFriend": true}"#)]
pub struct FollowSettings {
    /// Whether they count among the caller's close friends; false at first.
    pub is_close_friend: Option<bool>,
    /// Whether to hear of their posts; true at first.
    pub notifications_enabled: Option<bool>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Follows somebody, or changes how.";
    Endpoint::new(Method::PUT, crate::FOLLOW, "follow", summary, follow)
        .reply::<FollowView>(201, "The caller follows them now.")
        .reply::<FollowView>(
            200,
            "The caller followed them already; the fields that were sent are changed.",
        )
        .codes(&[Code::RateLimited])
}

async fn follow(
    ctx: Ctx,
    request: Request,
    OptionalJson(settings): OptionalJson<FollowSettings>,
) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    ctx.retry(async || attempt(&ctx, &me, other, settings.clone()).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    me: &str,
    other: &str,
    settings: FollowSettings,
) -> Result<Attempt<Reply>> {
    let id = follow_id(me, other);
    let (them, found) = ctx
        .read((visible(me, other), Get::<Follow>::id(&id)))
        .await?;
    them.or_not_found()?;
    let began = found.is_none();
    let mut follow = found.map_or_else(|| new(id, me, other), Doc::into_inner);
    let patch = Patch::of(settings.apply(&mut follow));
    if began {
        let what = json!({"followerId": me, "followingId": other});
        let batch = Batch::new().insert(&follow).expect_none(blocked(me, other));
        let batch = append(ctx, batch, "follow.created", other, Some(me), &what)?;
        let Some(committed) = RATE.of_caller(ctx).await?.try_commit(ctx, batch).await? else {
            return Ok(Attempt::Retry);
        };
        follow.created_at = Some(committed.at);
    } else if !patch.is_empty() {
        let batch = Batch::new().update_if(&follow.id, patch, Filter::eq(Follow::FOLLOWER_ID, me));
        if ctx
            .try_commit(batch.expect_none(blocked(me, other)))
            .await?
            .is_none()
        {
            return Ok(Attempt::Retry);
        }
    }
    Reply::json(if began { 201 } else { 200 }, &FollowView::new(&follow, me)).map(Attempt::Done)
}

fn new(id: String, follower: &str, following: &str) -> Follow {
    Follow {
        id,
        follower_id: follower.to_owned(),
        following_id: following.to_owned(),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Follow::default()
    }
}
