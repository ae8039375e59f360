#![doc = include_str!("../README.md")]

pub mod delivery;
mod devices;
mod inbox;
mod operators;
pub mod quiet;
mod settings;
pub mod web_push;

use std::rc::Rc;

use serde::Serialize;
use whisper_kit::jobs::{self, Report, Tally};
use whisper_kit::page::Listing;
use whisper_kit::{Api, Auth, Code, Ctx, Endpoint, Method, Reply, Request, Result};

use delivery::senders::Senders;
use devices::subscribe::NewPushSubscription;
use devices::view::ShownDevice;
use inbox::list::{InboxFilters, UnreadCount};
use inbox::read::Marked;
use inbox::view::ShownNotification;
use operators::queue::{QueueCounts, QueueFilters};
use operators::retry::{Retried, RetryQueue};
use operators::view::{QueueEntry, QueuePush};
use settings::Wanted;
use web_push::transport::{self, Transport};
use web_push::vapid::Vapid;
use web_push::{endpoint, vapid};

/// The job's name.
pub const JOB: &str = "notification-push";

/// What the requests of an instance share for pushing.
pub struct Worker {
    /// The server's key, and tokens made with it.
    pub vapid: Vapid,
    /// How requests leave.
    pub transport: Transport,
    /// Who sends.
    pub senders: Senders,
}

/// The function's endpoints.
pub fn api() -> Api {
    api_with(transport::runtime())
}

/// The function's endpoints with another way out.
pub fn api_with(transport: Transport) -> Api {
    let worker = Rc::new(Worker {
        vapid: Vapid::default(),
        transport,
        senders: Senders::default(),
    });
    let api = Api::new(
        JOB,
        "Inboxes and Web Push: tells users what happened, in the apps and on their devices",
    )
    .variables(&[endpoint::SERVICES, endpoint::EXTRA_ORIGIN, vapid::CONTACT]);
    let api = push_endpoints(settings_endpoints(inbox_endpoints(api)), &worker);
    let api = work_endpoints(operator_endpoints(api), &worker);
    api.consumer(move |ctx| {
        let worker = Rc::clone(&worker);
        async move { delivery::work::react(&ctx, &worker).await }
    })
}

fn inbox_endpoints(api: Api) -> Api {
    let list = "Lists the caller's notifications, the newest first.";
    let count = "Counts the caller's unread notifications, up to 999.";
    let one = "Marks a notification of the caller's as read.";
    let all = "Marks all of the caller's notifications as read.";
    let delete = "Takes a notification out of the caller's inbox.";
    api.endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/notifications",
            "listNotifications",
            list,
            inbox::list::list,
        )
        .page::<InboxFilters>()
        .reply::<Listing<ShownNotification>>(200, "A page of notifications")
        .codes(&[Code::InvalidCursor]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/notifications/unread-count",
            "countUnreadNotifications",
            count,
            inbox::list::unread_count,
        )
        .reply::<UnreadCount>(200, "How many"),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/v1/notifications/read-all",
            "readAllNotifications",
            all,
            inbox::read::all,
        )
        .reply::<Marked>(200, "How many were unread"),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/v1/notifications/{id}/read",
            "readNotification",
            one,
            inbox::read::one,
        )
        .reply::<ShownNotification>(200, "The notification"),
    )
    .endpoint(
        Endpoint::new(
            Method::DELETE,
            "/v1/notifications/{id}",
            "deleteNotification",
            delete,
            inbox::clear::handle,
        )
        .reply_empty(204, "It is gone"),
    )
}

fn settings_endpoints(api: Api) -> Api {
    const SETTINGS: &str = "/v1/me/notification-settings";
    let get = "Shows what the caller wants to hear of, and when.";
    let put =
        "Sets what the caller wants to hear of, and when; what is left out is as it was at first.";
    api.endpoint(
        Endpoint::new(
            Method::GET,
            SETTINGS,
            "getNotificationSettings",
            get,
            settings::get,
        )
        .reply::<Wanted>(200, "The settings"),
    )
    .endpoint(
        Endpoint::new(
            Method::PUT,
            SETTINGS,
            "setNotificationSettings",
            put,
            settings::put,
        )
        .body::<Wanted>()
        .reply::<Wanted>(200, "The settings"),
    )
}

/// The server's public key for Web Push.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VapidPublicKey {
    /// What `pushManager.subscribe` takes as `applicationServerKey`: a point of P-256, uncompressed, base64url.
    pub public_key: String,
}

fn push_endpoints(api: Api, worker: &Rc<Worker>) -> Api {
    const SUBSCRIPTIONS: &str = "/v1/push/subscriptions";
    let worker = Rc::clone(worker);
    let key = move |ctx: Ctx, _: Request| {
        let worker = Rc::clone(&worker);
        async move {
            let public_key = worker.vapid.public_key(&ctx).await?;
            Reply::ok(&VapidPublicKey { public_key })
        }
    };
    let subscribe = "Sends pushes to a device from now on, until the session that asks ends; the same endpoint again \
        changes its subscription.";
    let tell = "Tells the key that devices subscribe with (VAPID, RFC 8292).";
    api.endpoint(
        Endpoint::new(
            Method::GET,
            "/v1/push/vapid-public-key",
            "getVapidPublicKey",
            tell,
            key,
        )
        .public()
        .reply::<VapidPublicKey>(200, "The key"),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            SUBSCRIPTIONS,
            "subscribeToPush",
            subscribe,
            devices::subscribe::handle,
        )
        .body::<NewPushSubscription>()
        .reply::<ShownDevice>(201, "A new subscription")
        .reply::<ShownDevice>(200, "It was there, and is changed")
        .codes(&[Code::TooManyDevices]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            SUBSCRIPTIONS,
            "listPushSubscriptions",
            "Lists the caller's devices that get pushes.",
            devices::list::handle,
        )
        .reply::<Listing<ShownDevice>>(200, "All of them"),
    )
    .endpoint(
        Endpoint::new(
            Method::DELETE,
            "/v1/push/subscriptions/{id}",
            "unsubscribeFromPush",
            "Sends no more pushes to a device of the caller's.",
            devices::remove::handle,
        )
        .reply_empty(204, "It gets none any more"),
    )
}

fn operator_endpoints(api: Api) -> Api {
    let entries = "Lists deliveries of messages by status, the oldest first.";
    let pushes = "Lists pushes to devices by status.";
    let retry = "Tries again what failed.";
    let counts = "Counts deliveries and pushes by status, each up to 10,000.";
    api.endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/queue",
            "listQueue",
            entries,
            operators::queue::entries,
        )
        .auth(Auth::Operator)
        .page::<QueueFilters>()
        .reply::<Listing<QueueEntry>>(200, "A page of deliveries")
        .codes(&[Code::InvalidCursor]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/queue/pushes",
            "listQueuedPushes",
            pushes,
            operators::queue::pushes,
        )
        .auth(Auth::Operator)
        .page::<QueueFilters>()
        .reply::<Listing<QueuePush>>(200, "A page of pushes")
        .codes(&[Code::InvalidCursor]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/queue/counts",
            "countQueue",
            counts,
            operators::queue::counts,
        )
        .auth(Auth::Operator)
        .reply::<QueueCounts>(200, "The counts"),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/queue/retry",
            "retryQueue",
            retry,
            operators::retry::handle,
        )
        .auth(Auth::Operator)
        .body::<RetryQueue>()
        .reply::<Retried>(200, "What waits again"),
    )
}

fn work_endpoints(api: Api, worker: &Rc<Worker>) -> Api {
    let worker = Rc::clone(worker);
    let job = move |ctx: Ctx, _: Request| {
        let worker = Rc::clone(&worker);
        async move { jobs::run(&ctx, JOB, async |tally| run(&ctx, &worker, tally).await).await }
    };
    let summary = "Notifies, delivers, pushes, and tidies up: all that events start as well.";
    api.endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/jobs/notification-push",
            "runNotificationPush",
            summary,
            job,
        )
        .auth(Auth::Operator)
        .reply::<Report>(
            200,
            "What the run did; capped means that the next run goes on",
        )
        .codes(&[Code::JobFailed]),
    )
}

/// What the schedule runs: the work, then the sweep.
async fn run(ctx: &Ctx, worker: &Worker, tally: &Tally) -> Result<()> {
    delivery::work::run(ctx, worker, tally).await?;
    tally.done(delivery::sweep::sweep(ctx).await?);
    Ok(())
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
