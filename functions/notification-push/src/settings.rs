//! `GET` and `PUT /v1/me/notification-settings`: what a user wants to hear of, and when.

use serde::{Deserialize, Serialize};
use whisper_kit::{Ctx, Error, FieldError, Reply, Request, Result, Rule};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{NotificationKind, NotificationSettings};
use whisper_store::{Batch, Get};

use crate::quiet;

/// What a user wants; what is left out is as it is at first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_family = "wasm"), schemars(rename = "NotificationSettings"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// Whether devices get pushes at all; true at first.
    #[serde(default = "on")]
    pub push_enabled: bool,
    /// Time of day at which the quiet hours begin, such as `22:00`; null without quiet hours. Within them only
    /// what is urgent is pushed; the inbox has everything.
    #[serde(default)]
    pub quiet_from: Option<String>,
    /// Time of day at which they end, such as `07:00`; the next day if it is earlier.
    #[serde(default)]
    pub quiet_to: Option<String>,
    /// IANA name of the time zone of these times, such as `Europe/Zurich`; the profile's if null, and UTC if that
    /// has none.
    #[serde(default)]
    pub timezone: Option<String>,
    /// Kinds of notifications that are not pushed, such as `follow`; the inbox has them all the same.
    #[serde(default)]
    pub muted_kinds: Vec<String>,
}

const fn on() -> bool {
    true
}

impl From<NotificationSettings> for Wanted {
    fn from(from: NotificationSettings) -> Self {
        Self {
            push_enabled: from.push_enabled,
            quiet_from: from.quiet_from,
            quiet_to: from.quiet_to,
            timezone: from.timezone,
            muted_kinds: from.muted_kinds,
        }
    }
}

/// Shows what the caller wants.
///
/// # Errors
/// The store's.
pub async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let found = ctx.read(Get::<NotificationSettings>::id(&user)).await?;
    let settings = found.map_or_else(at_first, whisper_store::Doc::into_inner);
    Reply::ok(&Wanted::from(settings))
}

/// Sets all of it.
///
/// # Errors
/// A refusal that names every field that is wrong.
pub async fn put(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let wanted: Wanted = request.json()?;
    let wrong = check(&wanted);
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let settings = NotificationSettings {
        id: user,
        push_enabled: wanted.push_enabled,
        quiet_from: wanted.quiet_from.clone(),
        quiet_to: wanted.quiet_to.clone(),
        timezone: wanted.timezone.clone(),
        muted_kinds: wanted.muted_kinds.clone(),
        updated_at: Timestamp::AT_COMMIT,
    };
    ctx.store()
        .await?
        .commit(Batch::new().upsert(&settings))
        .await?;
    Reply::ok(&wanted)
}

/// What holds for whoever set nothing.
pub fn at_first() -> NotificationSettings {
    NotificationSettings {
        push_enabled: true,
        ..NotificationSettings::default()
    }
}

fn check(wanted: &Wanted) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut refuse = |field: &str, rule: Rule, detail: &str| {
        wrong.push(FieldError::new(field, rule, detail));
    };
    let (from, to) = (wanted.quiet_from.as_deref(), wanted.quiet_to.as_deref());
    for (field, time, other) in [("quietFrom", from, to), ("quietTo", to, from)] {
        match time {
            Some(time) if quiet::time_of_day(time).is_none() => {
                refuse(field, Rule::Format, "must be a time of day such as 22:00");
            }
            None if other.is_some() => refuse(field, Rule::Required, "must go with the other one"),
            _ => {}
        }
    }
    if from.is_some() && from == to {
        refuse("quietTo", Rule::Reference, "must differ from quietFrom");
    }
    if let Some(zone) = &wanted.timezone
        && (zone.len() > 50 || quiet::zone(zone).is_none())
    {
        refuse(
            "timezone",
            Rule::Enum,
            "must be the IANA name of a time zone",
        );
    }
    let known = |kind: &String| NotificationKind::ALL.iter().any(|k| k.as_str() == kind);
    for (at, kind) in wanted.muted_kinds.iter().enumerate().take(50) {
        let field = format!("mutedKinds[{at}]");
        if !known(kind) {
            refuse(&field, Rule::Enum, "is no kind of notification");
        } else if wanted.muted_kinds[..at].contains(kind) {
            refuse(&field, Rule::Unique, "stands there twice");
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(body: &str) -> Vec<String> {
        let wanted = serde_json::from_str(body).unwrap();
        check(&wanted).into_iter().map(|e| e.field).collect()
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        for (body, fields) in [
            ("{}", vec![]),
            (
                r#"{"quietFrom": "22:00", "quietTo": "07:00", "timezone": "Europe/Zurich"}"#,
                vec![],
            ),
            (r#"{"quietFrom": "22:00"}"#, vec!["quietTo"]),
            (r#"{"quietTo": "22:00"}"#, vec!["quietFrom"]),
            (
                r#"{"quietFrom": "22:00", "quietTo": "22:00"}"#,
                vec!["quietTo"],
            ),
            (
                r#"{"quietFrom": "24:00", "quietTo": "7"}"#,
                vec!["quietFrom", "quietTo"],
            ),
            (r#"{"timezone": "Mars/Olympus"}"#, vec!["timezone"]),
            (r#"{"timezone": ""}"#, vec!["timezone"]),
            (r#"{"timezone": "../etc/passwd"}"#, vec!["timezone"]),
            (
                r#"{"mutedKinds": ["follow", "x", "follow"]}"#,
                vec!["mutedKinds[1]", "mutedKinds[2]"],
            ),
        ] {
            assert_eq!(wrong(body), fields, "{body}");
        }
    }
}
