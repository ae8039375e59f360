//! Formats of the values of columns.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::Value;

use crate::column::Column;
use crate::moment::Moment;

/// Whether a single value fits, arrays apart.
pub fn fits(column: &Column, value: &Value) -> Result<(), String> {
    let (good, what) = match column.kind.as_str() {
        "boolean" => (value.is_boolean(), "Value must be a valid boolean".into()),
        "integer" => return integer(column, value),
        "float" => return float(column, value),
        "datetime" => {
            let date = value.as_str().and_then(Moment::parse);
            (date.is_some(), "Value must be valid date".into())
        }
        kind => {
            let Some(text) = value.as_str() else {
                return Err("Value must be a valid string".into());
            };
            if text.chars().count() as u64 > column.size {
                let size = column.size;
                return Err(format!(
                    "Value must be a valid string and no longer than {size} chars"
                ));
            }
            match kind {
                "email" => (email(text), "Value must be a valid email address".into()),
                "url" => (url(text), "Value must be a valid URL".into()),
                "ip" => (
                    text.parse::<IpAddr>().is_ok(),
                    "Value must be a valid IP address".into(),
                ),
                "enum" => {
                    let among = column.elements.iter().any(|element| element == text);
                    let all = column.elements.join(", ");
                    (among, format!("Value must be one of ({all})"))
                }
                _ => (true, String::new()),
            }
        }
    };
    if good { Ok(()) } else { Err(what) }
}

/// Whole numbers of 32 bits if the column's maximum fits in those, else of 64; the least of all isn't one, as the range is symmetric.
fn integer(column: &Column, value: &Value) -> Result<(), String> {
    let Some(number) = value.as_i64() else {
        return Err("Value must be a valid integer".into());
    };
    let most = match column.short {
        true => i64::from(i32::MAX),
        false => i64::MAX,
    };
    let (low, high) = (
        column.min.as_i64().unwrap_or(-most).max(-most),
        column.max.as_i64().unwrap_or(most).min(most),
    );
    if (low..=high).contains(&number) {
        return Ok(());
    }
    Err(format!(
        "Value must be a valid range between {low} and {high}"
    ))
}

fn float(column: &Column, value: &Value) -> Result<(), String> {
    let Some(number) = value.as_f64() else {
        return Err("Value must be a valid float".into());
    };
    let low = column.min.as_f64().unwrap_or(f64::MIN);
    let high = column.max.as_f64().unwrap_or(f64::MAX);
    if (low..=high).contains(&number) {
        return Ok(());
    }
    Err(format!(
        "Value must be a valid range between {low} and {high}"
    ))
}

/// An address that PHP's filter takes: an unquoted name, and a domain whose last label begins with a letter.
pub fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let in_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let last = domain.rsplit('.').next().unwrap_or_default();
    (1..=64).contains(&local.len())
        && text.len() <= 254
        && local.chars().all(in_local)
        && local.split('.').all(|part| !part.is_empty())
        && domain.contains('.')
        && domain.split('.').all(label)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A label of a host's name.
fn label(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A URL that PHP's filter takes: the host of a web address is looked at, others just need one, and `mailto`, `news`
/// and `file` do without.
fn url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let printed = text.chars().all(|c| c.is_ascii_graphic());
    if !printed || scheme.is_empty() || !scheme.chars().all(in_scheme) {
        return false;
    }
    let scheme = scheme.to_ascii_lowercase();
    let Some(rest) = rest.strip_prefix("//") else {
        return ["mailto", "news", "file"].contains(&scheme.as_str()) && !rest.is_empty();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit('@').next().unwrap_or_default();
    let in_brackets = place
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'));
    let (host, port) = match in_brackets {
        Some((address, port)) => {
            let port = port.strip_prefix(':').unwrap_or(port);
            return address.parse::<Ipv6Addr>().is_ok() && port_fits(port);
        }
        None => place.split_once(':').unwrap_or((place, "")),
    };
    if host.is_empty() || !port_fits(port) {
        return false;
    }
    if !["http", "https"].contains(&scheme.as_str()) {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 253 && host.split('.').all(label)
}

fn port_fits(port: &str) -> bool {
    port.is_empty() || port.parse::<u16>().is_ok()
}
