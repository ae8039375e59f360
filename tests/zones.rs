//! The users' own time zones, daylight saving included: components bring the rules along.

use whisper_schema::Timestamp;
use whisper_testkit::{Person, TestApp, Value, json};

use crate::push;

/// Moves the clock to the next time that it is this, such as `07-14T04:30:00`, in UTC.
fn until(app: &TestApp, moment: &str) {
    let now = app.control(&json!({"cmd": "now"}))["now"].clone();
    let now = Timestamp::parse(now.as_str().unwrap()).unwrap();
    let year: u32 = now.to_string()[..4].parse().unwrap();
    let in_year = |year| Timestamp::parse(&format!("{year}-{moment}Z")).unwrap();
    let next = Some(in_year(year)).filter(|at| *at > now);
    let next = next.unwrap_or_else(|| in_year(year + 1));
    app.advance(&format!("{}s", next.since(now) / 1000 + 1));
}

/// Signs in again: months later the session is over.
fn again(app: &TestApp, who: &Person) -> Person {
    let body = json!({"email": who.email, "password": who.password});
    let signed_in = app.post("/v1/sessions").json(&body).send().expect(201);
    Person {
        token: signed_in["accessToken"].as_str().unwrap().to_owned(),
        ..who.clone()
    }
}

#[test]
fn a_streak_goes_by_the_users_days_in_winter_and_in_summer() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let zone = json!({"timezone": "America/New_York"});
    let etag = ann.get(&app, "/v1/me").header("etag").unwrap().to_owned();
    let patch = ann.call(&app, "PATCH", "/v1/me").header("if-match", &etag);
    patch.json(&zone).send().expect(200);
    // In winter half past four is half past eleven of the day before, in summer half past midnight.
    for (moment, day, streak) in [
        ("01-15T04:30:00", "01-14", 1),
        ("07-14T04:30:00", "07-14", 1),
        ("07-15T03:30:00", "07-14", 1),
        ("07-15T04:30:00", "07-15", 2),
    ] {
        until(&app, moment);
        // Signing in is an activity.
        let ann = again(&app, &ann);
        let seen = app.eventually(|| {
            let progress = ann.get(&app, "/v1/me/progress").expect(200);
            let active = &progress["streak"]["activeToday"];
            (*active == true).then_some(progress)
        });
        let date = seen["today"]["date"].as_str().unwrap();
        assert_eq!(&date[5..], day, "{moment}");
        app.run_job("xp-badges").expect(200);
        let progress: Value = ann.get(&app, "/v1/me/progress").expect(200);
        assert_eq!(progress["streak"]["days"], streak, "{moment}");
    }
}

#[test]
fn quiet_hours_go_by_the_clock_on_the_wall_in_winter_and_in_summer() {
    let Some((app, service)) = push::start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let path = push::direct(&app, &ann, &bob);
    let quiet = json!({"quietFrom": "22:00", "quietTo": "06:00", "timezone": "Europe/Berlin"});
    bob.put(&app, "/v1/me/notification-settings", &quiet)
        .expect(200);
    for (n, (moment, pushes)) in [("01-15T04:30:00", 0), ("07-15T04:30:00", 1)]
        .iter()
        .enumerate()
    {
        until(&app, moment);
        let (ann, bob) = (again(&app, &ann), again(&app, &bob));
        push::device(&app, &service, &bob, &format!("/{n}"));
        push::say(&app, &ann, &path, &json!({}));
        push::wait_for_messages(&app, "delivered", n as u64 + 1);
        assert_eq!(service.pushed().len(), *pushes, "{moment}");
    }
}
