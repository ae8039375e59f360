//! Memory and processor time of another process, as Linux tells them (proc(5)).

use std::time::Duration;

/// Ticks of a second in what Linux tells of processes; the kernel's interface has 100 on all machines that Rust's standard
/// library and Whisper run on, also where the kernel itself counts in other ticks.
const TICKS: u64 = 100;

/// Processor time of all threads of a process so far, in steps of 10 ms; none where that isn't told.
pub fn processor(pid: u32) -> Option<Duration> {
    processor_in(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Bytes of memory that a process holds; none where that isn't told.
pub fn memory(pid: u32) -> Option<u64> {
    memory_in(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

/// The fields 14 and 15 of a line of `/proc/…/stat`: ticks in the program and in the kernel for it.
pub fn processor_in(stat: &str) -> Option<Duration> {
    // The second field is the program's name in brackets, and may hold blanks and brackets.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let program: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((program + kernel) * (1000 / TICKS)))
}

/// The line `VmRSS` of `/proc/…/status`.
pub fn memory_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kilobytes * 1024)
}
