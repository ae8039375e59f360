//! `POST /v1/push/subscriptions`: a device wants pushes.

use serde::Deserialize;
use whisper_kit::ids::derived_id;
use whisper_kit::log::Secret;
use whisper_kit::{Code, Ctx, Error, FieldError, Reply, Request, Result, Rule};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Column, Document, PushSubscription};
use whisper_store::{Batch, Filter, Get, Patch, StoreError};

use super::list::{by_session, of, sessions_of};
use super::view::ShownDevice;
use crate::web_push::encryption::Recipient;
use crate::web_push::endpoint;

/// The most devices of one user.
pub const MAX_DEVICES: u32 = 20;
/// The longest name of a device, in characters.
const MAX_NAME: usize = 100;
/// The latest time that can be written, in milliseconds: the end of the year 9999.
const LATEST: i64 = 253_402_300_799_999;
/// How often it is tried against another request for the same device.
const ATTEMPTS: usize = 4;

/// A subscription, as the browser's `PushSubscription.toJSON()` gives it.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPushSubscription {
    /// Address at the push service.
    endpoint: Secret<String>,
    /// The device's keys.
    keys: DeviceKeys,
    /// When the push service ends it, in milliseconds since 1970; null or left out if it doesn't say.
    expiration_time: Option<i64>,
    /// What the user calls the device: at most 100 characters.
    device_name: Option<String>,
}

/// The keys that a push is encrypted with.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceKeys {
    /// The public key: a point of P-256, uncompressed, base64url.
    p256dh: String,
    /// The shared secret: 16 bytes, base64url.
    auth: Secret<String>,
}

/// Keeps a subscription. The same endpoint again changes it; if somebody else is signed in on the device by
/// now, it is theirs.
///
/// # Errors
/// A refusal that names the field; too many devices.
pub async fn handle(ctx: Ctx, request: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    // Where another server keeps the sessions, nobody tells us when one ends.
    let session_id = (!ctx.is_foreign()).then_some(caller.session_id);
    let wanted: NewPushSubscription = request.json()?;
    check(&ctx, &wanted)?;
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
    for _ in 0..ATTEMPTS {
        if let Some(reply) = attempt(&ctx, subscription.clone()).await? {
            return Ok(reply);
        }
    }
    Err(StoreError::Busy.into())
}

/// None when another request for the same device was faster.
async fn attempt(ctx: &Ctx, mut wanted: PushSubscription) -> Result<Option<Reply>> {
    let asked = (
        Get::<PushSubscription>::id(&wanted.id),
        of(&wanted.user_id, ctx.now()),
        sessions_of(&wanted.user_id, ctx.now()),
    );
    let (known, devices, sessions) = ctx.read(asked).await?;
    let (devices, signed_out) = by_session(devices, &sessions);
    let known = known.map(whisper_store::Doc::into_inner);
    let known = known.filter(|known| known.user_id == wanted.user_id);
    if known.is_none() && devices.len() >= MAX_DEVICES as usize {
        return Err(too_many());
    }
    if let Some(known) = known {
        let own = Filter::eq(PushSubscription::USER_ID, wanted.user_id.as_str());
        let batch = Batch::new().update_if(&known.id, change(&wanted), own);
        return match ctx.store().await?.commit(batch).await {
            Ok(_) => {
                wanted.created_at = known.created_at;
                wanted.last_pushed_at = known.last_pushed_at;
                Reply::ok(&ShownDevice::from(wanted)).map(Some)
            }
            Err(StoreError::ConditionFailed { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        };
    }
    // Not an upsert: whoever comes last gets a new place in the order, which the bound goes by.
    let others = Filter::and([
        Filter::eq(Column::id(), wanted.id.as_str()),
        Filter::ne(PushSubscription::USER_ID, wanted.user_id.as_str()),
    ]);
    let batch = forget(Batch::new(), &signed_out)
        .delete_where::<PushSubscription>(others, 1)
        .insert(&wanted);
    match ctx.store().await?.commit(batch).await {
        Ok(committed) => wanted.created_at = committed.at,
        Err(error) if error.is_conflict(PushSubscription::COLLECTION, "_id") => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    keep_bound(ctx, &wanted).await?;
    let path = format!("/v1/push/subscriptions/{}", wanted.id);
    let reply = Reply::created(&ShownDevice::from(wanted))?;
    Ok(Some(reply.location(&path)))
}

/// Of several that came at once, those beyond the bound go again: the order of their commits decides.
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

/// Tells everything that is wrong at once.
fn check(ctx: &Ctx, wanted: &NewPushSubscription) -> Result<()> {
    let mut wrong = Vec::new();
    if let Err(error) = endpoint::check(ctx.config(), wanted.endpoint.reveal()) {
        wrong.extend(error.field_errors().iter().cloned());
    }
    let (p256dh, auth) = (&wanted.keys.p256dh, wanted.keys.auth.reveal());
    if let Err(name) = Recipient::read(p256dh, auth) {
        let detail = match name {
            "auth" => "must be 16 bytes, base64url",
            _ => "must be a point of P-256, uncompressed, base64url",
        };
        wrong.push(FieldError::new(
            format!("keys.{name}"),
            Rule::Format,
            detail,
        ));
    }
    let long = |name: &String| !(1..=MAX_NAME).contains(&name.chars().count());
    if wanted.device_name.as_ref().is_some_and(long) {
        let detail = format!("must have 1 to {MAX_NAME} characters");
        wrong.push(FieldError::new("deviceName", Rule::Size, detail));
    }
    let soonest = ctx.now().as_millis();
    if wanted
        .expiration_time
        .is_some_and(|at| !(soonest..=LATEST).contains(&at))
    {
        let detail = "must be milliseconds since 1970, later than now";
        wrong.push(FieldError::new("expirationTime", Rule::Range, detail));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(wrong))
    }
}
