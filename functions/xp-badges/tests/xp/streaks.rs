//! Days in a row, as the user's own clock counts them.

use super::*;
use proptest::prelude::*;
use serde_json::json;
use whisper_schema::prelude::UserActivityType as A;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The streak after activities at these times.
fn streak(zone: Option<&str>, times: &[&str]) -> i64 {
    let scene = Scene::in_zone(zone);
    for time in times {
        scene.did(&scene.user, A::MessageSent, 1, at(time));
    }
    scene.run();
    scene.profile().streak_days
}

#[test]
fn days_in_a_row_are_those_of_the_users_zone() {
    // Two evenings in Los Angeles, in UTC two days apart.
    let evenings = ["2026-06-01T23:00:00Z", "2026-06-03T01:00:00Z"];
    assert_eq!(streak(Some("America/Los_Angeles"), &evenings), 2);
    assert_eq!(streak(None, &evenings), 1);
}

#[test]
fn daylight_saving_neither_breaks_a_streak_nor_makes_one() {
    let zurich = Some("Europe/Zurich");
    // Around the day of 23 hours, and the one of 25.
    assert_eq!(
        streak(
            zurich,
            &[
                "2026-03-28T22:59:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z"
            ]
        ),
        3
    );
    assert_eq!(
        streak(
            zurich,
            &[
                "2026-10-24T21:59:00Z",
                "2026-10-24T22:00:00Z",
                "2026-10-25T22:59:00Z"
            ]
        ),
        2
    );
}

#[test]
fn a_day_without_breaks_it_also_when_nothing_ran_since() {
    let scene = Scene::new();
    scene.does(A::MessageSent, 1);
    scene.run();
    scene.edge.advance(DAY);
    scene.does(A::MessageSent, 1);
    scene.run();
    let streak = |scene: &Scene| scene.progress()["streak"].clone();
    assert_eq!(
        streak(&scene),
        json!({"days": 2, "longestDays": 2, "activeToday": true})
    );
    scene.edge.advance(DAY);
    assert_eq!(
        streak(&scene),
        json!({"days": 2, "longestDays": 2, "activeToday": false})
    );
    scene.edge.advance(DAY);
    assert_eq!(
        streak(&scene),
        json!({"days": 0, "longestDays": 2, "activeToday": false})
    );
    scene.does(A::MessageSent, 1);
    scene.run();
    assert_eq!(
        streak(&scene),
        json!({"days": 1, "longestDays": 2, "activeToday": true})
    );
}

#[test]
fn who_changes_the_zone_gets_no_day_twice() {
    let scene = Scene::in_zone(Some("Pacific/Auckland"));
    scene.did(&scene.user, A::MessageSent, 60, at("2026-06-02T10:00:00Z"));
    scene.run();
    let west = whisper_store::Patch::new().set(Profile::TIMEZONE, "Pacific/Honolulu");
    block_on(
        scene
            .edge
            .store()
            .commit(Batch::new().update(&scene.user, west)),
    )
    .unwrap();
    // In Honolulu it is still the day before.
    scene.did(&scene.user, A::MessageSent, 60, at("2026-06-02T11:00:00Z"));
    scene.run();
    let profile = scene.profile();
    assert_eq!((profile.xp, profile.streak_days), (100, 1));
}

#[test]
fn a_week_earns_its_badge() {
    let scene = Scene::new();
    for _ in 0..7 {
        assert!(!scene.profile().badges.contains(&"streak_7".to_owned()));
        scene.does(A::Login, 1);
        scene.run();
        scene.edge.advance(DAY);
    }
    assert!(scene.profile().badges.contains(&"streak_7".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Against the plainest model: the local days written down, and counted back from the last.
    #[test]
    fn the_streak_is_the_run_of_local_days_that_ends_with_the_last(
        zone in prop::sample::select(vec!["UTC", "Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/St_Johns"]),
        start in 1_700_000_000_i64..1_900_000_000,
        gaps in prop::collection::vec(0_i64..130_000, 1..40),
        portions in 1_usize..5,
    ) {
        let scene = Scene::in_zone(Some(zone));
        let mut seconds = start;
        let mut times = Vec::new();
        for gap in gaps {
            seconds += gap;
            times.push(seconds);
        }
        for portion in times.chunks(portions) {
            for time in portion {
                scene.did(&scene.user, A::MessageSent, 1, Timestamp::from_millis(time * 1000));
            }
            scene.run();
        }
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let mut days: Vec<_> = times
            .iter()
            .map(|time| jiff::Timestamp::from_second(*time).unwrap().to_zoned(zone.clone()).date())
            .collect();
        days.dedup();
        let mut streak = 1;
        for pair in days.windows(2).rev() {
            if pair[0].tomorrow().unwrap() != pair[1] {
                break;
            }
            streak += 1;
        }
        prop_assert_eq!(scene.profile().streak_days, streak);
    }
}

fn moves(scene: &Scene, zone: &str) {
    let zone = whisper_store::Patch::new().set(Profile::TIMEZONE, zone);
    let batch = Batch::new().update(&scene.user, zone);
    block_on(scene.edge.store().commit(batch)).unwrap();
}

#[test]
fn a_day_that_the_zone_left_out_is_no_idle_one() {
    // Samoa went from the 29th to the 31st of December 2011.
    let times = ["2011-12-29T20:00:00Z", "2011-12-30T20:00:00Z"];
    assert_eq!(streak(Some("Pacific/Apia"), &times), 2);
    let idle = ["2011-12-29T20:00:00Z", "2012-01-01T20:00:00Z"];
    assert_eq!(streak(Some("Pacific/Apia"), &idle), 1);
}

#[test]
fn a_day_that_was_jumped_over_by_moving_is_no_idle_one() {
    let scene = Scene::in_zone(Some("Pacific/Honolulu"));
    // 10 o'clock on the 2nd there, and on the 3rd beyond the date line.
    scene.did(&scene.user, A::MessageSent, 1, at("2026-06-02T20:00:00Z"));
    scene.run();
    moves(&scene, "Pacific/Kiritimati");
    scene.did(&scene.user, A::MessageSent, 1, at("2026-06-03T16:00:00Z"));
    scene.run();
    assert_eq!(scene.profile().streak_days, 2, "the 4th there");
    scene.did(&scene.user, A::MessageSent, 1, at("2026-06-05T16:00:00Z"));
    scene.run();
    assert_eq!(scene.profile().streak_days, 1, "the 5th went by");
}

#[test]
fn a_clock_that_was_a_year_ahead_for_a_minute_holds_nobody_up() {
    let scene = Scene::new();
    let year = 365 * DAY;
    scene.does(A::MessageSent, 1);
    scene.edge.advance(year);
    scene.does(A::MessageSent, 1);
    scene.run();
    scene.edge.advance(-year);
    for days in 1..=3 {
        scene.edge.advance(DAY);
        scene.did(&scene.user, A::MessageSent, 1, scene.now());
        scene.run();
        let progress = scene.progress();
        assert_eq!(progress["streak"]["days"], days);
        assert_eq!(progress["today"]["xp"], 2, "each day is one of its own");
    }
}
