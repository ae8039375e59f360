//! How much of a log is read at once: less after failures, so that an entry that can't be told is found, and stepped over.

use std::time::Duration;

/// After how many failures in a row less is read.
const TRIES: u32 = 3;
/// How long a failure is waited out before the same is tried again.
const OUTAGE: Duration = Duration::from_secs(1);
/// The pause before less is tried.
const SHORT: Duration = Duration::from_millis(100);

/// A portion of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    most: u32,
    size: u32,
    failures: u32,
}

impl Portion {
    /// So much, while nothing fails.
    pub fn new(most: u32) -> Self {
        Portion {
            most,
            size: most,
            failures: 0,
        }
    }

    /// How many entries to read.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether this is one entry that failed, or failed with others, often enough: it is stepped over if it fails again.
    pub fn is_last_try(&self) -> bool {
        self.size == 1 && self.failures > TRIES
    }

    /// It was told, or stepped over: more is read again, by and by.
    pub fn passed(&mut self) {
        if self.size == self.most {
            self.failures = 0;
        }
        self.size = self.size.saturating_mul(2).min(self.most);
    }

    /// It failed: less is read, after some failures.
    pub fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        if self.failures > TRIES {
            self.size = (self.size / 2).max(1);
        }
    }

    /// Less is read at once, for somebody who waits for it.
    pub fn shrink(&mut self) {
        self.failures = self.failures.max(TRIES);
        self.failed();
    }

    /// Less is read at once from now on, as it is too much.
    pub fn halve(&mut self) {
        self.size = (self.size / 2).max(1);
        self.most = self.size;
    }

    /// How long to wait after a failure. One entry is given as long as all that can be read at once.
    pub fn wait(&self) -> Duration {
        match self.failures > TRIES && self.size > 1 {
            true => SHORT,
            false => OUTAGE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a log of so many entries, of which one always fails, and some portions fail for another reason; gives the entries that were told.
    fn told(entries: u32, bad: u32, outages: usize) -> (Vec<u32>, Vec<u32>) {
        let (mut portion, mut at) = (Portion::new(200), 0);
        let (mut told, mut over, mut tries) = (Vec::new(), Vec::new(), 0);
        while at < entries {
            tries += 1;
            assert!(tries < 1_000, "it stands still");
            let some: Vec<u32> = (at..entries.min(at + portion.size())).collect();
            let fails = tries <= outages || some.contains(&bad);
            if !fails {
                at += some.len() as u32;
                told.extend(some);
                portion.passed();
            } else if portion.is_last_try() {
                over.push(at);
                at += 1;
                portion.passed();
            } else {
                portion.failed();
            }
        }
        assert!(
            entries < 2_000 || portion == Portion::new(200),
            "{portion:?}"
        );
        (told, over)
    }

    #[test]
    fn one_entry_that_fails_is_stepped_over_and_all_others_are_told() {
        for bad in [0, 1, 150, 199, 200, 999] {
            let all_others: Vec<u32> = (0..2_000).filter(|n| *n != bad).collect();
            assert_eq!(told(2_000, bad, 0), (all_others, vec![bad]));
        }
    }

    #[test]
    fn nothing_is_stepped_over_after_a_short_failure_of_everything() {
        let nothing = u32::MAX;
        assert_eq!(told(2_000, nothing, 10), ((0..2_000).collect(), vec![]));
    }
}
