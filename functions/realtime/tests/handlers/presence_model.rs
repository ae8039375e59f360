//! Random devices of two people against a simple model: the presence that another sees, and that streams are told of each change of it.

use futures::executor::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use realtime::signals::{gone, keep, run_out};
use whisper_messages::testing::Person;

use crate::room::{Ear, Room, SECOND, room};

const DEVICES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Is(usize, usize),
    Keep(usize),
    Gone(usize),
    RunOut,
    Advance(i64),
}

const STATUSES: [&str; 4] = ["online", "away", "busy", "invisible"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..DEVICES, 0..STATUSES.len()).prop_map(|(device, is)| Step::Is(device, is)),
        3 => (0..DEVICES).prop_map(Step::Keep),
        1 => (0..DEVICES).prop_map(Step::Gone),
        1 => Just(Step::RunOut),
        3 => prop::sample::select(vec![1, 5, 20, 24, 26, 44, 46]).prop_map(Step::Advance),
    ]
}

/// A device: its status, and until when it counts.
#[derive(Clone, Copy, Debug, Default)]
struct Device {
    status: usize,
    until: i64,
}

/// The devices, and the events that the others were told.
#[derive(Debug)]
struct Model {
    now: i64,
    devices: [Device; DEVICES],
}

impl Model {
    fn apply(&mut self, step: Step) {
        let now = self.now;
        match step {
            Step::Is(device, status) => {
                self.devices[device] = Device {
                    status,
                    until: now + 45,
                };
            }
            Step::Keep(device) => self.devices[device].until = now + 45,
            Step::Gone(device) => {
                let device = &mut self.devices[device];
                device.until = device.until.min(now + 25);
            }
            Step::RunOut => {}
            Step::Advance(seconds) => self.now += seconds,
        }
    }

    fn status(&self) -> &'static str {
        let live = self.devices.iter().filter(|device| device.until > self.now);
        let says: Vec<&str> = live.map(|device| STATUSES[device.status]).collect();
        let is = |status: &str| says.contains(&status);
        match () {
            () if is("busy") => "busy",
            () if is("online") => "online",
            () if is("away") => "away",
            () => "offline",
        }
    }
}

fn run(room: &Room, devices: &[Person], sessions: &[String], step: Step) {
    let ctx = room.0.edge.ctx();
    let user = devices[0].id.clone();
    match step {
        Step::Is(device, status) => {
            room.is(&devices[device], STATUSES[status]);
        }
        Step::Keep(device) => block_on(keep(&ctx, &[(user, sessions[device].clone())])).unwrap(),
        Step::Gone(device) => {
            let device = (user.clone(), sessions[device].clone());
            block_on(gone(&ctx, &[device])).unwrap();
        }
        Step::RunOut => block_on(run_out(&ctx, &[user].into())).unwrap(),
        Step::Advance(seconds) => room.advance(seconds * SECOND),
    }
}

#[test]
fn whatever_devices_do_others_see_their_sum_and_hear_of_it() {
    let steps = prop::collection::vec(step(), 1..30);
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        let room = room();
        let (ann, bob) = (room.person("ann"), room.person("bob"));
        let mut devices = vec![ann.clone()];
        devices.resize_with(DEVICES, || room.device(&ann));
        let sessions = room.sessions(&ann);
        let mut model = Model {
            now: 0,
            devices: [Device::default(); DEVICES],
        };
        let (mut heard, mut seen) = ("offline".to_owned(), 0);
        for step in steps {
            run(&room, &devices, &sessions, step);
            model.apply(step);
            // The last words to a stream.
            let ear = [Ear::of(&bob).watching(&[&ann])];
            if let Some((_, status)) = room.heard(seen, &ear).pop() {
                heard = status;
            }
            seen = room.signals().len();
            let is_written = !matches!(step, Step::Advance(_) | Step::RunOut);
            // A device that ran out beside others is found when any of them says something; by itself, when it is asked for.
            let is_settled = is_written || model.status() == "offline";
            if is_settled {
                prop_assert_eq!(room.status(&bob, &ann), model.status(), "{:?}", step);
            }
            let is_told = is_written || matches!(step, Step::RunOut) && is_settled;
            if is_told {
                prop_assert_eq!(&heard, model.status(), "{:?} {:?}", step, model);
            }
        }
        Ok(())
    });
    outcome.unwrap();
}
