//! `GET` and `PUT /v1/me/presence`: what this device says of its user, and what others see.

use serde::Serialize;
use whisper_kit::{Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_people::{Presences, presences};
use whisper_schema::Body;
use whisper_schema::prelude::{DeviceStatus, PresenceDevice, PresenceStatus, Timestamp};
use whisper_store::{Doc, Get};

use super::{Said, WORDS, Word, device_id, write};

/// Where it is.
const MINE: &str = "/v1/me/presence";

/// The word of this device.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"status": "away", "device": "web"}"#)]
pub struct DeviceWord {
    /// Whether the user is at this device. With `invisible` it doesn't count, and others see the other devices alone; somebody who wants to
    /// be invisible whatever their devices say sets the profile's `status`.
    pub status: DeviceStatus,
    /// Kind of the device, such as `ios` or `web`, 1 to 50 characters; one that was said before stays.
    #[field(of = PresenceDevice)]
    pub device: Option<String>,
}

/// The word of this device, and the presence that others see.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MyPresenceView {
    /// The word of this device: `online` until it says otherwise. It is remembered for a day.
    pub status: DeviceStatus,
    /// Kind of the device, if it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Until when this device counts: 45 seconds from when it was said, or for as long as it has a stream open. Absent while it doesn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts_until: Option<Timestamp>,
    /// The sum of all devices, with the profile's availability, for people who may see it.
    pub shown: PresenceStatus,
}

/// The operation that reads it.
pub fn get_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        MINE,
        "getMyPresence",
        "The status of this device, and the presence that people see who may",
        get,
    )
    .reply::<MyPresenceView>(200, "The presence.")
}

/// The operation that sets it.
pub fn set_endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        MINE,
        "setMyPresence",
        "Says whether the user is at this device. It counts for 45 seconds: a stream keeps it up; a client without one says it again \
         every 20 to 30 seconds. Somebody is busy where any device of theirs says so, else online where any is, and away where all are.",
        set,
    )
    .reply::<MyPresenceView>(200, "The presence from now on.")
    .codes(&[Code::RateLimited])
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let device = device_id(&caller.user_id, &caller.session_id);
    answer(&ctx, &caller.user_id, &device).await
}

async fn set(ctx: Ctx, _: Request, Json(presence): Json<DeviceWord>) -> Result<Reply> {
    let caller = ctx.caller()?;
    let limit = WORDS.of_caller(&ctx).await?;
    let word = Word {
        user: caller.user_id.clone(),
        session: caller.session_id.clone(),
        said: Said::Is(presence.status, presence.device),
    };
    let device = device_id(&caller.user_id, &caller.session_id);
    write(&ctx, &[].into(), &[word], Some(&limit)).await?;
    answer(&ctx, &caller.user_id, &device).await
}

async fn answer(ctx: &Ctx, me: &str, device: &str) -> Result<Reply> {
    let asked = (
        Get::<PresenceDevice>::id(device),
        presences([], [me], ctx.now()),
    );
    let (device, presences) = ctx.read(asked).await?;
    Reply::ok(&MyPresenceView::new(device, &presences, me, ctx.now()))
}

impl MyPresenceView {
    fn new(
        device: Option<Doc<PresenceDevice>>,
        presences: &Presences,
        me: &str,
        now: Timestamp,
    ) -> Self {
        let device = device.map(Doc::into_inner);
        let device = device.filter(|device| device.expires_at > now);
        let device = device.unwrap_or_default();
        Self {
            status: device.status,
            counts_until: Some(device.counts_until).filter(|until| *until > now),
            device: device.device,
            shown: presences.seen(me, me).status,
        }
    }
}
