#![doc = include_str!("../README.md")]

mod fingerprint;
mod groups;
mod inside;
mod keep;
mod post;
mod redact;
mod report;
mod retention;
mod settle;

use whisper_kit::jobs;
use whisper_kit::page::NoFilters;
use whisper_kit::signal::REPORTS_PATH;
use whisper_kit::{Api, Auth, Code, Endpoint, Method};

pub use keep::KEPT;

/// Name of the component.
pub const NAME: &str = "error-logging";
/// Name of the job.
pub const RETENTION: &str = "error-retention";

#[cfg(target_family = "wasm")]
whisper_kit::entry!(crate::api);

/// The endpoints of this function.
pub fn api() -> Api {
    let api = Api::new(NAME, "Errors of apps, functions and the host.").variables(&[
        post::USER_RATE,
        post::ADDRESS_RATE,
        retention::DAYS,
    ]);
    reports(settling(operators(inside(api))))
}

fn reports(api: Api) -> Api {
    api.endpoint(
        Endpoint::new(
            Method::POST,
            "/v1/errors",
            "reportError",
            "Reports an error.",
            post::one,
        )
        .body::<post::NewError>()
        .headers(&["idempotency-key"])
        .reply::<post::Kept>(201, "It was kept.")
        .codes(&[Code::RateLimited, Code::IdempotencyKeyReused]),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/v1/errors/batch",
            "reportErrors",
            "Reports up to 100 errors: all of them, or none.",
            post::many,
        )
        .body_limit(post::BATCH_LIMIT)
        .body::<post::NewErrors>()
        .headers(&["idempotency-key"])
        .reply::<post::KeptAll>(201, "They were kept.")
        .codes(&[Code::RateLimited, Code::IdempotencyKeyReused]),
    )
}

fn operators(api: Api) -> Api {
    api.endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/errors",
            "listErrorGroups",
            "Groups of errors, the last seen first.",
            groups::list,
        )
        .auth(Auth::Operator)
        .page::<groups::GroupFilters>()
        .reply::<groups::Groups>(200, "A page of groups."),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/errors/{id}",
            "getErrorGroup",
            "A group of errors.",
            groups::one,
        )
        .auth(Auth::Operator)
        .reply::<groups::ShownGroup>(200, "The group.")
        .codes(&[Code::NotFound]),
    )
    .endpoint(
        Endpoint::new(
            Method::GET,
            "/internal/errors/{id}/errors",
            "listErrorsOfGroup",
            "The errors that are kept of a group, the latest first.",
            groups::errors,
        )
        .auth(Auth::Operator)
        .page::<NoFilters>()
        .reply::<groups::Errors>(200, "A page of errors.")
        .codes(&[Code::NotFound]),
    )
}

fn settling(api: Api) -> Api {
    api.endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/errors/{id}/resolve",
            "resolveErrorGroup",
            "Says that a group is dealt with; the next error of it opens it again.",
            settle::resolve,
        )
        .auth(Auth::Operator)
        .optional_body::<settle::Resolution>()
        .reply::<groups::ShownGroup>(200, "The group.")
        .codes(&[Code::NotFound]),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/errors/{id}/reopen",
            "reopenErrorGroup",
            "Opens a group again.",
            settle::reopen,
        )
        .auth(Auth::Operator)
        .reply::<groups::ShownGroup>(200, "The group.")
        .codes(&[Code::NotFound]),
    )
}

fn inside(api: Api) -> Api {
    api.endpoint(
        Endpoint::new(
            Method::POST,
            REPORTS_PATH,
            "reportFault",
            "Reports a fault of a component.",
            inside::function,
        )
        .auth(Auth::Private)
        .body::<inside::FunctionFault>()
        .reply_empty(204, "It was kept."),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/errors/host",
            "reportHostFault",
            "Reports a component that stopped; the embedded host does.",
            inside::host,
        )
        .auth(Auth::Operator)
        .body::<inside::HostFault>()
        .reply_empty(204, "It was kept.")
        .codes(&[Code::RateLimited]),
    )
    .endpoint(
        Endpoint::new(
            Method::POST,
            "/internal/jobs/error-retention",
            "runErrorRetention",
            "Deletes errors that are older than the setting, and groups of which none is left.",
            retention::handle,
        )
        .auth(Auth::Operator)
        .reply::<jobs::Report>(200, "What the run did.")
        .codes(&[Code::JobFailed]),
    )
}
