//! `GET` and `PUT /v1/me/notification-settings`: the kinds that a user wants to hear of, and when.

use serde::Serialize;
use whisper_kit::{Ctx, Endpoint, Json, Method, Reply, Request, Result, Rule};
use whisper_schema::body::{Distinct, Fields, Form};
use whisper_schema::prelude::{NotificationKind, NotificationSettings};
use whisper_schema::{Body, Timestamp};
use whisper_store::{Batch, Doc, Get};

use crate::quiet;

const PATH: &str = "/v1/me/notification-settings";

/// A time of day.
const TIME_OF_DAY: Form = Form {
    valid: |text| quiet::time_of_day(text).is_some(),
    must_be: "a time of day such as 22:00",
    pattern: Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    format: None,
};

/// The name of a time zone.
const ZONE: Form = Form {
    valid: |text| text.len() <= 50 && quiet::zone(text).is_some(),
    must_be: "the IANA name of a time zone",
    pattern: None,
    format: None,
};

/// Notifications that a user wants, and when; a field that is left out is as it is at first.
#[derive(Clone, Debug, Body, Serialize)]
#[serde(rename_all = "camelCase")]
#[body(check = NotificationSettingsView::check)]
#[body(
    example = r#"{"quietFrom": "22:00", "quietTo": "07:00", "timezone": "Europe/Zurich", "mutedKinds": ["follow"]}"#
)]
pub struct NotificationSettingsView {
    /// Whether devices get pushes at all; true at first.
    #[field(default = true)]
    pub push_enabled: bool,
    /// Time of day at which the quiet hours begin, such as `22:00`; null without quiet hours. Within them only
    /// urgent kinds are pushed; the inbox has everything.
    #[field(is = TIME_OF_DAY)]
    pub quiet_from: Option<String>,
    /// Time of day at which they end, such as `07:00`; the next day if it is earlier.
    #[field(is = TIME_OF_DAY)]
    pub quiet_to: Option<String>,
    /// IANA name of the time zone of these times, such as `Europe/Zurich`; the profile's if null, and UTC if that
    /// has none.
    #[field(is = ZONE)]
    pub timezone: Option<String>,
    /// Kinds of notifications that are not pushed, such as `follow`; the inbox has them all the same.
    #[field(count = 0..=50)]
    #[serde(serialize_with = "names")]
    pub muted_kinds: Distinct<NotificationKind>,
}

fn names<S: serde::Serializer>(
    kinds: &Distinct<NotificationKind>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(kinds.iter())
}

impl NotificationSettingsView {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if !fields.is_clean("quietFrom") || !fields.is_clean("quietTo") {
            return;
        }
        match (&self.quiet_from, &self.quiet_to) {
            (Some(from), Some(to)) if from == to => {
                fields.refuse("quietTo", Rule::Unique, "must differ from quietFrom");
            }
            (Some(_), None) => fields.refuse("quietTo", Rule::Required, "must go with quietFrom"),
            (None, Some(_)) => fields.refuse("quietFrom", Rule::Required, "must go with quietTo"),
            _ => {}
        }
    }
}

impl From<NotificationSettings> for NotificationSettingsView {
    fn from(from: NotificationSettings) -> Self {
        let kinds = NotificationKind::ALL.iter().copied();
        let is_muted =
            |kind: &NotificationKind| from.muted_kinds.iter().any(|m| m == kind.as_str());
        Self {
            push_enabled: from.push_enabled,
            muted_kinds: Distinct(kinds.filter(is_muted).collect()),
            quiet_from: from.quiet_from,
            quiet_to: from.quiet_to,
            timezone: from.timezone,
        }
    }
}

/// The endpoint that shows them.
pub fn get_endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        PATH,
        "getNotificationSettings",
        "Shows the kinds that the caller wants to hear of, and when.",
        get,
    )
    .reply::<NotificationSettingsView>(200, "The settings")
}

/// The endpoint that sets them.
pub fn put_endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        PATH,
        "setNotificationSettings",
        "Sets the kinds that the caller wants to hear of, and when; a field that is left out is as it was at first.",
        put,
    )
    .reply::<NotificationSettingsView>(200, "The settings")
}

async fn get(ctx: Ctx, _: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let found = ctx.read(Get::<NotificationSettings>::id(&user)).await?;
    let settings = found.map_or_else(at_first, Doc::into_inner);
    Reply::ok(&NotificationSettingsView::from(settings))
}

async fn put(ctx: Ctx, _: Request, Json(wanted): Json<NotificationSettingsView>) -> Result<Reply> {
    let settings = NotificationSettings {
        id: ctx.caller()?.user_id,
        push_enabled: wanted.push_enabled,
        quiet_from: wanted.quiet_from.clone(),
        quiet_to: wanted.quiet_to.clone(),
        timezone: wanted.timezone.clone(),
        muted_kinds: wanted.muted_kinds.iter().map(ToString::to_string).collect(),
        updated_at: Timestamp::AT_COMMIT,
    };
    let store = ctx.store().await?;
    store.commit(Batch::new().upsert(&settings)).await?;
    Reply::ok(&NotificationSettingsView::from(settings))
}

/// The settings of a user who set nothing.
pub fn at_first() -> NotificationSettings {
    NotificationSettings {
        push_enabled: true,
        ..NotificationSettings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(body: &str) -> Vec<String> {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let read =
            whisper_schema::body::read::<NotificationSettingsView>(body.as_object().unwrap());
        let wrong = read.err().unwrap_or_default();
        wrong.into_iter().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn quiet_hours_of_no_length_are_two_times_that_must_differ() {
        let body = serde_json::json!({"quietFrom": "22:00", "quietTo": "22:00"});
        let read =
            whisper_schema::body::read::<NotificationSettingsView>(body.as_object().unwrap());
        let rules: Vec<Rule> = read.unwrap_err().into_iter().map(|w| w.rule).collect();
        assert_eq!(rules, [Rule::Unique]);
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
                r#"{"mutedKinds": ["follow", "x", "follow"], "colour": "red"}"#,
                vec!["mutedKinds[1]", "colour"],
            ),
        ] {
            assert_eq!(wrong(body), fields, "{body}");
        }
    }
}
