//! Log lines about a replica that doesn't answer: a reason's first, and then one a minute at most, as each read finds it so.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};
use whisper_schema::Timestamp;
use whisper_store::{OnReplicaFault, ReplicaFault};

use crate::log::{self, Level};

/// How long a reason isn't told again, in milliseconds.
const PAUSE: i64 = 60_000;

/// The listener to the faults of this instance's replica.
pub(crate) fn listener(clock: Rc<dyn Fn() -> Timestamp>) -> OnReplicaFault {
    let told = Told::default();
    Rc::new(move |fault| {
        if let Some((level, fields)) = told.line(fault, clock()) {
            log::write(level, "replica_not_read", "", &fields);
        }
    })
}

/// The reasons told so far.
#[derive(Default)]
struct Told(RefCell<BTreeMap<&'static str, Last>>);

/// When a reason was told last, and how often it came since.
struct Last {
    at: Timestamp,
    since: u64,
}

type Fields = Vec<(&'static str, Value)>;

impl Told {
    /// The line about a fault; none when one about its reason was written within the last minute.
    fn line(&self, fault: &ReplicaFault, now: Timestamp) -> Option<(Level, Fields)> {
        let (level, why, cause) = match fault {
            ReplicaFault::Behind => (Level::Info, "behind", None),
            ReplicaFault::Refused(cause) => (Level::Info, "refused", Some(cause)),
            ReplicaFault::Away(cause) => (Level::Warn, "away", Some(cause)),
            ReplicaFault::Foreign => (Level::Warn, "no_replica_of_this_server", None),
            _ => (Level::Warn, "other", None),
        };
        let mut told = self.0.borrow_mut();
        let times = match told.get_mut(why) {
            Some(last) if (0..PAUSE).contains(&now.since(last.at)) => {
                last.since += 1;
                return None;
            }
            Some(last) => last.since + 1,
            None => 1,
        };
        told.insert(why, Last { at: now, since: 0 });
        let mut fields = vec![("why", why.into()), ("times", times.into())];
        fields.extend(cause.map(|cause| ("cause", json!(cause))));
        Some((level, fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_once_a_minute_with_how_often_it_came() {
        let told = Told::default();
        let away = ReplicaFault::Away("gone".into());
        let line = |fault: &ReplicaFault, at| {
            let line = told.line(fault, Timestamp::from_millis(at))?;
            Some(json!(BTreeMap::from_iter(line.1)))
        };
        let first = json!({"why": "away", "times": 1, "cause": "gone"});
        assert_eq!(line(&away, 0), Some(first));
        for at in [1, 2, 59_999] {
            assert_eq!(line(&away, at), None);
        }
        let behind = json!({"why": "behind", "times": 1});
        assert_eq!(line(&ReplicaFault::Behind, 3), Some(behind));
        let next = json!({"why": "away", "times": 4, "cause": "gone"});
        assert_eq!(line(&away, 60_000), Some(next));
        assert_eq!(line(&away, 60_001), None);
        // A clock that went back keeps no line for ever.
        assert!(line(&away, 0).is_some());
    }
}
