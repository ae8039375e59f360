//! Permissions, and the roles they are given to (D `Validator/Permissions.php`, `Validator/Roles.php`).

use super::id::is_key;
use super::rule::{Rule, Violation};
use crate::limits::{DIMENSION, KEY, PERMISSIONS};

/// Actions that a permission on a table, a row or a bucket can allow.
const ACTIONS: [&str; 5] = ["read", "create", "update", "delete", "write"];

/// Checks the permissions of a table or a bucket, such as `read("user:ann")`.
pub(super) fn permissions(place: &str, all: &[String], found: &mut Vec<Violation>) {
    count(place, "permissions", all.len(), found);
    for text in all {
        if let Err(why) = permission(text) {
            say(place, &format!("the permission {text}: {why}"), found);
        }
    }
}

/// Checks a list of roles alone, such as the ones that may execute a function.
pub(super) fn roles(place: &str, all: &[String], found: &mut Vec<Violation>) {
    count(place, "roles", all.len(), found);
    for text in all {
        if let Err(why) = role(text) {
            say(place, &format!("the role {text}: {why}"), found);
        }
    }
}

fn count(place: &str, what: &str, count: usize, found: &mut Vec<Violation>) {
    if count > PERMISSIONS {
        let message = format!("too many {what}");
        let violation = Violation::new(place, Rule::Permissions, message, "give them to a team");
        found.push(violation.numbers(count as u64, PERMISSIONS as u64));
    }
}

fn say(place: &str, message: &str, found: &mut Vec<Violation>) {
    let mend = r#"an action and a role, such as read("users") or read("user:<id>"); a role alone where roles are meant"#;
    found.push(Violation::new(place, Rule::Permissions, message, mend));
}

fn permission(text: &str) -> Result<(), String> {
    let (action, role_in) = text
        .split_once("(\"")
        .and_then(|(action, rest)| Some((action, rest.strip_suffix("\")")?)))
        .ok_or("it has not the form action(\"role\")")?;
    if !ACTIONS.contains(&action) {
        return Err(format!("the action is none of {}", ACTIONS.join(", ")));
    }
    role(role_in)
}

fn role(text: &str) -> Result<(), String> {
    let (who, dimension) = match text.split_once('/') {
        Some((who, dimension)) => (who, Some(dimension)),
        None => (text, None),
    };
    let (kind, id) = match who.split_once(':') {
        Some((kind, id)) => (kind, Some(id)),
        None => (who, None),
    };
    let named = match (kind, id) {
        ("any" | "guests" | "users", None) => true,
        ("any" | "guests" | "users", Some(_)) => return Err(format!("{kind} takes no id")),
        ("user" | "team" | "member", id) => id.is_some_and(is_key),
        ("label", id) => id.is_some_and(is_label),
        _ => return Err("nobody has this role".to_owned()),
    };
    if !named {
        return Err(format!("{kind} needs a valid id"));
    }
    match (kind, dimension) {
        (_, None) | ("user" | "users", Some("verified" | "unverified")) => Ok(()),
        ("team", Some(role)) if is_dimension(role) => Ok(()),
        _ => Err(format!("{kind} takes no such part behind the slash")),
    }
}

fn is_label(text: &str) -> bool {
    (1..=KEY).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The role in a team: as a key, but longer.
fn is_dimension(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    begins && text.len() <= DIMENSION && text.bytes().all(allowed)
}
