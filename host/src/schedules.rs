//! Runs the jobs of `[[application.tool.whisper.schedules]]` by a request to their route.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST};
use http::{Method, Request};
use http_body_util::{BodyExt, Limited};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;
use whisper_manifest::ScheduleEntry;
use whisper_manifest::schedule::{Due, Planner};

use crate::app::App;
use crate::clock::Clock;
use crate::ran::Ran;
use crate::{log, problem};

/// How often the clock is looked at: it may be moved at any time.
const LOOK: Duration = Duration::from_millis(500);
/// The longest wait for a run that is under way elsewhere.
const LONGEST_LEASE: Duration = Duration::from_secs(300);
/// Bytes of a job's answer that are read.
const MAX_ANSWER: usize = 64 * 1024;
const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The jobs of the application.
pub struct Schedules {
    app: Arc<App>,
    clock: Clock,
    operator_key: String,
    entries: Vec<ScheduleEntry>,
    planner: Mutex<Planner>,
    ran: Arc<Ran>,
    /// Held while a job runs: never two runs of one at once.
    running: Vec<tokio::sync::Mutex<()>>,
}

impl Schedules {
    /// The jobs. Jobs that became due since they `ran` last are due at once.
    pub fn new(
        app: Arc<App>,
        clock: Clock,
        operator_key: String,
        entries: Vec<ScheduleEntry>,
        ran: Ran,
    ) -> Self {
        let now = clock.now();
        let planner = Planner::new(&entries, now, |job| ran.last(job));
        // From now on they can be missed.
        let names = entries.iter().map(|entry| entry.name.as_str());
        let new: Vec<&str> = names.filter(|job| ran.last(job).is_none()).collect();
        ran.note(new, now);
        Self {
            planner: Mutex::new(planner),
            ran: Arc::new(ran),
            running: entries
                .iter()
                .map(|_| tokio::sync::Mutex::default())
                .collect(),
            app,
            clock,
            operator_key,
            entries,
        }
    }

    /// The jobs with their times.
    pub fn entries(&self) -> &[ScheduleEntry] {
        &self.entries
    }

    /// Runs jobs as they become due, until `stop` says so.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        self.tell_missed();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            for due in self.due() {
                let this = Arc::clone(&self);
                tokio::spawn(async move {
                    // Still running since last time: it will find the work that is left.
                    if let Ok(_alone) = this.running[due.index].try_lock() {
                        this.send(due.index, Some(due.at)).await;
                    }
                });
            }
        }
    }

    /// Once `stop` says so, lets no job begin any more, and waits up to `grace` for the ones that run.
    /// Returns whether all of them finished.
    pub async fn finish(&self, mut stop: watch::Receiver<bool>, grace: Duration) -> bool {
        // An error means that the sender is gone, which counts as the signal to stop.
        let _ = stop.wait_for(|stop| *stop).await;
        let all = self.running.iter().map(tokio::sync::Mutex::lock);
        match tokio::time::timeout(grace, join_all(all)).await {
            Ok(held) => {
                held.into_iter().for_each(std::mem::forget);
                true
            }
            Err(_) => false,
        }
    }

    /// Runs the jobs that are due now, or every job, one after the other; tells how each ended.
    pub async fn run_now(&self, all: bool) -> Vec<Value> {
        let due = self.due();
        let jobs: Vec<_> = match all {
            true => (0..self.entries.len()).map(|index| (index, None)).collect(),
            false => due.iter().map(|due| (due.index, Some(due.at))).collect(),
        };
        let mut results = Vec::new();
        for (index, at) in jobs {
            let _alone = self.running[index].lock().await;
            results.push(self.send(index, at).await);
        }
        results
    }

    fn due(&self) -> Vec<Due> {
        self.planner().due(self.clock.now())
    }

    fn planner(&self) -> MutexGuard<'_, Planner> {
        self.planner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs the jobs that became due while the host was down.
    fn tell_missed(&self) {
        let missed = self.planner().overdue(self.clock.now());
        for (index, due) in missed {
            let name = self.entries[index].name.as_str();
            let fields = json!({ "job": name, "due": due.to_string() });
            log::event("job_missed", fields, || {
                format!("job {name} was due at {due} while the host was down; it runs now")
            });
        }
    }

    /// Runs a job, for a time in its schedule or by itself.
    async fn send(&self, index: usize, at: Option<Timestamp>) -> Value {
        let entry = &self.entries[index];
        let (start, time) = (Instant::now(), self.clock.now());
        // By the time a job knows whether another host has run it.
        let route = match at {
            Some(at) => format!("{}?due={at}", entry.route),
            None => entry.route.clone(),
        };
        let mut result = match self.request(&route) {
            Ok(request) => self.answer(request).await,
            Err(e) => json!({ "ok": false, "error": e.to_string() }),
        };
        result["job"] = entry.name.as_str().into();
        result["ms"] = u64::try_from(start.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .into();
        self.log(&entry.name, &result);
        if let Some(seconds) = result["answer"]["againInSeconds"].as_u64() {
            if let Some(at) = at {
                self.come_back(Due { index, at }, seconds);
            }
            return result;
        }
        // Whether it went well or not: its next run finds the work that is left.
        let (ran, name) = (Arc::clone(&self.ran), entry.name.clone());
        let noted = tokio::task::spawn_blocking(move || ran.note([name.as_str()], time));
        // `note` logs itself when it can't write the file.
        let _ = noted.await;
        result
    }

    /// The job is under way elsewhere: when that run must be over it is looked after, as it may have been cut off. Until then it doesn't count
    /// as run, also if this host is started anew.
    fn come_back(&self, due: Due, seconds: u64) {
        let wait = Duration::from_secs(seconds).min(LONGEST_LEASE);
        let wait = SignedDuration::try_from(wait).unwrap_or_default();
        let until = self.clock.now().checked_add(wait);
        self.planner().put_off(due, until.unwrap_or(Timestamp::MAX));
    }

    /// Posts to a route as the operator, outside of all schedules; a refusal stands in the log.
    pub async fn post(&self, route: &str) {
        let result = match self.request(route) {
            Ok(request) => self.answer(request).await,
            Err(e) => json!({ "ok": false, "error": e.to_string() }),
        };
        if result["ok"] != true {
            log::warning(&format!("{route} did not go well: {result}"));
        }
    }

    fn request(&self, route: &str) -> http::Result<Request<wasmtime_wasi_http::WasiBody>> {
        Request::builder()
            .method(Method::POST)
            .uri(route)
            .header(HOST, self.app.authority())
            .header(AUTHORIZATION, format!("Bearer {}", self.operator_key))
            .header(CONTENT_LENGTH, 0)
            .body(problem::full(Bytes::new()))
    }

    async fn answer(&self, request: Request<wasmtime_wasi_http::WasiBody>) -> Value {
        let response = self.app.handle_public(request, CLIENT).await;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await;
        let body = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut result = json!({ "ok": status.is_success(), "status": status.as_u16() });
        match body.get("code") {
            Some(code) if !status.is_success() => result["code"] = code.clone(),
            _ => result["answer"] = body,
        }
        result
    }

    fn log(&self, name: &str, result: &Value) {
        let (status, ms) = (&result["status"], &result["ms"]);
        if result["ok"] == true {
            let how = match result["answer"]["isElsewhere"] == true {
                true => "left to another host, ",
                false => "",
            };
            log::event("job", result.clone(), || {
                format!("job {name}: {how}{status} in {ms} ms")
            });
        } else {
            let code = result
                .get("code")
                .or(result.get("error"))
                .cloned()
                .unwrap_or_default();
            log::event("job_failed", result.clone(), || {
                format!("job {name} failed: {status} {code} in {ms} ms")
            });
        }
    }
}
