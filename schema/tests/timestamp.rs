//! Points in time on the wire.

use serde_json::{Value, json};
use whisper_schema::{InvalidTimestamp, Timestamp};

fn millis(text: &str) -> Result<i64, InvalidTimestamp> {
    Timestamp::parse(text).map(Timestamp::as_millis)
}

#[test]
fn written_in_one_form() {
    let at = Timestamp::from_millis(1_795_416_249_123);
    assert_eq!(at.to_string(), "2026-11-23T06:44:09.123Z");
    assert_eq!(json!(at), json!("2026-11-23T06:44:09.123Z"));
    assert_eq!(Value::from(at), json!("2026-11-23T06:44:09.123Z"));
    assert_eq!(Timestamp::default().to_string(), "1970-01-01T00:00:00.000Z");
    assert_eq!(
        Timestamp::from_millis(-1).to_string(),
        "1969-12-31T23:59:59.999Z"
    );
    assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
}

#[test]
fn read_with_any_offset_and_precision() {
    assert_eq!(millis("1970-01-01T00:00:00Z"), Ok(0));
    assert_eq!(millis("1970-01-01T01:00:00+01:00"), Ok(0));
    assert_eq!(millis("1969-12-31T12:30:00-11:30"), Ok(0));
    assert_eq!(millis("1970-01-01t00:00:00.5z"), Ok(500));
    assert_eq!(millis("1970-01-01T00:00:00.001999999999999999Z"), Ok(1));
    assert_eq!(millis("1969-12-31T23:59:59.9999Z"), Ok(-1));
    assert_eq!(millis("1990-12-31T15:59:60-08:00"), Ok(662_687_999_999));
}

#[test]
fn nothing_looser_than_rfc_3339() {
    for text in [
        "@commit",
        "",
        "2026",
        "2026-11-23",
        "2026-W48-1T00:00:00Z",
        "2026-327T00:00:00Z",
        "20261123T064409Z",
        "2026-11-23T06:44:09",
        "2026-11-23T06:44:09,5Z",
        "2026-11-23T06:44:09+24:00",
        "2026-11-23T06:44:09+05",
        "2026-11-23T06:44:60Z",
        "2026-11-23_06:44:09Z",
        "2026-11-23é06:44:09Z",
        "2026-11-23T06:44:09[UTC]",
    ] {
        assert_eq!(millis(text), Err(InvalidTimestamp), "{text}");
    }
}

#[test]
fn the_commit_time_is_written_but_never_read() {
    assert_eq!(json!(Timestamp::AT_COMMIT), json!("@commit"));
    assert!(Timestamp::AT_COMMIT.is_at_commit());
    assert_eq!(Timestamp::AT_COMMIT.plus(5), Timestamp::AT_COMMIT);
    let error = serde_json::from_value::<Timestamp>(json!("@commit")).expect_err("refused");
    assert_eq!(error.to_string(), InvalidTimestamp.to_string());
}

#[test]
fn json_has_times_as_text_alone() {
    assert!(serde_json::from_value::<Timestamp>(json!(1000)).is_err());
    assert!(serde_json::from_str::<Timestamp>("1000").is_err());
    assert!(serde_json::from_str::<Timestamp>("-1000").is_err());
}

#[test]
fn arithmetic_stays_in_bounds() {
    let at = Timestamp::from_millis(1000);
    assert_eq!(at.plus(-500).as_millis(), 500);
    assert_eq!(at.since(Timestamp::from_millis(1500)), -500);
    assert_eq!(Timestamp::MAX.plus(1), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.plus(i64::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::from_millis(i64::MIN), Timestamp::MIN);
    assert!(!Timestamp::from_millis(i64::MIN).is_at_commit());
}
