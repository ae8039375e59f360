//! Formats of texts.
//!
//! Stricter than a browser: what passes here is accepted by every target, Appwrite's PHP filters
//! included, and shows no surprise to a client that renders it. So ASCII only.

use std::net::IpAddr;

use email_address::{EmailAddress, Options};
use fluent_uri::Uri;
use fluent_uri::component::Host;

/// What a URL must be.
pub const URL_MESSAGE: &str = "must be an absolute URL with a host, such as https://example.com/a (ASCII, other \
     characters percent-encoded, no user before the host)";

/// Schemes that run code or read what lies on a device when somebody clicks them, even with
/// something that looks like a host.
const UNSAFE_SCHEMES: [&str; 7] = [
    "javascript",
    "vbscript",
    "data",
    "blob",
    "file",
    "filesystem",
    "about",
];

/// Whether a text is an address mail can be sent to: local part, `@`, and a domain with a dot.
pub fn is_email(text: &str) -> bool {
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    text.is_ascii() && EmailAddress::parse_with_options(text, options).is_ok()
}

/// Whether a text is an absolute URL with a host and a scheme that is safe to offer as a link.
///
/// One with a user before the host isn't: it is a secret, or made to look like another host.
pub fn is_url(text: &str) -> bool {
    // `Uri` is RFC 3986 to the letter. The `url` crate repairs what it reads, so that a text with
    // line breaks would pass and be stored; it also makes a component 200 KB larger.
    let Ok(uri) = Uri::parse(text) else {
        return false;
    };
    let scheme = uri.scheme().as_str();
    let is_unsafe = UNSAFE_SCHEMES
        .iter()
        .any(|s| s.eq_ignore_ascii_case(scheme));
    let authority = uri.authority().filter(|a| !is_unsafe && !a.has_userinfo());
    let Some(authority) = authority else {
        return false;
    };
    let host = match authority.host_parsed() {
        Host::RegName(name) => is_host_name(name.as_str()),
        _ => true,
    };
    host && authority.port_to_u16().is_ok()
}

/// Whether a text is a URL that a browser opens: one that [`is_url`] takes, of `https` or `http`.
pub fn is_web_url(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_web = ["https", "http"]
        .iter()
        .any(|s| s.eq_ignore_ascii_case(scheme));
    is_web && is_url(text)
}

/// Whether a text is a host's name: labels of letters, digits, `-` and `_`, none empty but one
/// after a last dot.
fn is_host_name(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let labels = name.strip_suffix('.').unwrap_or(name);
    labels
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(legal))
}

/// Whether a text is an IPv4 or IPv6 address, without port, prefix or zone.
pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
