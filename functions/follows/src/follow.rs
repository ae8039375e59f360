//! `PUT /v1/follows/{userId}`: follows somebody, or changes how.

use serde::Serialize;
use serde_json::{Map, Value, json};
use whisper_kit::events::append;
use whisper_kit::{Code, Ctx, Error, FieldError, Reply, Request, Result};
use whisper_schema::prelude::{Column, Document, Follow, FollowStatus, Timestamp};
use whisper_schema::{Rule, validate_patch};
use whisper_store::{Batch, Doc, Filter, Get, Patch, StoreError};

use crate::people::{blocked, check_visible, follow_id, read, visible};
use crate::view::FollowView;

/// How often it is tried against others who change the same.
const ATTEMPTS: usize = 4;

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

/// Answers 201 when it began now, else 200.
pub async fn follow(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.claims()?.sub, request.id("userId")?);
    let body: Map<String, Value> = request.json_or_default()?;
    check(&body)?;
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    for _ in 0..ATTEMPTS {
        if let Some(reply) = attempt(&ctx, &me, other, &body).await? {
            return Ok(reply);
        }
    }
    let detail = "Too many changed it at the same time. Try again in a moment.";
    Err(Error::new(Code::Unavailable, detail).with_header("retry-after", "1"))
}

/// Reads, decides and commits; none when something changed in between.
async fn attempt(
    ctx: &Ctx,
    me: &str,
    other: &str,
    body: &Map<String, Value>,
) -> Result<Option<Reply>> {
    let id = follow_id(me, other);
    let (them, found) = read(ctx, (visible(me, other), Get::<Follow>::id(&id))).await?;
    check_visible(them)?;
    let began = found.is_none();
    let mut follow = found.map_or_else(|| new(id, me, other), Doc::into_inner);
    let patch = apply(body, &mut follow);
    let batch = if began {
        let what = json!({"followerId": me, "followingId": other});
        append(
            ctx,
            Batch::new().insert(&follow),
            "follow.created",
            other,
            Some(me),
            &what,
        )?
    } else {
        Batch::new().update_if(
            &follow.id,
            patch.clone(),
            Filter::eq(Follow::FOLLOWER_ID, me),
        )
    };
    if began || !patch.is_empty() {
        match ctx
            .store()?
            .commit(batch.expect_none(blocked(me, other)))
            .await
        {
            Ok(committed) if began => follow.created_at = Some(committed.at),
            Ok(_) => {}
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict { .. }) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Reply::json(if began { 201 } else { 200 }, &FollowView::new(&follow, me)).map(Some)
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
