//! The time from the answer of each message to each event of it, once all have come.

/// A message on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// The message's number.
    pub message: u32,
    /// The stream's.
    pub stream: u32,
    /// When it came, in microseconds.
    pub at: u64,
}

/// How streams and messages are spread: both take the conversations in turn.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Number of streams, one for each listener.
    pub streams: u32,
    /// Number of conversations; there is a listener in each.
    pub conversations: u32,
}

/// The result.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// One for each event that came, in microseconds; 0 for one that overtook the answer.
    pub micros: Vec<u32>,
    /// Events of answered messages that did not come.
    pub missing: u64,
    /// Events that had come before on the same stream.
    pub repeated: u64,
}

impl Spread {
    /// How many streams hear of a message.
    pub fn hearing(&self, message: u32) -> u32 {
        let conversation = message % self.conversations;
        (self.streams - conversation).div_ceil(self.conversations)
    }

    /// How many events there are of the messages from the number `first` on that were answered.
    pub fn events(&self, first: u32, answers: &[Option<u64>]) -> u64 {
        let answered = (first..)
            .zip(answers)
            .filter(|(_, answer)| answer.is_some());
        let hearing = answered.map(|(message, _)| u64::from(self.hearing(message)));
        hearing.sum()
    }

    /// The delays of messages from the number `first` on, with when each was answered (in microseconds; none for one that was
    /// refused). Arrivals of other messages are passed over.
    pub fn delays(
        &self,
        first: u32,
        answers: &[Option<u64>],
        mut arrivals: Vec<Arrival>,
    ) -> Delays {
        // By message and stream, the earliest first.
        arrivals.sort_unstable();
        let mut delays = Delays::default();
        let mut last = None;
        for Arrival {
            message,
            stream,
            at,
        } in arrivals
        {
            let answer = message.checked_sub(first).map(|index| index as usize);
            let Some(&Some(answered)) = answer.and_then(|index| answers.get(index)) else {
                continue;
            };
            if last == Some((message, stream)) {
                delays.repeated += 1;
                continue;
            }
            last = Some((message, stream));
            let delay = at.saturating_sub(answered);
            delays.micros.push(u32::try_from(delay).unwrap_or(u32::MAX));
        }
        let wanted = self.events(first, answers);
        delays.missing = wanted.saturating_sub(delays.micros.len() as u64);
        delays
    }
}
