//! Points in time, to the millisecond.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time in milliseconds since 1970-01-01T00:00:00Z, within the years 0000 to 9999.
///
/// On the wire it is RFC 3339: always `2026-11-23T06:44:09.123Z` when written, with any offset and
/// any number of decimals when read (digits beyond the millisecond are cut off).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0000-01-01T00:00:00.000Z, the first one RFC 3339 can write.
    pub const MIN: Timestamp = Timestamp(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z, the last one RFC 3339 can write.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999);
    /// Stands for the time at which the commit holds the write lock; the store puts it in.
    ///
    /// It is written as [`Timestamp::AT_COMMIT_TEXT`] and never read: a client can't send it.
    pub const AT_COMMIT: Timestamp = Timestamp(i64::MIN);
    /// How [`Timestamp::AT_COMMIT`] is written.
    pub const AT_COMMIT_TEXT: &'static str = "@commit";

    /// From milliseconds since 1970; outside the years 0000 to 9999 the nearest bound.
    pub const fn from_millis(millis: i64) -> Timestamp {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Timestamp(millis)
        }
    }

    /// Milliseconds since 1970, negative before. [`Timestamp::AT_COMMIT`] has none that mean anything.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whether this is [`Timestamp::AT_COMMIT`].
    pub const fn is_at_commit(self) -> bool {
        self.0 == Self::AT_COMMIT.0
    }

    /// The time so many milliseconds later (earlier if negative), within the bounds. [`Timestamp::AT_COMMIT`] stays itself.
    #[must_use]
    pub const fn plus(self, millis: i64) -> Timestamp {
        if self.is_at_commit() {
            self
        } else {
            Self::from_millis(self.0.saturating_add(millis))
        }
    }

    /// Milliseconds from `earlier` to this one, negative if it is the later one.
    pub const fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339; nothing looser, such as a space for the `T` or a missing offset.
    pub fn parse(text: &str) -> Result<Timestamp, InvalidTimestamp> {
        // The parser lets any byte stand for the `T`.
        if !matches!(text.as_bytes().get(10), Some(b'T' | b't')) {
            return Err(InvalidTimestamp);
        }
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp)?;
        let millis = parsed.unix_timestamp() * 1000 + i64::from(parsed.millisecond());
        // An offset can push the first and the last day over the edge.
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) {
            Ok(Timestamp(millis))
        } else {
            Err(InvalidTimestamp)
        }
    }

    /// The 24 characters it is written with.
    fn write(self, buffer: &mut [u8; 24]) -> &str {
        if self.is_at_commit() {
            return Self::AT_COMMIT_TEXT;
        }
        *buffer = *b"0000-00-00T00:00:00.000Z";
        // In range by construction; the epoch is as good an answer as any to a case that can't happen.
        let at = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (hour, minute, second) = at.time().as_hms();
        put(&mut buffer[0..4], at.year().unsigned_abs());
        put(&mut buffer[5..7], u8::from(at.month()).into());
        put(&mut buffer[8..10], at.day().into());
        put(&mut buffer[11..13], hour.into());
        put(&mut buffer[14..16], minute.into());
        put(&mut buffer[17..19], second.into());
        put(&mut buffer[20..23], self.0.rem_euclid(1000) as u32);
        std::str::from_utf8(buffer).unwrap_or_default()
    }
}

/// Fills `digits` with a number, with leading zeros.
fn put(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The epoch.
impl Default for Timestamp {
    fn default() -> Self {
        Timestamp(0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.write(&mut [0; 24]))
    }
}

/// A text that is no RFC 3339 date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an RFC 3339 date and time, such as 2026-11-23T06:44:09.123Z")
    }
}

impl std::error::Error for InvalidTimestamp {}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Timestamp::parse(text)
    }
}

impl From<Timestamp> for serde_json::Value {
    fn from(at: Timestamp) -> Self {
        at.write(&mut [0; 24]).into()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; 24]))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 date and time")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).map_err(E::custom)
            }

            // Milliseconds, as databases have them. Asked for a text, JSON never gives a number.
            fn visit_i64<E: Error>(self, millis: i64) -> Result<Timestamp, E> {
                Ok(Timestamp::from_millis(millis))
            }

            fn visit_u64<E: Error>(self, millis: u64) -> Result<Timestamp, E> {
                Ok(Timestamp::from_millis(
                    i64::try_from(millis).unwrap_or(i64::MAX),
                ))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(not(target_family = "wasm"))]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}
