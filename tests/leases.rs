//! Jobs run once, whoever calls them: two hosts on one database, a call beside a run, a host that dies at one.

use std::time::Duration;

use whisper_schema::prelude::JobRun;
use whisper_store::{Filter, Query};
use whisper_testkit::push::PushService;
use whisper_testkit::{TestApp, Value, json};

use crate::{push, stored};

/// The job that has been seen to be at work, as its push isn't answered yet.
const PUSH: &str = "notification-push";
/// A job of once a day.
const DAILY: &str = "error-retention";

/// A host whose components don't react, on a database that others may share.
fn host(service: &PushService, url: Option<&str>, ahead: &str) -> Option<TestApp> {
    let host = TestApp::own()
        .variable("push_extra_origin", service.origin())
        .variable("event_consumers", "")
        .argument(&format!("--clock-offset={ahead}"));
    let host = match url {
        Some(url) => host.on_postgres(url),
        None => host,
    };
    host.start()
}

/// Has a push wait for the job.
fn due_push(app: &TestApp, service: &PushService) {
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    push::device(app, service, &bob, "/bob");
    let path = push::direct(app, &ann, &bob);
    push::say(app, &ann, &path, &json!({}));
}

/// Runs the job at a host, and something else while it is at work.
fn beside(app: &TestApp, service: &PushService, meanwhile: impl FnOnce()) -> Option<Value> {
    let before = service.pushed().len();
    service.hold(true);
    std::thread::scope(|scope| {
        let job = scope.spawn(|| {
            let job = app.post(&format!("/internal/jobs/{PUSH}"));
            job.bearer(app.operator_key()).try_send().ok()
        });
        service.wait_for(before + 1);
        meanwhile();
        service.hold(false);
        job.join().unwrap().map(|answer| answer.expect(200))
    })
}

fn runs(app: &TestApp, job: &str) -> usize {
    let runs = Query::new().filter(Filter::eq(JobRun::JOB, job));
    stored::all::<JobRun>(&stored::store(app), runs).len()
}

/// The answer of a job that is due by its schedule; none when it isn't.
fn scheduled(app: &TestApp, job: &str) -> Option<Value> {
    let ran = app.control(&json!({"cmd": "run-schedules"}));
    let jobs = ran["jobs"].as_array().unwrap().iter();
    let mut found = jobs.filter(|ran| ran["job"] == job);
    found.next().map(|ran| ran["answer"].clone())
}

#[test]
fn a_job_is_at_work_once_on_all_hosts_whatever_their_clocks_say() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let (url, service) = (server.fresh_database(), PushService::start());
    let start = |ahead| host(&service, Some(&url), ahead);
    let Some(((here, there), ahead)) = start("0s").zip(start("0s")).zip(start("2h")) else {
        return;
    };
    due_push(&here, &service);
    let report = beside(&here, &service, || {
        for other in [&there, &ahead] {
            let told = other.run_job(PUSH).expect(200);
            assert_eq!(
                (&told["isElsewhere"], &told["done"]),
                (&json!(true), &json!(0))
            );
        }
        assert_eq!(runs(&here, PUSH), 1);
    });
    assert!(report.unwrap()["done"].as_u64() >= Some(1));
    assert_eq!(service.pushed().len(), 1);
    let after = there.run_job(PUSH).expect(200);
    assert_eq!(after.get("isElsewhere"), None, "it was given back");
}

#[test]
fn of_two_hosts_with_a_schedule_one_runs_a_job_that_is_due() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let (url, service) = (server.fresh_database(), PushService::start());
    let start = || host(&service, Some(&url), "0s");
    let Some((here, there)) = start().zip(start()) else {
        return;
    };
    here.advance("24h");
    there.advance("24h");
    let ran = scheduled(&here, DAILY).unwrap();
    assert_eq!(ran.get("isElsewhere"), None);
    let told = scheduled(&there, DAILY).unwrap();
    assert_eq!(
        (&told["isElsewhere"], told.get("againInSeconds")),
        (&json!(true), None)
    );
    there.advance("10m");
    assert_eq!(scheduled(&there, DAILY), None);
    assert_eq!(runs(&here, DAILY), 1);
    there.run_job(DAILY).expect(200);
    assert_eq!(runs(&here, DAILY), 2, "by hand it runs again");
}

#[test]
fn a_host_takes_over_the_job_of_one_that_died_at_it() {
    let Some(server) = postgres_server::shared() else {
        return;
    };
    let (url, service) = (server.fresh_database(), PushService::start());
    let start = || host(&service, Some(&url), "0s");
    let Some((here, there)) = start().zip(start()) else {
        return;
    };
    due_push(&here, &service);
    let answered = beside(&here, &service, || {
        here.signal("KILL");
        let told = there.run_job(PUSH).expect(200);
        assert_eq!(told["isElsewhere"], true, "nobody can know yet");
        stored::end_leases(&there);
        let taken = there.run_job(PUSH).expect(200);
        assert_eq!(taken.get("isElsewhere"), None);
    });
    assert_eq!(answered, None);
    assert_eq!(runs(&there, PUSH), 2);
}

#[test]
fn a_call_beside_a_run_on_one_host_is_told_so() {
    let service = PushService::start();
    let Some(app) = host(&service, None, "0s") else {
        return;
    };
    due_push(&app, &service);
    let report = beside(&app, &service, || {
        let told = app.run_job(PUSH).expect(200);
        assert_eq!(told["isElsewhere"], true);
    });
    assert!(report.unwrap()["done"].as_u64() >= Some(1));
}

#[test]
fn a_schedule_comes_back_for_a_job_that_was_cut_off_elsewhere() {
    let service = PushService::start();
    let Some(app) = host(&service, None, "0s") else {
        return;
    };
    app.person("ann");
    let day = Duration::from_secs(24 * 60 * 60);
    app.advance("24h");
    // On PostgreSQL the clock is the server's.
    let from_now = match app.postgres() {
        Some(_) => Duration::ZERO,
        None => day,
    };
    stored::hold_lease(&app, DAILY, from_now + Duration::from_secs(60));
    let told = scheduled(&app, DAILY).unwrap();
    assert_eq!(told["isElsewhere"], true);
    assert_eq!(scheduled(&app, DAILY), None, "not before its end");
    stored::end_leases(&app);
    app.advance("61s");
    let ran = scheduled(&app, DAILY).unwrap();
    assert_eq!(ran.get("isElsewhere"), None, "not a day later");
    app.advance("61s");
    assert_eq!(scheduled(&app, DAILY), None);
    assert_eq!(runs(&app, DAILY), 1);
}
