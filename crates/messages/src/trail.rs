//! The times at which somebody's receipts moved.

use std::fmt;

use whisper_schema::Timestamp;

/// The most steps that are kept.
const MOST: usize = 32;
/// The newest steps, which are kept as they are when older ones make room.
const NEWEST: usize = 16;

/// Positions that a member's receipts got to, each with its time, oldest first.
///
/// At most 32 steps are kept. When there are more, every other step before the newest 16 goes. So the time of one of
/// the last 16 steps is exact, and an older one is at most as late as the next step that is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail(Vec<(i64, i64)>);

impl Trail {
    /// Reads a stored trail. Parts that can't be read are left out.
    pub fn read(text: &str) -> Self {
        let step = |part: &str| {
            let (position, at) = part.split_once(':')?;
            Some((position.parse().ok()?, at.parse().ok()?))
        };
        Trail(text.split(' ').filter_map(step).collect())
    }

    /// Adds a step, which leads further than the steps before.
    #[must_use]
    pub fn step(mut self, position: i64, at: Timestamp) -> Self {
        self.0.retain(|(before, _)| *before < position);
        self.0.push((position, at.as_millis()));
        if self.0.len() > MOST {
            let older = self.0.len() - NEWEST;
            let mut place = 0;
            self.0.retain(|_| {
                place += 1;
                place > older || place % 2 == 0
            });
        }
        self
    }

    /// When this position was reached; none if it wasn't, or nothing is known about it.
    pub fn reached(&self, position: i64) -> Option<Timestamp> {
        let step = self.0.iter().find(|(reached, _)| *reached >= position);
        step.map(|(_, at)| Timestamp::from_millis(*at))
    }
}

impl fmt::Display for Trail {
    /// As it is stored.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (position, at)) in self.0.iter().enumerate() {
            let blank = if place == 0 { "" } else { " " };
            write!(f, "{blank}{position}:{at}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn it_tells_when_a_position_was_reached() {
        let trail = Trail::default().step(3, at(30)).step(7, at(70));
        assert_eq!(trail.to_string(), "3:30 7:70");
        let trail = Trail::read(&trail.to_string());
        for (position, reached) in [(1, Some(30)), (3, Some(30)), (4, Some(70)), (8, None)] {
            assert_eq!(trail.reached(position), reached.map(at), "{position}");
        }
        assert_eq!(Trail::read(""), Trail::default());
        assert_eq!(Trail::read("x 5:50 6: :7").to_string(), "5:50");
    }

    #[test]
    fn the_last_sixteen_steps_are_exact_and_older_ones_late_at_most() {
        let mut trail = Trail::default();
        for step in 1..=5_000 {
            trail = trail.step(step, at(step * 10));
            assert!(trail.0.len() <= MOST);
            for back in 0..16.min(step) {
                let position = step - back;
                assert_eq!(trail.reached(position), Some(at(position * 10)));
            }
            let first = trail.reached(1).expect("the first");
            assert!(at(10) <= first && first <= at(step * 10));
        }
        let longest = Trail((0..32).map(|n| (i64::MAX - n, i64::MAX)).collect());
        assert!(longest.to_string().len() <= 40 * MOST);
    }

    #[test]
    fn its_text_fits_the_column() {
        // A place and a time as large as they get in a million years.
        let trail = Trail(vec![
            (999_999_999_999_999_999, 31_560_000_000_000_000);
            MOST
        ]);
        assert!(
            trail.to_string().len() <= 1_200,
            "{}",
            trail.to_string().len()
        );
    }
}
