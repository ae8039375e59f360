//! `PUT /v1/follows/{userId}`: follows somebody, or changes how.

use serde::Serialize;
use serde_json::{Map, Value, json};
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Endpoint, Error, FieldError, Method, Reply, Request, Result};
use whisper_people::{blocked, visible};
use whisper_schema::prelude::{Column, Document, Follow, FollowStatus, Timestamp};
use whisper_schema::{Rule, validate_patch};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::follow_id;
use crate::view::FollowView;

/// How to follow; what is left out stays, or starts as it does by default.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FollowSettings {
    /// Whether they count among the caller's close friends; false at first.
    pub is_close_friend: Option<bool>,
    /// Whether to hear of what they publish; true at first.
    pub notifications_enabled: Option<bool>,
}

const COLUMNS: [(&str, Column<Follow>); 2] = [
    ("isCloseFriend", Follow::IS_CLOSE_FRIEND),
    ("notificationsEnabled", Follow::NOTIFICATIONS_ENABLED),
];

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        crate::FOLLOW,
        "follow",
        "Follows somebody, or changes how.",
        follow,
    )
    .optional_body::<FollowSettings>()
    .reply::<FollowView>(201, "The caller follows them now.")
    .reply::<FollowView>(
        200,
        "The caller followed them already; what was sent is changed.",
    )
}

async fn follow(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    let body: Map<String, Value> = request.json_or_default()?;
    check(&body)?;
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    ctx.retry(async || attempt(&ctx, &me, other, &body).await)
        .await
}

async fn attempt(
    ctx: &Ctx,
    me: &str,
    other: &str,
    body: &Map<String, Value>,
) -> Result<Attempt<Reply>> {
    let id = follow_id(me, other);
    let (them, found) = ctx
        .read((visible(me, other), Get::<Follow>::id(&id)))
        .await?;
    them.or_not_found()?;
    let began = found.is_none();
    let mut follow = found.map_or_else(|| new(id, me, other), Doc::into_inner);
    let patch = apply(body, &mut follow);
    let batch = if began {
        let what = json!({"followerId": me, "followingId": other});
        let batch = Batch::new().insert(&follow);
        append(ctx, batch, "follow.created", other, Some(me), &what)?
    } else {
        let mine = Filter::eq(Follow::FOLLOWER_ID, me);
        Batch::new().update_if(&follow.id, patch.clone(), mine)
    };
    if began || !patch.is_empty() {
        let batch = batch.expect_none(blocked(me, other));
        let Some(committed) = ctx.try_commit(batch).await? else {
            return Ok(Attempt::Retry);
        };
        if began {
            follow.created_at = Some(committed.at);
        }
    }
    let status = if began { 201 } else { 200 };
    Reply::json(status, &FollowView::new(&follow, me)).map(Attempt::Done)
}

fn new(id: String, follower: &str, following: &str) -> Follow {
    Follow {
        id,
        follower_id: follower.to_owned(),
        following_id: following.to_owned(),
        status: FollowStatus::Accepted,
        is_close_friend: false,
        notifications_enabled: true,
        created_at: Some(Timestamp::AT_COMMIT),
    }
}

/// Tells everything that is wrong with the body at once.
fn check(body: &Map<String, Value>) -> Result<()> {
    let known = |key: &str| COLUMNS.iter().any(|(column, _)| *column == key);
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut fields = body.clone();
    fields.retain(|key, _| {
        if !known(key) && wrong.len() < 20 {
            let shown: String = key.chars().take(64).collect();
            wrong.push(FieldError::new(
                shown,
                Rule::Unknown,
                "is not a field of this body",
            ));
        }
        known(key)
    });
    wrong.extend(
        validate_patch(Follow::COLLECTION, &fields)
            .into_iter()
            .map(FieldError::from),
    );
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(wrong))
    }
}

/// Applies what the body says; gives the change of what was there.
fn apply(body: &Map<String, Value>, follow: &mut Follow) -> Patch<Follow> {
    let mut patch = Patch::new();
    for (key, column) in COLUMNS {
        let Some(value) = body.get(key).and_then(Value::as_bool) else {
            continue;
        };
        let field = match key {
            "isCloseFriend" => &mut follow.is_close_friend,
            _ => &mut follow.notifications_enabled,
        };
        if *field != value {
            *field = value;
            patch = patch.set(column, value);
        }
    }
    patch
}
