//! Formats of texts.
//!
//! Stricter than a browser: a text that passes here is accepted by every target, Appwrite's PHP filters included, and
//! shows no surprise to a client that renders it. So ASCII only.

use std::net::IpAddr;

use email_address::{EmailAddress, Options};
use fluent_uri::Uri;
use fluent_uri::component::Host;

/// The rule for a URL, in words for people.
pub const URL_MESSAGE: &str = "must be an absolute URL with a host, such as https://example.com/a (ASCII, other \
     characters percent-encoded, no user before the host)";

/// Schemes that run code or read files of a device when a user clicks them, even with something that looks like a host.
const UNSAFE_SCHEMES: [&str; 7] = [
    "javascript",
    "vbscript",
    "data",
    "blob",
    "file",
    "filesystem",
    "about",
];

/// Whether a text is an address mail can be sent to: local part, `@`, and a host's name with a dot, whose last label
/// begins with a letter. A local part in quotes isn't one.
pub fn is_email(text: &str) -> bool {
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    text.is_ascii()
        && !local.starts_with('"')
        && is_host_name(domain)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
        && EmailAddress::parse_with_options(text, options).is_ok()
}

/// Whether a text is an absolute URL with a host and a scheme that is safe to offer as a link.
///
/// One with a user before the host isn't: it is a secret, or made to look like another host.
pub fn is_url(text: &str) -> bool {
    // `Uri` is RFC 3986 to the letter. The `url` crate repairs a text as it reads it, so that a text with line breaks
    // would pass and be stored; it also makes a component 200 KB larger.
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
        Host::RegName(name) => {
            let name = name.as_str();
            is_host_name(name.strip_suffix('.').unwrap_or(name))
        }
        Host::Ipv4 { .. } | Host::Ipv6 { .. } => true,
        // An address of a kind that isn't there yet.
        _ => false,
    };
    host && authority.port_to_u16().is_ok()
}

/// Whether a text is a URL that a browser opens: one that [`is_url`] takes, of `https` or `http`.
pub fn is_web_url(text: &str) -> bool {
    is_url_of(&["https", "http"], text)
}

/// Whether a text is a URL that [`is_url`] takes, of `https`.
pub fn is_secure_url(text: &str) -> bool {
    is_url_of(&["https"], text)
}

/// Whether a text is a URL of one of these schemes, in letters of any case.
fn is_url_of(schemes: &[&str], text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    schemes.iter().any(|s| s.eq_ignore_ascii_case(scheme)) && is_url(text)
}

/// Whether a text is a host's name: labels of at most 63 letters, digits and `-`, which is neither the first nor the last, and at
/// most 253 characters in all.
fn is_host_name(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(legal)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// Whether a text is an IPv4 or IPv6 address, without port, prefix or zone.
pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
