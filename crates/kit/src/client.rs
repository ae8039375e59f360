//! Where a request came from.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::Config;

/// Header in which the runtime tells the address of the connection. It overwrites a header that a client sends.
const CONNECTION: &str = "spin-client-addr";

/// The address in that header when another component of the application calls.
const CHAINED: &str = "0.0.0.0:0";

/// The client's address: the one that the configured proxy gives (the last entry of its header, which it wrote itself),
/// or, where that can't be read, the address of the connection.
#[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
pub(crate) fn address(config: &Config, headers: &HeaderMap) -> Option<IpAddr> {
    let last = |name: &str| headers.get_all(name).iter().next_back()?.to_str().ok();
    let trusted = config.text("client_address_header").trim();
    let by_proxy = if trusted.is_empty() {
        None
    } else {
        last(trusted)
    };
    let by_proxy = by_proxy.and_then(|value| parse(value.rsplit(',').next()?));
    by_proxy.or_else(|| parse(last(CONNECTION)?))
}

/// Whether the request came by service chaining: no connection has the address that the runtime gives
/// those.
pub(crate) fn is_component(headers: &HeaderMap) -> bool {
    let mut addresses = headers.get_all(CONNECTION).iter();
    addresses.next().is_some_and(|address| address == CHAINED) && addresses.next().is_none()
}

/// Reads `203.0.113.9`, `203.0.113.9:4711`, `2001:db8::1` or `[2001:db8::1]:4711`; an IPv4 address that was
/// mapped into IPv6 is the same client as without.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare.parse::<IpAddr>();
    let address = address.or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(header: &str, sent: &[(&'static str, &str)]) -> Option<String> {
        let config = Config::new([("client_address_header", header)]);
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, value.parse().unwrap());
        }
        address(&config, &headers).map(|address| address.to_string())
    }

    #[test]
    fn without_a_proxy_the_connection_counts_whatever_a_client_sends() {
        for (sent, address) in [
            ("203.0.113.9:4711", Some("203.0.113.9")),
            ("203.0.113.9", Some("203.0.113.9")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[::ffff:203.0.113.9]:80", Some("203.0.113.9")),
            ("unknown", None),
            ("", None),
        ] {
            let forged = ("x-forwarded-for", "198.51.100.1");
            assert_eq!(
                seen("", &[("spin-client-addr", sent), forged]).as_deref(),
                address,
                "{sent}"
            );
        }
        assert_eq!(seen("", &[]), None);
    }

    #[test]
    fn components_are_known_by_the_address_that_no_client_has() {
        let of = |addresses: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for address in addresses {
                headers.append("spin-client-addr", address.parse().unwrap());
            }
            is_component(&headers)
        };
        assert!(of(&["0.0.0.0:0"]));
        for others in [
            &[][..],
            &["0.0.0.0:4711"],
            &["127.0.0.1:0"],
            &["[::]:0"],
            &["203.0.113.9:4711", "0.0.0.0:0"],
            &["0.0.0.0:0", "203.0.113.9:4711"],
        ] {
            assert!(!of(others), "{others:?}");
        }
    }

    #[test]
    fn behind_a_proxy_its_own_entry_counts() {
        let proxy = ("spin-client-addr", "10.0.0.1:5000");
        let by = |value| seen("X-Forwarded-For", &[proxy, ("x-forwarded-for", value)]);
        assert_eq!(by("203.0.113.9").as_deref(), Some("203.0.113.9"));
        assert_eq!(
            by("198.51.100.1, 203.0.113.9").as_deref(),
            Some("203.0.113.9"),
            "the first is the client's claim"
        );
        assert_eq!(
            by("198.51.100.1, [2001:db8::1]").as_deref(),
            Some("2001:db8::1")
        );
        let lines = [
            proxy,
            ("x-forwarded-for", "198.51.100.1"),
            ("x-forwarded-for", "203.0.113.9"),
        ];
        assert_eq!(
            seen("x-forwarded-for", &lines).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(
            seen("x-forwarded-for", &[proxy]).as_deref(),
            Some("10.0.0.1"),
            "not through the proxy"
        );
        for garbage in [
            "for=203.0.113.9;proto=https",
            "unknown",
            "_hidden",
            "",
            "203.0.113.9, ",
            "203.0.113.999",
            "[2001:db8::1",
        ] {
            let read = by(garbage);
            assert_eq!(read.as_deref(), Some("10.0.0.1"), "{garbage:?}");
        }
        assert_eq!(seen("not a header", &[proxy]).as_deref(), Some("10.0.0.1"));
    }
}
