//! `GET /internal/jobs` and `GET /internal/jobs/{name}/runs`

use serde::Serialize;
use whisper_kit::page::Window;
use whisper_kit::{Ctx, Error, Reply, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::system::JobRun;
use whisper_store::{Filter, Order, Query};

/// The jobs of the bundle: their names, and their purposes. A test holds them against the schedules in
/// `spin.toml`.
pub const JOBS: [(&str, &str); 11] = [
    (
        "community-departures",
        "Has members who left a community leave its groups, and users whose account went their conversations.",
    ),
    (
        "error-retention",
        "Deletes errors that are older than the setting.",
    ),
    ("integrations", "Tells webhooks of events, and tidies up."),
    (
        "media-expiry",
        "Removes uploads that took longer than a day, files that nothing holds, and the bytes of files that are gone.",
    ),
    (
        "message-expiry",
        "Removes messages whose end has come, and contents that were viewed once.",
    ),
    (
        "notification-push",
        "Notifies, delivers messages to devices, pushes, and tidies up.",
    ),
    (
        "retention",
        "Removes documents that have been kept for as long as their collections say.",
    ),
    (
        "scheduled-messages",
        "Sends scheduled messages whose time has come, and delivers broadcasts.",
    ),
    (
        "search",
        "Takes in messages that are still to be found, and takes out messages that have ended.",
    ),
    (
        "story-expiry",
        "Removes expired stories with their views and reactions.",
    ),
    (
        "xp-badges",
        "Awards for activities that are still to be counted.",
    ),
];
/// How far failures are counted.
const MAX_FAILURES: u64 = 10_000;
/// How long ago failures are counted from, in milliseconds.
const RECENT: i64 = 24 * 60 * 60 * 1000;
/// How long after its start a run may end, in milliseconds: far longer than any goes on.
const LONGEST: i64 = 5 * 60 * 1000;

/// All jobs.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct JobListView {
    /// The jobs, by name.
    pub items: Vec<JobView>,
    /// The bundle's time: jobs are overdue by this clock.
    pub now: Timestamp,
}

/// A job.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its name: `POST /internal/jobs/<name>` runs it.
    pub name: &'static str,
    /// Its purpose.
    pub about: &'static str,
    /// How its last run went; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<RunView>,
    /// Runs of the last 24 hours that failed, wholly or in part.
    pub failures24h: u64,
}

/// A run of a job.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Id of the run.
    pub id: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// `running`, `ok` or `failed`. A run that has not ended after five minutes was cut off.
    pub status: RunStatus,
    /// Whether nothing failed.
    pub ok: bool,
    /// Items that were due.
    pub found: i64,
    /// Items that were dealt with.
    pub done: i64,
    /// Items that failed.
    pub failed: i64,
    /// Whether it stopped at its bounds and left some for the next.
    pub capped: bool,
    /// The reason for which it broke off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RunStatus {
    /// It goes on.
    Running,
    /// It ended, and nothing failed.
    Ok,
    /// An item or the whole run failed, or it was cut off.
    Failed,
}

impl RunView {
    /// At this time.
    fn new(mut run: JobRun, now: Timestamp) -> Self {
        let is_cut_off = run.finished_at.is_none() && run.started_at < now.plus(-LONGEST);
        if is_cut_off {
            run.error = Some("did not finish".to_owned());
        }
        let ok = run.failed == 0 && run.error.is_none();
        Self {
            duration_ms: run.finished_at.map(|end| end.since(run.started_at).max(0)),
            status: match (ok, run.finished_at) {
                (false, _) => RunStatus::Failed,
                (true, None) => RunStatus::Running,
                (true, Some(_)) => RunStatus::Ok,
            },
            ok,
            id: run.id,
            started_at: run.started_at,
            finished_at: run.finished_at,
            found: run.found,
            done: run.done,
            failed: run.failed,
            capped: run.capped,
            error: run.error,
        }
    }
}

fn runs_of(job: &str) -> Query<JobRun> {
    Query::new()
        .filter(Filter::eq(JobRun::JOB, job))
        .order(Order::desc(JobRun::STARTED_AT))
}

/// Answers 200 with all jobs.
pub async fn list(ctx: Ctx, _: Request) -> Result<Reply> {
    let last: Vec<_> = JOBS.iter().map(|(job, _)| runs_of(job).first()).collect();
    let since = ctx.now().plus(-RECENT);
    let failed = |job: &str| {
        let failed = Filter::or([
            Filter::gt(JobRun::FAILED, 0),
            Filter::is_not_null(JobRun::ERROR),
            Filter::and([
                Filter::is_null(JobRun::FINISHED_AT),
                Filter::lt(JobRun::STARTED_AT, ctx.now().plus(-LONGEST)),
            ]),
        ]);
        let recent = Filter::ge(JobRun::STARTED_AT, since);
        runs_of(job)
            .filter(recent)
            .filter(failed)
            .count(MAX_FAILURES)
    };
    let failures: Vec<_> = JOBS.iter().map(|(job, _)| failed(job)).collect();
    let (last, failures) = ctx.read((last, failures)).await?;
    let items = JOBS.iter().zip(last).zip(failures);
    let items = items.map(|(((name, about), last), failures)| JobView {
        name,
        about,
        last_run: last.map(|run| RunView::new(run.into_inner(), ctx.now())),
        failures24h: failures,
    });
    Reply::ok(&JobListView {
        items: items.collect(),
        now: ctx.now(),
    })
}

/// Answers 200 with a page of a job's runs.
pub async fn runs(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let name = request.id("name")?;
    if !JOBS.iter().any(|(job, _)| *job == name) {
        return Err(Error::not_found());
    }
    let page = ctx.read(window.over(runs_of(name)).page()).await?;
    let items = page.items.iter();
    let items = items.map(|run| RunView::new((**run).clone(), ctx.now()));
    window.reply(&ctx, &page, items.collect()).await
}
