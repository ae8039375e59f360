//! The origins that webhooks may call: those that the operator names, and no others.
//!
//! An address comes from a member, and the server calls it. The runtime holds every call against the component's
//! `allowed_outbound_hosts`, which is made of the same variables; a member hears of a refusal here, when they give the address.

use whisper_kit::outbound::Address;
use whisper_kit::{Config, Error, Result, Rule};

/// Variables with an origin each, such as `https://hooks.example.com`, `https://*.example.com` for every host below one, or
/// `https://*` for every host with a name. A scheme alone is none.
pub const VARIABLES: [&str; 4] = [
    "webhook_origin",
    "webhook_origin_b",
    "webhook_origin_c",
    "webhook_origin_d",
];
/// The longest address, in characters.
pub const LONGEST: usize = 1000;
/// The field that holds it.
const FIELD: &str = "url";

/// Refuses an address that webhooks may not call.
///
/// # Errors
/// `validation_failed`, which names the field and never repeats the address.
pub fn check(config: &Config, url: &str) -> Result<()> {
    let refuse = |rule, detail: &str| Err(Error::field(FIELD, rule, detail));
    let Some(address) = Address::read(url).filter(|_| url.len() <= LONGEST) else {
        return refuse(
            Rule::Format,
            "must be an absolute https address, without a user",
        );
    };
    let origins = VARIABLES.map(|variable| config.text(variable).trim().trim_end_matches('/'));
    if origins.iter().any(|origin| allows(origin, &address)) {
        return Ok(());
    }
    if !address.origin.starts_with("https://") {
        return refuse(Rule::Format, "must be an https address");
    }
    refuse(
        Rule::Reference,
        "is at no origin that this server calls: its operator names them in the setting webhook_origin",
    )
}

/// Whether an origin of the operator's takes an address. Without TLS only this machine is called.
fn allows(origin: &str, address: &Address<'_>) -> bool {
    let Some((scheme, host)) = origin
        .split_once("://")
        .filter(|(_, host)| !host.is_empty())
    else {
        return false;
    };
    match host.strip_prefix('*') {
        Some("") => scheme == "https" && address.secure_name().is_some_and(is_public),
        Some(below) => {
            let is_below = |name: &str| name.ends_with(below) && name.len() > below.len();
            let is_named = below.starts_with('.') && scheme == "https";
            is_named && address.secure_name().is_some_and(is_below)
        }
        None => {
            let is_loopback = matches!(address.host(), "127.0.0.1" | "localhost" | "[::1]");
            address.origin == origin && (scheme == "https" || is_loopback)
        }
    }
}

/// Whether a name isn't one of those that only a private network gives a meaning.
fn is_public(name: &str) -> bool {
    let top = name.rsplit('.').next().unwrap_or_default();
    !matches!(
        top,
        "internal" | "local" | "localhost" | "lan" | "home" | "corp"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(origin: &str, url: &str) -> std::result::Result<(), String> {
        let config = Config::new([("webhook_origin_c", origin)]);
        check(&config, url).map_err(|error| error.field_errors()[0].rule.to_string())
    }

    #[test]
    fn only_origins_of_the_operators_are_called() {
        let (exact, below, any) = (
            "https://hooks.example.com:8443",
            "https://*.example.com",
            "https://*",
        );
        for (origin, url) in [
            (exact, "https://hooks.example.com:8443/x?token=y"),
            ("https://hooks.example.com/", "https://hooks.example.com"),
            (below, "https://a.b.example.com/x"),
            (any, "https://anything.example.org/x"),
            ("http://127.0.0.1:4711", "http://127.0.0.1:4711/x"),
        ] {
            assert_eq!(seen(origin, url), Ok(()), "{origin} {url}");
        }
        for (origin, url, rule) in [
            ("", "https://hooks.example.com/", "reference"),
            ("https://", "https://hooks.example.com/", "reference"),
            ("https://", "https:///x", "format"),
            (exact, "https://hooks.example.com/x", "reference"),
            (exact, "http://hooks.example.com:8443/x", "format"),
            (exact, "https://hooks.example.com:84430/x", "reference"),
            (below, "https://example.com/x", "reference"),
            (below, "https://.example.com/x", "reference"),
            (below, "https://evilexample.com/x", "reference"),
            (below, "https://a.example.com:444/x", "reference"),
            (below, "https://a.example.com@evil.example/x", "format"),
            (below, "https://evil.example#.example.com", "format"),
            (below, "https://evil.example\\.example.com/", "format"),
            (
                "https://*example.com",
                "https://evilexample.com/",
                "reference",
            ),
            (any, "http://anything.example.org/x", "format"),
            (any, "https://127.0.0.1/x", "reference"),
            (any, "https://2130706433/x", "reference"),
            (any, "https://[::1]/x", "reference"),
            (any, "https://localhost/x", "reference"),
            (any, "https://accounts.spin.internal/x", "reference"),
            (any, "https://metadata.google.internal/x", "reference"),
            ("http://*", "http://anything.example.org/x", "format"),
            ("http://10.0.0.1", "http://10.0.0.1/x", "format"),
            (any, "ftp://anything.example.org/", "format"),
            (any, "", "format"),
        ] {
            assert_eq!(seen(origin, url), Err(rule.to_owned()), "{origin} {url}");
        }
    }
}
