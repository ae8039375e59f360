#![doc = include_str!("../README.md")]

pub mod delivery;
mod devices;
mod inbox;
mod operators;
pub mod quiet;
mod settings;
pub mod web_push;
pub mod worker;

use std::rc::Rc;

use serde::Serialize;
use whisper_kit::jobs::{self, Call, ReportView, Tally};
use whisper_kit::{Api, Auth, Code, Ctx, Endpoint, Method, Params, Reply, Request, Result};

use web_push::transport::{self, Transport};
use web_push::vapid::Vapid;
use web_push::{endpoint, vapid};
use worker::{Senders, Worker};

/// The job's name.
pub const JOB: &str = "notification-push";

/// The function's endpoints.
pub fn api() -> Api {
    api_with(transport::runtime())
}

/// The function's endpoints with another way out.
pub fn api_with(transport: Transport) -> Api {
    let worker = Rc::new(Worker {
        vapid: Vapid::default(),
        transport,
        turns: worker::Turns::default(),
        senders: Senders::default(),
    });
    let api = Api::new(
        JOB,
        "Inboxes and Web Push: tells users the news, in the apps and on their devices",
    )
    .variables(&[endpoint::SERVICES, endpoint::EXTRA_ORIGIN, vapid::CONTACT])
    .endpoint(inbox::list::endpoint())
    .endpoint(inbox::list::count_endpoint())
    .endpoint(inbox::read::all_endpoint())
    .endpoint(inbox::read::one_endpoint())
    .endpoint(inbox::clear::endpoint())
    .endpoint(settings::get_endpoint())
    .endpoint(settings::put_endpoint())
    .endpoint(key_endpoint(&worker))
    .endpoint(devices::subscribe::endpoint())
    .endpoint(devices::list::endpoint())
    .endpoint(devices::remove::endpoint())
    .endpoint(operators::queue::entries_endpoint())
    .endpoint(operators::queue::pushes_endpoint())
    .endpoint(operators::queue::counts_endpoint())
    .endpoint(operators::retry::endpoint())
    .endpoint(job_endpoint(&worker));
    api.consumer(move |ctx| {
        let worker = Rc::clone(&worker);
        async move { delivery::work::react(&ctx, &worker).await }
    })
}

/// The server's public key for Web Push.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VapidPublicKeyView {
    /// The `applicationServerKey` of `pushManager.subscribe`: a point of P-256, uncompressed, base64url.
    pub public_key: String,
}

fn key_endpoint(worker: &Rc<Worker>) -> Endpoint {
    let worker = Rc::clone(worker);
    let key = move |ctx: Ctx, _: Request| {
        let worker = Rc::clone(&worker);
        async move {
            let public_key = worker.vapid.public_key(&ctx).await?;
            Reply::ok(&VapidPublicKeyView { public_key })
        }
    };
    Endpoint::new(
        Method::GET,
        "/v1/push/vapid-public-key",
        "getVapidPublicKey",
        "Tells the key that devices subscribe with (VAPID, RFC 8292).",
        key,
    )
    .public()
    .reply::<VapidPublicKeyView>(200, "The key")
}

fn job_endpoint(worker: &Rc<Worker>) -> Endpoint {
    let worker = Rc::clone(worker);
    let job = move |ctx: Ctx, _: Request, Params(call): Params<Call>| {
        let worker = Rc::clone(&worker);
        async move {
            jobs::run(&ctx, call, JOB, async |tally| {
                run(&ctx, &worker, tally).await
            })
            .await
        }
    };
    Endpoint::new(
        Method::POST,
        "/internal/jobs/notification-push",
        "runNotificationPush",
        "Notifies, delivers, pushes, and tidies up: all that events start as well.",
        job,
    )
    .auth(Auth::Operator)
    .reply::<ReportView>(
        200,
        "The counts of the run; capped means that the next run goes on",
    )
    .codes(&[Code::JobFailed])
}

/// The schedule's run: the work, then the sweep.
async fn run(ctx: &Ctx, worker: &Rc<Worker>, tally: &Tally) -> Result<()> {
    delivery::work::run(ctx, worker, tally).await?;
    delivery::sweep::sweep(ctx, tally).await
}

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);
