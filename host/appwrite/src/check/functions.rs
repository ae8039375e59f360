//! Functions (A `Functions/Http/Functions/Create.php`).

use std::collections::BTreeSet;

use serde_json::Value;
use whisper_manifest::schedule::Cron;

use super::id::id;
use super::permission::roles;
use super::rule::{Rule, Violation};
use super::tables::name;
use crate::limits::{COMMANDS, EVENT_TYPES, EVENTS, RUNTIMES, TIMEOUT};
use crate::model::Function;

/// Checks all functions.
pub(super) fn functions(all: &[Function], found: &mut Vec<Violation>) {
    let mut seen = BTreeSet::new();
    for function in all {
        let place = format!("function {}", function.id);
        id(&place, &function.id, found);
        name(&place, &function.name, found);
        if !seen.insert(&function.id) {
            let message = "another function has this id";
            found.push(Violation::new(&place, Rule::Duplicate, message, "drop one"));
        }
        roles(&place, &function.execute, found);
        runtime(&place, function, found);
        timeout(&place, function, found);
        commands(&place, function, found);
        schedule(&place, function, found);
        events(&place, function, found);
    }
}

fn runtime(place: &str, function: &Function, found: &mut Vec<Violation>) {
    let runtime = function.runtime.as_str();
    let known = RUNTIMES.iter().any(|(family, versions)| {
        let version = runtime
            .strip_prefix(family)
            .and_then(|rest| rest.strip_prefix('-'));
        version.is_some_and(|version| versions.contains(&version))
    });
    if !known {
        let message = format!("no server has the runtime \"{runtime}\"");
        let mend = "one of the server's _APP_FUNCTIONS_RUNTIMES, such as node-25";
        found.push(Violation::new(place, Rule::Runtime, message, mend));
    }
}

fn timeout(place: &str, function: &Function, found: &mut Vec<Violation>) {
    let seconds = match &function.timeout {
        Value::Null => return,
        value => value.as_u64(),
    };
    if seconds.is_some_and(|seconds| TIMEOUT.contains(&seconds)) {
        return;
    }
    let (least, most) = (TIMEOUT.start(), TIMEOUT.end());
    let message = format!("the timeout {} is out of bounds", function.timeout);
    let mend = format!("{least} to {most} seconds");
    let violation = Violation::new(place, Rule::Timeout, message, mend);
    found.push(match seconds {
        Some(seconds) => violation.numbers(seconds, *most),
        None => violation,
    });
}

fn commands(place: &str, function: &Function, found: &mut Vec<Violation>) {
    let length = function.commands.chars().count();
    if length > COMMANDS {
        let mend = "put them into a script of the function's";
        let violation = Violation::new(place, Rule::Commands, "the commands are too long", mend);
        found.push(violation.numbers(length as u64, COMMANDS as u64));
    }
}

fn schedule(place: &str, function: &Function, found: &mut Vec<Violation>) {
    if function.schedule.is_empty() {
        return;
    }
    if let Err(why) = Cron::parse(&function.schedule) {
        let message = format!("the schedule \"{}\": {why}", function.schedule);
        let mend = "minute, hour, day, month and weekday, such as 17 3 * * *";
        found.push(Violation::new(place, Rule::Schedule, message, mend));
    }
}

fn events(place: &str, function: &Function, found: &mut Vec<Violation>) {
    let count = function.events.len();
    if count > EVENTS {
        let violation = Violation::new(place, Rule::Events, "too many events", "use wildcards");
        found.push(violation.numbers(count as u64, EVENTS as u64));
    }
    for event in &function.events {
        let (why, mend) = match event.split('.').next().unwrap_or_default() {
            "functions" => ("no function is called for one of a function", "drop it"),
            "tablesdb" => (
                "it is of realtime, and no function is ever called for it",
                "databases.<database>.tables.<table>.rows.<row>.<what>",
            ),
            kind if EVENT_TYPES.contains(&kind) && (2..=7).contains(&event.split('.').count()) => {
                continue;
            }
            _ => (
                "there is no such event",
                "such as databases.*.tables.*.rows.*.create",
            ),
        };
        let message = format!("the event {event}: {why}");
        found.push(Violation::new(place, Rule::Events, message, mend));
    }
}
