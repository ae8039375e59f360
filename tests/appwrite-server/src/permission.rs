//! Permissions and roles.

use crate::auth::Who;
use crate::refusal::Refusal;

/// Actions that a permission on a row can allow; `write` is `update` and `delete`.
const ON_ROWS: [&str; 4] = ["read", "update", "delete", "write"];

/// A permission, such as `read("user:alice/verified")`, in its parts.
struct Permission<'a> {
    action: &'a str,
    role: &'a str,
}

fn parse(text: &str) -> Option<Permission<'_>> {
    let (action, rest) = text.split_once("(\"")?;
    let role = rest.strip_suffix("\")")?;
    Some(Permission { action, role })
}

/// A key: 1 to `most` of `A-Za-z0-9_.-`, the first none of `_.-`.
fn key(text: &str, most: usize) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    (1..=most).contains(&text.len())
        && text.chars().all(allowed)
        && !text.starts_with(['_', '.', '-'])
}

/// A role, such as `user:alice/verified`.
pub fn role(text: &str) -> Result<(), String> {
    let (who, dimension) = match text.split_once('/') {
        Some((who, dimension)) => (who, Some(dimension)),
        None => (text, None),
    };
    let (kind, id) = match who.split_once(':') {
        Some((kind, id)) => (kind, Some(id)),
        None => (who, None),
    };
    let wrong = |why: &str| Err(format!("Role \"{kind}\" {why}"));
    let good_id = match kind {
        "any" | "guests" | "users" if id.is_some() => return wrong("can not have an ID value."),
        "any" | "guests" | "users" => true,
        "user" | "team" | "member" => id.is_some_and(|id| key(id, 36)),
        "label" => id.is_some_and(|id| {
            (1..=36).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric())
        }),
        _ => return wrong("is not allowed."),
    };
    if !good_id {
        return wrong("must have an ID value.");
    }
    match (kind, dimension) {
        (_, None) => Ok(()),
        ("users" | "user", Some("verified" | "unverified")) => Ok(()),
        ("team", Some(dimension)) if key(dimension, 81) => Ok(()),
        _ => wrong("can not have a dimension value."),
    }
}

/// The grammar of a list of permissions, with these actions.
pub fn grammar(permissions: &[String], actions: &[&str]) -> Result<(), String> {
    for permission in permissions {
        let Some(parsed) = parse(permission).filter(|each| actions.contains(&each.action)) else {
            return Err(format!(
                "Permission \"{permission}\" is not allowed. Must be one of: {}.",
                actions.join(", ")
            ));
        };
        role(parsed.role)?;
    }
    Ok(())
}

/// The parameter `permissions` of a row.
pub fn of_row(permissions: &[String]) -> Result<(), Refusal> {
    if permissions.len() > 100 {
        let why = "You can only provide up to 100 permissions.";
        return Err(Refusal::argument("permissions", why));
    }
    grammar(permissions, &ON_ROWS).map_err(|why| Refusal::argument("permissions", &why))
}

/// `$permissions` in the data of many rows, whose actions may be any.
pub fn in_data(permissions: &[String]) -> Result<(), Refusal> {
    let all = ["create", "read", "update", "delete", "write"];
    grammar(permissions, &all).map_err(Refusal::bad)
}

/// Each `write` as the permissions that it stands for.
pub fn aggregate(permissions: Vec<String>) -> Vec<String> {
    let mut all = Vec::new();
    for permission in permissions {
        match permission.strip_prefix("write(") {
            Some(role) => all.extend([format!("update({role}"), format!("delete({role}")]),
            None => all.push(permission),
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|permission| seen.insert(permission.clone()));
    all
}

/// Users give rights to roles alone that they have themselves.
pub fn own(permissions: &[String], who: &Who) -> Result<(), Refusal> {
    let Some(roles) = who.roles() else {
        return Ok(());
    };
    for permission in permissions {
        let role = parse(permission).map_or("", |parsed| parsed.role);
        if !roles.iter().any(|each| each == role) {
            let message = format!("Permissions must be one of: ({})", roles.join(", "));
            return Err(Refusal::new(401, "user_unauthorized", message));
        }
    }
    Ok(())
}

/// Whether one of these permissions lets somebody do it. A key may do everything.
pub fn allows(permissions: &[String], action: &str, who: &Who) -> bool {
    let Some(roles) = who.roles() else {
        return true;
    };
    permissions
        .iter()
        .filter_map(|each| parse(each))
        .any(|each| {
            let write = each.action == "write" && action != "read";
            (each.action == action || write) && roles.iter().any(|role| role == each.role)
        })
}

/// All that a user may do with their own rows.
pub fn all_of(user: &str) -> Vec<String> {
    let actions = ["read", "update", "delete"].iter();
    actions
        .map(|action| format!("{action}(\"user:{user}\")"))
        .collect()
}
