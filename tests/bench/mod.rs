//! `whisper bench realtime`: its parts by themselves, and a small run of the whole.

#[path = "../../host/src/commands/bench/realtime/delays.rs"]
mod delays;
#[path = "../../host/src/commands/bench/realtime/frames.rs"]
mod frames;
#[path = "../../host/src/commands/bench/realtime/process.rs"]
mod process;

mod send;

use std::process::Command;
use std::time::Duration;

use delays::{Arrival, Delays, Spread};
use frames::{Frames, Heard};
use whisper_testkit::{Value, binary, root};

const STREAM: &str = "retry: 2000\n\nid: a\nevent: stream.ready\ndata: {\"type\":\"stream.ready\"}\n\n: b\n\n\
    event: message.created\ndata: {\"message\":{\"content\":\"Message 7: häuser\"}}\n\n\
    event: message.changed\ndata: {\"changes\":{\"content\":\"Message 8: no\"}}\n\n\
    event: message.created\ndata: {\"message\":{\"content\":\"something else\"}}\n\n\
    event: message.created\ndata: {\"message\":{\"content\":\"Message 9: x\"}}\n\n";

fn heard(portions: &[&[u8]]) -> Vec<Heard> {
    let (mut frames, mut all) = (Frames::default(), Vec::new());
    for portion in portions {
        frames.push(portion, |heard| all.push(heard));
    }
    all
}

#[test]
fn a_stream_is_read_however_it_is_cut() {
    let bytes = STREAM.as_bytes();
    let wanted = [Heard::Ready, Heard::Message(7), Heard::Message(9)];
    assert_eq!(heard(&[bytes]), wanted);
    for cut in 0..=bytes.len() {
        assert_eq!(heard(&[&bytes[..cut], &bytes[cut..]]), wanted, "at {cut}");
    }
    let each: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(heard(&each), wanted);
    assert_eq!(heard(&[&bytes[..bytes.len() - 1]]), wanted[..2]);
}

#[test]
fn conversations_are_taken_in_turn() {
    let spread = |streams, conversations| Spread {
        streams,
        conversations,
    };
    let hearing = |spread: Spread| [0, 1, 2, 3].map(|message| spread.hearing(message));
    assert_eq!(hearing(spread(8, 3)), [3, 3, 2, 3]);
    assert_eq!(hearing(spread(1000, 1)), [1000; 4]);
    assert_eq!(hearing(spread(2, 2)), [1; 4]);
    // The messages 1, 2 and 4 of three conversations: 3, 2 and 3.
    let answers = [Some(0), Some(0), None, Some(0)];
    assert_eq!(spread(8, 3).events(1, &answers), 8);
}

#[test]
fn delays_count_from_the_answer_and_each_event_once() {
    let arrival = |message, stream, at| Arrival {
        message,
        stream,
        at,
    };
    let spread = Spread {
        streams: 2,
        conversations: 1,
    };
    // Messages 10 to 12; the second was refused.
    let answers = [Some(1_000), None, Some(5_000)];
    let arrivals = vec![
        arrival(12, 0, 6_500),
        // Arrivals of an earlier message, and of one whose send was refused.
        arrival(9, 0, 500),
        arrival(11, 0, 4_000),
        // An event that came before the answer, and the same event once more.
        arrival(10, 1, 900),
        arrival(10, 1, 3_000),
        arrival(10, 0, 1_250),
    ];
    let wanted = Delays {
        micros: vec![250, 0, 1_500],
        missing: 1,
        repeated: 1,
    };
    assert_eq!(spread.delays(10, &answers, arrivals), wanted);
}

#[test]
fn the_process_is_known_where_linux_tells_of_it() {
    let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 150 25 0 0 20 0 9 0 5 6 7";
    assert_eq!(
        process::processor_in(stat),
        Some(Duration::from_millis(1_750))
    );
    let status = "Name:\twhisper\nVmHWM:\t 9 kB\nVmRSS:\t   2048 kB\nThreads:\t9\n";
    assert_eq!(process::memory_in(status), Some(2 << 20));
    for broken in ["", "42 (a) S 1", "VmRSS: many kB"] {
        assert_eq!(process::processor_in(broken), None);
        assert_eq!(process::memory_in(broken), None);
    }
    let own = std::process::id();
    let told = std::path::Path::new("/proc/self/stat").exists();
    assert_eq!(process::memory(own).is_some_and(|bytes| bytes > 0), told);
    assert_eq!(process::processor(own).is_some(), told);
    assert_eq!(process::memory(u32::MAX), None);
}

fn bench(options: &[&str]) -> std::process::Output {
    let mut command = Command::new(binary());
    command.current_dir(root()).args(["bench", "realtime"]);
    command.args(options).output().unwrap()
}

#[test]
fn a_small_run_hears_every_event() {
    let small = [
        "--streams=6",
        "--conversations=4,1",
        "--rate=8",
        "--connections=2",
        "--seconds=1",
        "--warm-up=0",
        "--json",
    ];
    let done = bench(&small);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let result: Value = serde_json::from_slice(&done.stdout).unwrap();
    // Of eight messages each of four conversations gets two, one all; six streams hear them.
    for (run, conversations, events) in [(0, 4, 12), (1, 1, 48)] {
        let run = &result["runs"][run];
        assert_eq!(run["conversations"], conversations, "{result}");
        assert_eq!(run["events"], events, "{result}");
        for nothing in ["missing", "brokenStreams", "errors"] {
            assert_eq!(run[nothing], 0, "{nothing}: {result}");
        }
        for something in ["p99Ms", "sendsPerSecondAlone", "ratio"] {
            assert!(run[something].as_f64() > Some(0.0), "{something}: {result}");
        }
        let told = std::path::Path::new("/proc/self/stat").exists();
        for known in ["idleBytesPerStream", "cpuMsPer1000Events"] {
            assert_eq!(run[known].is_f64(), told, "{known}: {result}");
        }
    }
}

#[test]
fn what_can_not_be_measured_is_refused() {
    for (options, why) in [
        (
            &["--streams=3", "--conversations=4"][..],
            "3 streams don't fill 4",
        ),
        (&["--url=https://127.0.0.1:1"], "http://"),
        (&["--pid=1"], "--url"),
    ] {
        let done = bench(options);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(!done.status.success(), "{options:?}");
        assert!(said.contains(why), "{options:?}: {said}");
    }
}
