//! Addresses that may be pushed to: known push services' alone.
//!
//! A subscription's address comes from a client, and the server calls it. Without a guard anybody could
//! make it call addresses that the server can reach and they can't (server-side request forgery).

use whisper_kit::outbound::Address;
use whisper_kit::{Config, Error, Result, Rule};

/// Variable with the hosts of push services, separated by blanks or commas; `*.example.com` stands for
/// all hosts below `example.com`.
pub const SERVICES: &str = "push_services";
/// Variable with one more origin, such as `https://push.example.com:8443`: a push service of the
/// operator's own. It alone may have a port, be an address, or be without TLS. A scheme alone is none.
pub const EXTRA_ORIGIN: &str = "push_extra_origin";
/// The push services of the browsers, when the variable is empty.
const BROWSERS: &str =
    "fcm.googleapis.com *.push.services.mozilla.com web.push.apple.com *.notify.windows.com";
/// The longest address, in characters.
pub const MAX_ENDPOINT: usize = 2000;
/// The field that holds it.
const FIELD: &str = "endpoint";

/// A checked address: its origin, as the audience of tokens names it, and its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and port, such as `https://fcm.googleapis.com`.
    pub origin: String,
    /// The host alone; all that is ever shown of the address.
    pub host: String,
}

/// Checks an address: `https` on the default port, no user, no address in place of a name, a known
/// host; or below the operator's extra origin.
///
/// # Errors
/// A refusal that names the field and never repeats the address.
pub fn check(config: &Config, url: &str) -> Result<Endpoint> {
    let refuse = |rule: Rule, detail: &str| Err(Error::field(FIELD, rule, detail));
    if url.len() > MAX_ENDPOINT {
        return refuse(
            Rule::Size,
            &format!("must have at most {MAX_ENDPOINT} characters"),
        );
    }
    let Some(address) = Address::read(url) else {
        return refuse(Rule::Format, "must be an absolute https address");
    };
    let origin = address.origin;
    let extra = config.text(EXTRA_ORIGIN).trim();
    if !extra.is_empty() && origin == extra.trim_end_matches('/') {
        let host = address.host().to_owned();
        return Ok(Endpoint {
            origin: origin.to_owned(),
            host,
        });
    }
    if !origin.starts_with("https://") {
        return refuse(Rule::Format, "must be an absolute https address");
    }
    let Some(host) = address.secure_name() else {
        return refuse(
            Rule::Format,
            "must name a host, without user, port or IP address",
        );
    };
    if !is_service(config, host) {
        return refuse(
            Rule::Reference,
            "is not at a push service that this server sends to",
        );
    }
    Ok(Endpoint {
        origin: origin.to_owned(),
        host: host.to_owned(),
    })
}

fn is_service(config: &Config, host: &str) -> bool {
    let configured = config.text(SERVICES).trim();
    let services = if configured.is_empty() {
        BROWSERS
    } else {
        configured
    };
    services
        .split([' ', ','])
        .filter(|entry| !entry.is_empty())
        .any(|entry| match entry.strip_prefix("*.") {
            Some(parent) => host
                .strip_suffix(parent)
                .is_some_and(|below| below.ends_with('.') && below.len() > 1),
            None => host == entry,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(variables: &[(&str, &str)], url: &str) -> std::result::Result<Endpoint, String> {
        check(&Config::new(variables.iter().copied()), url)
            .map_err(|error| error.field_errors()[0].rule.to_string())
    }

    #[test]
    fn the_browsers_services_are_known() {
        for (url, origin) in [
            (
                "https://fcm.googleapis.com/fcm/send/x:y",
                "https://fcm.googleapis.com",
            ),
            (
                "https://updates.push.services.mozilla.com/wpush/v2/a",
                "https://updates.push.services.mozilla.com",
            ),
            (
                "https://web.push.apple.com/Q?a=b",
                "https://web.push.apple.com",
            ),
            (
                "https://wns2-par02p.notify.windows.com/w/?token=x",
                "https://wns2-par02p.notify.windows.com",
            ),
        ] {
            let endpoint = seen(&[], url).unwrap();
            assert_eq!(endpoint.origin, origin);
            assert_eq!(format!("https://{}", endpoint.host), origin);
        }
    }

    #[test]
    fn whatever_else_the_server_could_reach_is_refused() {
        for (url, rule) in [
            ("http://fcm.googleapis.com/x", "format"),
            ("https://fcm.googleapis.com:443/x", "format"),
            ("https://fcm.googleapis.com:8443/x", "format"),
            ("https://user@fcm.googleapis.com/x", "format"),
            ("https://fcm.googleapis.com@evil.example/x", "format"),
            ("https://fcm.googleapis.com\\@evil.example/x", "format"),
            ("https://evil.example#@fcm.googleapis.com/x", "format"),
            ("https://fcm.googleapis.com.evil.example/x", "reference"),
            ("https://evilfcm.googleapis.com/x", "reference"),
            ("https://push.services.mozilla.com/x", "reference"),
            ("https://.push.services.mozilla.com/x", "format"),
            ("https://xpush.services.mozilla.com/x", "reference"),
            ("https://FCM.googleapis.com/x", "format"),
            ("https://fcm.googleapis.com./x", "format"),
            ("https://127.0.0.1/x", "format"),
            ("https://2130706433/x", "format"),
            ("https://0x7f.1/x", "format"),
            ("https://127.1/x", "format"),
            ("https://[::1]/x", "format"),
            ("https://localhost/x", "format"),
            ("https://accounts.spin.internal/x", "reference"),
            ("http://accounts.spin.internal/internal/events", "format"),
            ("https://metadata.google.internal/", "reference"),
            ("ftp://fcm.googleapis.com/x", "format"),
            ("file:///etc/passwd", "format"),
            ("//fcm.googleapis.com/x", "format"),
            ("fcm.googleapis.com", "format"),
            ("https://", "format"),
            ("https:///x", "format"),
            ("", "format"),
            ("https://fcm.googleapis.com/\n", "format"),
            ("https://fcm.googleapis.com/ä", "format"),
            (
                &format!("https://fcm.googleapis.com/{}", "x".repeat(2000)),
                "size",
            ),
        ] {
            assert_eq!(seen(&[], url), Err(rule.to_owned()), "{url}");
        }
    }

    #[test]
    fn the_operator_may_name_one_more_origin_and_other_services() {
        let extra = [(EXTRA_ORIGIN, "http://127.0.0.1:4711")];
        let endpoint = seen(&extra, "http://127.0.0.1:4711/a").unwrap();
        assert_eq!(
            (endpoint.origin.as_str(), endpoint.host.as_str()),
            ("http://127.0.0.1:4711", "127.0.0.1")
        );
        for other in [
            "http://127.0.0.1:4712/a",
            "http://127.0.0.1/a",
            "https://127.0.0.1:4711/a",
            "http://127.0.0.1:4711@evil.example/",
            "http://127.0.0.1:47110/",
        ] {
            assert!(seen(&extra, other).is_err(), "{other}");
        }
        for none in ["", "https://", "http://", "https:///", "/"] {
            let none = [(EXTRA_ORIGIN, none)];
            for url in [
                "https://",
                "https:///",
                "http://x/",
                "https://example.com/",
                "/",
            ] {
                assert!(seen(&none, url).is_err(), "{url}");
            }
        }
        let own = [(SERVICES, "push.example.com, *.example.org")];
        assert!(seen(&own, "https://push.example.com/x").is_ok());
        assert!(seen(&own, "https://a.b.example.org/x").is_ok());
        assert!(seen(&own, "https://fcm.googleapis.com/x").is_err());
    }
}
