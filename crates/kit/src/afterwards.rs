//! The work that waits for the answer ([`crate::signal`]), in tasks that go on after it: consumers are woken, faults reported.

use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use spin_sdk::wasip3::spawn;
use whisper_store::outgoing;

use crate::ctx::Instance;
use crate::log::{self, Level};
use crate::reaction;
use crate::signal::{CONSUMERS, Fault, REPORTS, REPORTS_PATH, STREAMS};

/// The least time between two calls of an instance to a consumer. Commits in the meantime are handled together; a
/// consumer has to be woken within 200 ms of a commit.
const GAP: Duration = Duration::from_millis(100);
/// The least time between two calls of an instance that wake streams.
const STREAM_GAP: Duration = Duration::from_secs(1);

/// Calls the consumers after a commit, starts the work left for after the answer, and reports faults. Returns at once.
pub(crate) fn deliver(instance: &Rc<Instance>) {
    if instance.signals.take_committed() {
        for name in instance.config.list(CONSUMERS) {
            wake(instance, name);
        }
        wake_streams(instance);
    }
    for task in instance.signals.take_tasks() {
        let instance = Rc::clone(instance);
        spawn(async move {
            task.await;
            deliver(&instance);
        });
    }
    let faults = instance.signals.take_faults();
    let to = instance.config.text(REPORTS).trim().to_owned();
    if !faults.is_empty() && !to.is_empty() {
        spawn(report(to, faults));
    }
}

/// Does the work that is left for after the answer, where the instance may be stopped as soon as it has given one.
#[cfg(not(feature = "spin"))]
pub(crate) async fn work_off(instance: &Instance) {
    for task in instance.signals.take_tasks() {
        task.await;
    }
}

fn wake(instance: &Rc<Instance>, name: &str) {
    let mut waking = instance.signals.waking.borrow_mut();
    if let Some(again) = waking.get_mut(name) {
        *again = true;
        return;
    }
    waking.insert(name.to_owned(), false);
    let call = Call {
        instance: Rc::clone(instance),
        name: name.to_owned(),
    };
    spawn(call.go_on());
}

/// Has streams told of a commit now. Within a second of a call there is no other: for a while they look often by themselves, and then ten times a
/// second.
fn wake_streams(instance: &Instance) {
    let since = instance.signals.streams_woken.get();
    if since.is_some_and(|since| since.elapsed() < STREAM_GAP) {
        return;
    }
    for name in instance.config.list(STREAMS) {
        instance.signals.streams_woken.set(Some(Instant::now()));
        let name = name.to_owned();
        spawn(async move {
            let cause = match post(&name, reaction::PATH, Bytes::new()).await {
                Ok(status) if status.is_success() => return,
                Ok(status) => status.to_string(),
                Err(cause) => cause,
            };
            let fields = [("component", name.into()), ("cause", cause.into())];
            log::write(Level::Warn, "streams_not_woken", "", &fields);
        });
    }
}

/// A consumer that is being called; forgotten when dropped.
struct Call {
    instance: Rc<Instance>,
    name: String,
}

impl Call {
    async fn go_on(self) {
        loop {
            let answer = post(&self.name, reaction::PATH, Bytes::new()).await;
            match &answer {
                Ok(status) if status.is_success() => {}
                // The schedule will try again; so will the next commit.
                Ok(status) => return self.failed(status.as_str()),
                Err(cause) => return self.failed(cause),
            }
            spin_sdk::time::sleep(GAP).await;
            let more = answer == Ok(StatusCode::ACCEPTED);
            if !self.take_again() && !more {
                return;
            }
        }
    }

    fn take_again(&self) -> bool {
        let mut waking = self.instance.signals.waking.borrow_mut();
        waking.get_mut(&self.name).is_some_and(std::mem::take)
    }

    fn failed(&self, cause: &str) {
        let fields = [
            ("consumer", self.name.as_str().into()),
            ("cause", cause.into()),
        ];
        log::write(Level::Warn, "consumer_not_woken", "", &fields);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.instance.signals.waking.borrow_mut().remove(&self.name);
    }
}

async fn report(to: String, faults: Vec<Fault>) {
    for fault in faults {
        let body = Bytes::from(fault.to_json().to_string());
        let answer = post(&to, REPORTS_PATH, body).await;
        let cause = match answer {
            Ok(status) if status.is_success() => continue,
            Ok(status) => status.to_string(),
            Err(cause) => cause,
        };
        let fields = [("cause", cause.into())];
        log::write(
            Level::Warn,
            "fault_not_reported",
            &fault.request_id,
            &fields,
        );
    }
}

/// Calls a component of this application.
async fn post(component: &str, path: &str, body: Bytes) -> Result<StatusCode, String> {
    let request = http::Request::post(format!("http://{component}.spin.internal{path}"))
        .header("content-type", "application/json")
        .body(body)
        .map_err(|e| e.to_string())?;
    let response = outgoing::send(request).await;
    response
        .map(|response| response.status())
        .map_err(|e| e.to_string())
}
