//! `POST /v1/push/subscriptions`: a device wants pushes.

use serde_json::Value;
use whisper_kit::extract::FromRequest;
use whisper_kit::ids::derived_id;
use whisper_kit::log::Secret;
use whisper_kit::{
    Attempt, Code, Ctx, Described, Endpoint, Error, Json, Method, Reply, Request, Result, Rule,
};
use whisper_schema::body::{Fields, Form};
use whisper_schema::prelude::{Column, PushSubscription};
use whisper_schema::{Body, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use super::standing::{MAX_DEVICES, by_session, of, sessions_of};
use super::view::PushSubscriptionView;
use crate::web_push::encryption::Recipient;
use crate::web_push::endpoint::check as check_endpoint;

/// Where the body has the address.
const AT_ADDRESS: &str = "endpoint";
/// Where it has the end.
const END: &str = "expirationTime";
/// The latest time that can be written, in milliseconds: the end of the year 9999.
const LATEST: i64 = 253_402_300_799_999;

/// An address at a push service, for the API document: [`check_endpoint`] is what looks at it.
const ADDRESS: Form = Form {
    valid: |_| true,
    must_be: "an address at a push service",
    pattern: Some("^https?://[!-~]{1,1990}$"),
    format: None,
};

/// A device's public key.
const PUBLIC_KEY: Form = Form {
    valid: |text| Recipient::point(text).is_some(),
    must_be: "a point of P-256, uncompressed, base64url",
    pattern: Some("^B[A-P][A-Za-z0-9_-]{85}={0,2}$"),
    format: None,
};

/// The secret shared with a device.
const SHARED_SECRET: Form = Form {
    valid: |text| Recipient::secret(text).is_some(),
    must_be: "16 bytes, base64url",
    pattern: Some("^[A-Za-z0-9_-]{22}={0,2}$"),
    format: None,
};

/// A subscription, as the browser's `PushSubscription.toJSON()` gives it.
#[derive(Debug, Body)]
#[body(
    example = r#"{"endpoint": "https://fcm.googleapis.com/fcm/send/abc", "keys": {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}, "expirationTime": null}"#
)]
pub struct NewPushSubscription {
    /// Address at the push service.
    #[field(is = ADDRESS)]
    endpoint: Secret<String>,
    /// The device's keys.
    keys: DeviceKeys,
    /// When the push service ends it, in milliseconds since 1970; null or left out if it doesn't say.
    #[field(range = 0..=LATEST)]
    expiration_time: Option<i64>,
    /// The user's name for the device.
    #[field(size = 1..=100, text = Name)]
    device_name: Option<String>,
}

/// The keys that a push is encrypted with.
#[derive(Debug, Body)]
pub struct DeviceKeys {
    /// The public key: a point of P-256, uncompressed, base64url.
    #[field(is = PUBLIC_KEY)]
    p256dh: String,
    /// The shared secret: 16 bytes, base64url.
    #[field(is = SHARED_SECRET)]
    auth: Secret<String>,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::PATH,
        "subscribeToPush",
        "Sends pushes to a device from now on, until the session that asks ends; the same endpoint again changes its \
         subscription.",
        subscribe,
    )
    .answers(&["location"])
    .reply::<PushSubscriptionView>(201, "A new subscription")
    .reply::<PushSubscriptionView>(200, "It was there, and is changed")
    .codes(&[Code::TooManyDevices])
}

/// Keeps a subscription. The same endpoint again changes it; if somebody else is signed in on the device by
/// now, it is theirs.
async fn subscribe(ctx: Ctx, _: Request, Acceptable(wanted): Acceptable) -> Result<Reply> {
    let caller = ctx.caller()?;
    // Where another server keeps the sessions, it doesn't tell us when one ends.
    let session_id = (!ctx.is_foreign()).then_some(caller.session_id);
    let address = wanted.endpoint.reveal();
    let subscription = PushSubscription {
        id: derived_id(&["push subscription", address]),
        user_id: caller.user_id,
        session_id,
        endpoint: address.clone(),
        p256dh: wanted.keys.p256dh.trim_end_matches('=').to_owned(),
        auth: wanted.keys.auth.reveal().trim_end_matches('=').to_owned(),
        device_name: wanted.device_name.clone(),
        expires_at: wanted.expiration_time.map(Timestamp::from_millis),
        created_at: Timestamp::AT_COMMIT,
        last_pushed_at: None,
    };
    ctx.retry(async || attempt(&ctx, subscription.clone()).await)
        .await
}

async fn attempt(ctx: &Ctx, mut wanted: PushSubscription) -> Result<Attempt<Reply>> {
    let asked = (
        Get::<PushSubscription>::id(&wanted.id),
        of(&wanted.user_id, ctx.now()),
        sessions_of(&wanted.user_id, ctx.now()),
    );
    let (known, devices, sessions) = ctx.read(asked).await?;
    let (devices, signed_out) = by_session(devices, &sessions);
    let known = known.map(Doc::into_inner);
    let known = known.filter(|known| known.user_id == wanted.user_id);
    if known.is_none() && devices.len() >= MAX_DEVICES as usize {
        return Err(too_many());
    }
    if let Some(known) = known {
        let own = Filter::eq(PushSubscription::USER_ID, wanted.user_id.as_str());
        let batch = Batch::new().update_if(&known.id, change(&wanted), own);
        if ctx.try_commit(batch).await?.is_none() {
            return Ok(Attempt::Retry);
        }
        wanted.created_at = known.created_at;
        wanted.last_pushed_at = known.last_pushed_at;
        return Reply::ok(&PushSubscriptionView::from(wanted)).map(Attempt::Done);
    }
    // Not an upsert: the last to come gets a new place in the order, which the bound goes by.
    let others = Filter::and([
        Filter::eq(Column::id(), wanted.id.as_str()),
        Filter::ne(PushSubscription::USER_ID, wanted.user_id.as_str()),
    ]);
    let batch = forget(Batch::new(), &signed_out)
        .delete_where::<PushSubscription>(others, 1)
        .insert(&wanted);
    let Some(committed) = ctx.try_commit(batch).await? else {
        return Ok(Attempt::Retry);
    };
    wanted.created_at = committed.at;
    keep_bound(ctx, &wanted).await?;
    let path = format!("{}/{}", super::PATH, wanted.id);
    let reply = Reply::created(&PushSubscriptionView::from(wanted))?;
    Ok(Attempt::Done(reply.location(&path)))
}

/// Devices beyond the bound that came at once go again: the order of their commits decides.
async fn keep_bound(ctx: &Ctx, made: &PushSubscription) -> Result<()> {
    let asked = (
        of(&made.user_id, ctx.now()),
        sessions_of(&made.user_id, ctx.now()),
    );
    let (devices, sessions) = ctx.read(asked).await?;
    let (devices, _) = by_session(devices, &sessions);
    let place = devices.iter().position(|device| device.id == made.id);
    if devices.len() <= MAX_DEVICES as usize || place.is_some_and(|at| at < MAX_DEVICES as usize) {
        return Ok(());
    }
    let own = Filter::and([
        Filter::eq(Column::id(), made.id.as_str()),
        Filter::eq(PushSubscription::USER_ID, made.user_id.as_str()),
    ]);
    let batch = Batch::new().delete_where::<PushSubscription>(own, 1);
    ctx.store().await?.commit(batch).await?;
    Err(too_many())
}

/// Deletes devices that are signed out, unless somebody has signed in on them since.
fn forget(batch: Batch, signed_out: &[PushSubscription]) -> Batch {
    if signed_out.is_empty() {
        return batch;
    }
    let ids = signed_out.iter().map(|device| device.id.as_str());
    let sessions = signed_out
        .iter()
        .filter_map(|device| device.session_id.as_deref());
    let ended = Filter::and([
        Filter::is_in(Column::id(), ids),
        Filter::is_in(PushSubscription::SESSION_ID, sessions),
    ]);
    batch.delete_where::<PushSubscription>(ended, signed_out.len() as u64)
}

fn too_many() -> Error {
    let detail =
        format!("Pushes go to at most {MAX_DEVICES} devices of a user. Take one off first.");
    Error::new(Code::TooManyDevices, detail)
}

fn change(wanted: &PushSubscription) -> Patch<PushSubscription> {
    Patch::new()
        .set(PushSubscription::SESSION_ID, wanted.session_id.clone())
        .set(PushSubscription::P256DH, wanted.p256dh.as_str())
        .set(PushSubscription::AUTH, wanted.auth.as_str())
        .set(PushSubscription::DEVICE_NAME, wanted.device_name.clone())
        .set(PushSubscription::EXPIRES_AT, wanted.expires_at)
}

/// A subscription that may be kept: everything that is wrong with it was named at once, the faults that the body's form
/// can't know included.
struct Acceptable(NewPushSubscription);

impl FromRequest for Acceptable {
    async fn from_request(ctx: &Ctx, request: &Request) -> Result<Self> {
        let Json(body) = Json::read_with(request, |fields| {
            check_address(ctx, fields);
            check_end(ctx, fields);
        })?;
        Ok(Self(body))
    }

    fn describe(described: &mut Described) {
        Json::<NewPushSubscription>::describe(described);
    }
}

/// Refuses an address by the server's settings, which say where push services are.
fn check_address(ctx: &Ctx, fields: &mut Fields<'_, '_>) {
    let address = fields.value(AT_ADDRESS).and_then(Value::as_str);
    let refused = address.and_then(|address| check_endpoint(ctx.config(), address).err());
    for fault in refused.iter().flat_map(Error::field_errors) {
        fields.refuse(AT_ADDRESS, fault.rule, fault.detail.as_str());
    }
}

/// Refuses an end that is over.
fn check_end(ctx: &Ctx, fields: &mut Fields<'_, '_>) {
    let end = fields.value(END).and_then(Value::as_i64);
    if fields.is_clean(END) && end.is_some_and(|end| end < ctx.now().as_millis()) {
        fields.refuse(END, Rule::Range, "must be later than now");
    }
}
