//! Places and people: location, contact.

use serde::Serialize;
use serde_json::Number;
use whisper_schema::body::Fields;
use whisper_schema::body::forms::{EMAIL, ID, PHONE};
use whisper_schema::{Body, Rule, Timestamp};

/// A place, perhaps followed for a while.
#[derive(Clone, Debug, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationDetails {
    /// Degrees north of the equator (WGS 84).
    #[field(range = -90.0..=90.0)]
    pub latitude: Number,
    /// Degrees east of Greenwich.
    #[field(range = -180.0..=180.0)]
    pub longitude: Number,
    /// How far off it may be, in metres; at most half of the way around the earth.
    #[field(range = 0.0..=20_100_000.0)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy_meters: Option<Number>,
    /// Name of the place.
    #[field(size = 1..=100, text = Name)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Postal address.
    #[field(size = 1..=300, text = Words)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Until when it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_until: Option<Timestamp>,
}

/// A person, and at least one way to reach them.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(check = ContactDetails::check)]
#[body(
    rule = r#"{"anyOf": [{"required": ["phone"], "properties": {"phone": {"type": "string"}}}, {"required": ["email"], "properties": {"email": {"type": "string"}}},
        {"required": ["userId"], "properties": {"userId": {"type": "string"}}}]}"#
)]
#[serde(rename_all = "camelCase")]
pub struct ContactDetails {
    /// Name of the person.
    #[field(size = 1..=100, text = Name)]
    pub name: String,
    /// Phone number in E.164 form.
    #[field(is = PHONE)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[field(is = EMAIL)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// User.
    #[field(is = ID)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

impl ContactDetails {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if !["phone", "email", "userId"]
            .iter()
            .any(|key| fields.has(key))
        {
            let message = "is required unless email or userId is given";
            fields.refuse("phone", Rule::Required, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::testing::{read, refused, taken, with, wrong};

    #[test]
    fn location() {
        let base =
            json!({"contentType": "location", "metadata": {"latitude": 47.37, "longitude": 8}});
        taken(
            &base,
            &[
                json!({"metadata": {"latitude": -90, "longitude": 180.0}}),
                json!({"metadata": {"latitude": 90, "longitude": -180}}),
                json!({"metadata": {"accuracyMeters": 0, "name": "Home", "address": "Street 1"}}),
                json!({"metadata": {"liveUntil": "2026-01-01T00:00:00Z"}}),
                json!({"content": "Here"}),
            ],
        );
        wrong(
            &base,
            &[
                ("content", json!("a\u{1B}[2J"), ":format"),
                ("metadata.name", json!("Home\nx"), ":format"),
                ("metadata.name", json!("\u{200B}"), ":required"),
                ("metadata.address", json!("\u{200B}"), ":required"),
                ("metadata.latitude", json!(90.000_001), ":range"),
                ("metadata.latitude", json!("47.37"), ":type"),
                ("metadata.accuracyMeters", json!(-0.1), ":range"),
                ("metadata.liveUntil", json!("tomorrow"), ":format"),
                ("metadata.phone", json!("+41791234567"), ":unknown"),
            ],
        );
        refused(
            &base,
            &[
                (
                    json!({"metadata": null}),
                    &["metadata.latitude:required", "metadata.longitude:required"],
                ),
                (
                    json!({"metadata": {"longitude": -180.5, "latitude": -91}}),
                    &["metadata.latitude:range", "metadata.longitude:range"],
                ),
                (
                    json!({"metadata": {"name": "", "address": "x".repeat(301)}}),
                    &["metadata.address:size", "metadata.name:required"],
                ),
            ],
        );
    }

    #[test]
    fn how_long_a_location_lives_is_a_deadline() {
        let base = json!({"contentType": "location", "metadata": {"latitude": 1, "longitude": 2}});
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        assert_eq!(read(&base).unwrap().missed(now).count(), 0);
        let live = with(
            &base,
            &json!({"metadata": {"liveUntil": "2026-01-01T00:00:00Z"}}),
        );
        let missed: Vec<&str> = read(&live).unwrap().missed(now).collect();
        assert_eq!(missed, ["metadata.liveUntil"]);
    }

    #[test]
    fn contact() {
        let base =
            json!({"contentType": "contact", "metadata": {"name": "Ann", "phone": "+41791234567"}});
        taken(
            &base,
            &[
                json!({"metadata": {"phone": null, "email": "ann@example.com"}}),
                json!({"metadata": {"phone": null, "userId": "u1"}}),
                json!({"metadata": {"email": "ann@example.com", "userId": "u1"}}),
            ],
        );
        wrong(
            &base,
            &[
                ("metadata.name", json!(null), ":required"),
                ("metadata.name", json!("Ann\u{1B}[2J"), ":format"),
                ("metadata.name", json!("Ann\nBob"), ":format"),
                ("metadata.name", json!("x".repeat(101)), ":size"),
                ("metadata.phone", json!(null), ":required"),
                ("metadata.phone", json!("079 123 45 67"), ":format"),
                ("metadata.email", json!("ann"), ":format"),
                ("metadata.userId", json!(""), ":format"),
                ("metadata.latitude", json!(1), ":unknown"),
                ("mediaUrls", json!(["https://a.example"]), ":unknown"),
            ],
        );
    }
}
