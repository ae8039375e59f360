//! Places and people: location, contact.

use whisper_schema::Rule;

use super::fields::{Fields, Need};
use super::formats::is_phone;
use whisper_kit::ids::is_id;
use whisper_schema::validate::is_email;

/// Half of the way around the earth: less accurate than that there is nothing.
const LEAST_ACCURATE_METERS: f64 = 20_100_000.0;

/// A place, perhaps followed for a while.
pub(super) fn location(fields: &mut Fields<'_, '_>) {
    fields.number("latitude", Need::Required, -90.0..=90.0);
    fields.number("longitude", Need::Required, -180.0..=180.0);
    fields.number(
        "accuracyMeters",
        Need::Optional,
        0.0..=LEAST_ACCURATE_METERS,
    );
    fields.text("name", Need::Optional, 1..=100);
    fields.text("address", Need::Optional, 1..=300);
    fields.deadline("liveUntil");
}

/// A name and at least one way to reach whom it belongs to.
pub(super) fn contact(fields: &mut Fields<'_, '_>) {
    fields.text("name", Need::Required, 1..=100);
    let given = ["phone", "email", "userId"].map(|key| fields.has(key));
    fields.formatted(
        "phone",
        Need::Optional,
        is_phone,
        "a number like +41791234567 (E.164)",
    );
    fields.formatted("email", Need::Optional, is_email, "an email address");
    fields.formatted("userId", Need::Optional, is_id, "the id of a user");
    if given == [false; 3] {
        fields.refuse(
            "phone",
            Rule::Required,
            "is required unless email or userId is given",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rules::testing::{read, refused, taken, with, wrong};

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
                    &["metadata.address:size", "metadata.name:size"],
                ),
            ],
        );
    }

    #[test]
    fn how_long_a_location_lives_is_a_deadline() {
        let base = json!({"contentType": "location", "metadata": {"latitude": 1, "longitude": 2}});
        assert!(read(&base).unwrap().deadlines.is_empty());
        let live = with(
            &base,
            &json!({"metadata": {"liveUntil": "2026-01-01T00:00:00Z"}}),
        );
        let deadlines = read(&live).unwrap().deadlines;
        assert_eq!(
            deadlines
                .iter()
                .map(|(field, _)| field.as_str())
                .collect::<Vec<_>>(),
            ["metadata.liveUntil"]
        );
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
