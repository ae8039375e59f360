//! `PUT /v1/realtime/watched`: the people whose presence the streams of this session hear of, beside the user's contacts.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::ids::derived_id;
use whisper_kit::rate_limit::Rate;
use whisper_kit::{Code, Ctx, Endpoint, Json, Method, Reply, Request, Result, ResultExt};
use whisper_people::Kept;
use whisper_schema::Body;
use whisper_schema::body::forms;
use whisper_schema::prelude::{Contact, PresenceWatch, Signal, SignalKind};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

/// How often one user may change whom they watch, per minute.
pub const CHANGES: Rate = Rate::per_minute("watch", "watch_rate_per_minute", 60);

/// The most people whom a session watches.
const MOST: usize = 200;
/// How long they are watched after they were set, in milliseconds: a day. A stream that opens in its second half begins it anew.
const LIFETIME: i64 = 24 * 60 * 60 * 1000;
/// How long streams hear of a change, in milliseconds.
const SIGNAL_LIFETIME: i64 = 5 * 60 * 1000;

/// The people to watch, in the place of those before.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"userIds": ["01a2077f-6f27-7adc-b3a2-9485aa79bec2"]}"#)]
pub struct Watched {
    /// At most 200 users; none to watch nobody. One who stands twice counts once, and contacts needn't be named.
    #[field(required, count = 0..=MOST, is = forms::ID)]
    pub user_ids: Vec<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        "/v1/realtime/watched",
        "setWatched",
        "The people whose presence the streams of this session hear of, beside the user's contacts, for a day. Streams are told only what \
         those people show to the user.",
        watch,
    )
    .reply_empty(204, "Streams that are open go by it from now on.")
    .codes(&[Code::RateLimited])
}

async fn watch(ctx: Ctx, _: Request, Json(watched): Json<Watched>) -> Result<Reply> {
    let caller = ctx.caller()?;
    let limit = CHANGES.of_caller(&ctx).await?;
    let users: BTreeSet<String> = watched.user_ids.into_iter().collect();
    let users = users.into_iter().filter(|user| *user != caller.user_id);
    let watch = PresenceWatch {
        id: watch_id(&caller.user_id, &caller.session_id),
        user_id: caller.user_id.clone(),
        user_ids: users.collect(),
        expires_at: ctx.now().plus(LIFETIME),
    };
    let signal = Signal {
        id: ctx.new_id()?,
        kind: SignalKind::Watch,
        user_id: caller.user_id,
        conversation_id: None,
        payload: json!({"sessionId": caller.session_id}).to_string(),
        expires_at: ctx.now().plus(SIGNAL_LIFETIME),
    };
    let batch = Batch::new().upsert(&watch).insert(&signal);
    let batch = limit.count_in(batch, ctx.now());
    let outcome = ctx.store().await?.commit(batch).await;
    outcome.on_reached(&limit, ctx.now())?;
    Ok(Reply::no_content())
}

fn watch_id(user: &str, session: &str) -> String {
    derived_id(&["presence watch", user, session])
}

/// The people whose presence the streams of a session hear of: up to 1,000 contacts of its user, and the people whom the session watches.
/// The session's list lasts a day. This read begins the day anew once half of it is over, and is a commit then.
///
/// # Errors
/// The store's.
pub async fn watched(ctx: &Ctx, user: &str, session: &str) -> Result<BTreeSet<String>> {
    let contacts = Query::<Contact>::new()
        .filter(Filter::eq(Contact::USER_ID, user))
        .filter(Kept::Counting.filter())
        .limit(whisper_store::MAX_LIMIT);
    let watch = Get::<PresenceWatch>::id(watch_id(user, session));
    let (contacts, watch) = ctx.read((contacts, watch)).await?;
    let watch = watch.filter(|watch| watch.expires_at > ctx.now());
    if let Some(watch) = &watch {
        keep(ctx, watch).await?;
    }
    let named = watch.map(|watch| watch.into_inner().user_ids);
    let contacts = contacts
        .into_iter()
        .map(|contact| contact.into_inner().contact_user_id);
    Ok(contacts.chain(named.into_iter().flatten()).collect())
}

/// Begins the day of a watch anew once half of it is over, so that a session that keeps coming back keeps it.
async fn keep(ctx: &Ctx, watch: &Doc<PresenceWatch>) -> Result<()> {
    let now = ctx.now();
    if watch.expires_at > now.plus(LIFETIME / 2) {
        return Ok(());
    }
    let patch = Patch::new().set(PresenceWatch::EXPIRES_AT, now.plus(LIFETIME));
    let batch = Batch::new().update_if(&watch.id, patch, Filter::revision(watch.revision));
    // Somebody who sets it at the same time begins it anew as well.
    match ctx.relaxed().await?.commit(batch).await {
        Err(whisper_store::StoreError::ConditionFailed { .. }) => Ok(()),
        outcome => outcome.map(|_| ()).map_err(Into::into),
    }
}
