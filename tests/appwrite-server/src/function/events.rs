//! Events: which there are (A:app/config/events.php, src/Appwrite/Event/Validator/Event.php), and which of a function's is one that happened.

/// The grammar of events: a path, `+` if it has ids, and the words that may follow it.
const EVENTS: &[&str] = &[
    "users+ sessions recovery verification targets tokens create delete update",
    "users.update email name password status prefs phone mfa labels verification impersonator",
    "users.sessions+ create delete",
    "users.recovery+ create update",
    "users.verification+ create update",
    "users.targets+ create update delete",
    "users.tokens+ create",
    "databases+ tables collections create update delete",
    "databases.tables+ rows indexes columns create update delete",
    "databases.tables.rows+ create update upsert delete",
    "databases.tables.indexes+ create update delete",
    "databases.tables.columns+ create update delete",
    "databases.collections+ documents indexes attributes create update delete",
    "databases.collections.documents+ create update upsert delete",
    "databases.collections.indexes+ create update delete",
    "databases.collections.attributes+ create update delete",
    "tablesdb+ tables create update delete",
    "tablesdb.tables+ rows indexes columns create update delete",
    "tablesdb.tables.rows+ create update upsert delete",
    "tablesdb.tables.indexes+ create update delete",
    "tablesdb.tables.columns+ create update delete",
    "buckets+ files create update delete",
    "buckets.files+ create update delete",
    "teams+ memberships create update delete",
    "teams.update prefs",
    "teams.memberships+ create update delete",
    "teams.memberships.update status",
    "sites+ deployments create update delete",
    "sites.deployments+ create update delete",
    "functions+ deployments executions create update delete",
    "functions.deployments+ create update delete",
    "functions.executions+ create update delete",
    "messages+ create update",
    "topics+ subscribers create update delete",
    "topics.subscribers+ create delete",
    "providers+ create update delete",
    "schedules+ create",
    "rules+ create update delete",
    "reports+ insights create update delete",
    "reports.insights+ create update delete",
];

/// Whether a path has ids, and the actions that follow it.
fn known(path: &[&str]) -> Option<(bool, impl Iterator<Item = &'static str>)> {
    let path = path.join(".");
    EVENTS.iter().find_map(|line| {
        let (name, rest) = line.split_once(' ')?;
        let (name, ids) = match name.strip_suffix('+') {
            Some(name) => (name, true),
            None => (name, false),
        };
        (name == path).then(|| (ids, rest.split(' ')))
    })
}

fn has(path: &[&str], next: &str) -> bool {
    known(path).is_some_and(|(_, mut rest)| rest.any(|one| one == next))
}

fn has_ids(path: &[&str]) -> bool {
    known(path).is_some_and(|(ids, _)| ids)
}

/// Whether a function may be declared for it, decided as the validator does.
pub fn is_valid(event: &str) -> bool {
    let parts: Vec<&str> = event.split('.').collect();
    let count = parts.len();
    if !(2..=7).contains(&count) || parts[..2].contains(&"") {
        return false;
    }
    let kind = parts[0];
    if known(&[kind]).is_none() {
        return false;
    }
    let sub = count > 3 && has_ids(&[kind]) && has_ids(&[kind, parts[2]]);
    let subsub = count > 5 && sub && has_ids(&[kind, parts[2], parts[4]]);
    let action = match (sub, subsub) {
        (false, _) => parts.get(2),
        (true, true) => parts.get(6),
        (true, false) => parts.get(4),
    };
    let attribute = match (sub, subsub) {
        (false, _) if count == 4 => parts.get(3),
        (true, false) if count == 6 => parts.get(5),
        _ => None,
    };
    let action = action.copied().unwrap_or_default();
    let of = if sub {
        vec![kind, parts[2]]
    } else {
        vec![kind]
    };
    if !action.is_empty() && !has(&of, action) {
        return false;
    }
    attribute.is_none_or(|attribute| {
        let of: Vec<&str> = of.iter().copied().chain([action]).collect();
        has(&of, attribute)
    })
}

/// Whether an event is one that a function is declared for: any id may be `*`, the words behind an id may be left out,
/// and rows and tables may be called documents and collections.
pub fn matches(declared: &str, happened: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split('.').enumerate();
        parts.map(|(at, part)| word(at, part).to_owned()).collect()
    };
    let (declared, happened) = (words(declared), words(happened));
    let ids = |at: usize| at % 2 == 1 && at < 6;
    // `databases.D.tables` alone is no event: they end behind an id or with the action.
    let ends = declared.len() == happened.len() || declared.len().is_multiple_of(2);
    let fits =
        |(at, (said, is)): (usize, (&String, &String))| said == is || (said == "*" && ids(at));
    declared.len() <= happened.len() && ends && declared.iter().zip(&happened).enumerate().all(fits)
}

fn word(at: usize, part: &str) -> &str {
    match (at, part) {
        (2, "collections") => "tables",
        (4, "documents") => "rows",
        (_, part) => part,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_valid, matches};

    #[test]
    fn events_are_those_of_the_list() {
        for good in [
            "users.*.create",
            "users.*.update.email",
            "users.*.sessions.*.create",
            "users.ann",
            "databases.*.tables.*.rows.*.create",
            "databases.main.collections.*.documents.*.update",
            "databases.*.tables.*",
            "buckets.*.files.*",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for wrong in [
            "",
            "users",
            "users.*.forget",
            "users.*.create.email",
            "people.*.create",
            "users.*.sessions.*.forget",
            "databases.*.tables.*.rows.*.create.x.y",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_declared_event_stands_for_many() {
        let created = "databases.main.collections.messages.documents.m1.create";
        for declared in [
            created,
            "databases.*.tables.*.rows.*.create",
            "databases.*.collections.messages.documents.*.create",
            "databases.main.tables.messages.rows.*",
            "databases.main.tables.messages",
            "databases.*",
        ] {
            assert!(matches(declared, created), "{declared}");
        }
        for other in [
            "databases.*.tables.*.rows.*.update",
            "databases.*.tables.people.rows.*.create",
            "databases.*.tables",
            "tablesdb.*.tables.*.rows.*.create",
            "users.*.create",
        ] {
            assert!(!matches(other, created), "{other}");
        }
        assert!(matches("users.*.create", "users.ann.create"));
        assert!(!matches("users.*.create", "users.ann.delete"));
    }
}
