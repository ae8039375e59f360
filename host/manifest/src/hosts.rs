//! The hosts that a component may send requests to: `allowed_outbound_hosts`, matched as Spin matches it.

use std::net::IpAddr;

use url::{Host, Url};

use crate::template::Template;

/// The domain of components that call each other: `http://<component>.spin.internal`.
const CHAINING_SUFFIX: &str = ".spin.internal";

/// The grants of one component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// None: any scheme.
    scheme: Option<String>,
    host: Pattern,
    /// None: any port. The end is not included, as in Spin.
    ports: Option<std::ops::Range<u32>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    /// With the leading dot.
    Subdomains(String),
    OwnApplication,
    Literal(Host),
    Network(IpAddr, u8),
}

impl AllowedHosts {
    /// Checks the entries that hold no template.
    pub fn check(entries: &[String]) -> Result<(), String> {
        let literal = |text: &&String| Template::parse(text).is_ok_and(|t| t.is_literal());
        entries
            .iter()
            .filter(literal)
            .try_for_each(|text| Entry::parse(text).map(drop))
    }

    /// Puts values into templates and parses the entries. An entry that an empty value leaves
    /// empty grants nothing; `http://*.spin.internal` stands for the application's components.
    pub fn resolve<'v>(
        entries: &[String],
        components: &[String],
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<Self, String> {
        let mut allowed = Vec::new();
        for text in entries {
            let template = Template::parse(text)?;
            let resolved = template
                .resolve(&value)
                .map_err(|name| format!("the variable \"{name}\" of \"{text}\" has no value"))?;
            let emptied = matches!(resolved.as_str(), "" | "http://" | "https://");
            if emptied && !template.is_literal() {
                continue;
            }
            let entry = Entry::parse(&resolved)?;
            match &entry.host {
                Pattern::Subdomains(suffix) if suffix == CHAINING_SUFFIX => {
                    allowed.extend(components.iter().map(|id| Entry {
                        host: Pattern::Literal(Host::Domain(format!("{id}{CHAINING_SUFFIX}"))),
                        ..entry.clone()
                    }));
                }
                _ => allowed.push(entry),
            }
        }
        Ok(Self(allowed))
    }

    /// Whether a request to this absolute URL is granted.
    pub fn allows(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else {
            return false;
        };
        let Some(host) = url.host_str().and_then(|host| Host::parse(host).ok()) else {
            return false;
        };
        let port = url.port().or_else(|| well_known_port(url.scheme()));
        self.0
            .iter()
            .any(|entry| entry.allows(url.scheme(), &host, port))
    }

    /// Whether the component may call its own application (`self`).
    pub fn allows_own_application(&self) -> bool {
        self.0.iter().any(|entry| {
            let scheme = entry.scheme.as_deref();
            matches!(entry.host, Pattern::Any | Pattern::OwnApplication)
                && scheme.is_none_or(|scheme| matches!(scheme, "http" | "https"))
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Result<Self, String> {
        let url = text.trim();
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(format!(
                "\"{url}\" is no <scheme>://<host>[:<port>] (\"*\" may stand for each; \"*://*:*\" grants everything)"
            ));
        };
        let fail = |reason: String| format!("\"{url}\": {reason}");
        let (host, port) = split_port(rest).map_err(fail)?;
        let ports = parse_ports(port, scheme).map_err(fail)?;
        let scheme = match scheme {
            "*" => None,
            _ if scheme.chars().all(char::is_alphabetic) => Some(scheme.to_owned()),
            _ => return Err(fail("a scheme has letters only".into())),
        };
        Ok(Self {
            scheme,
            host: Pattern::parse(host).map_err(fail)?,
            ports,
        })
    }

    fn allows(&self, scheme: &str, host: &Host, port: Option<u16>) -> bool {
        let ports = |ports: &std::ops::Range<u32>| {
            port.is_some_and(|port| ports.contains(&u32::from(port)))
        };
        self.scheme.as_deref().is_none_or(|own| own == scheme)
            && self.host.allows(host)
            && self.ports.as_ref().is_none_or(ports)
    }
}

/// Splits off the port; a colon may also belong to an IPv6 network.
fn split_port(rest: &str) -> Result<(&str, &str), String> {
    let Some((host, tail)) = rest.rsplit_once(':') else {
        return Ok((rest, ""));
    };
    if tail.is_empty() {
        return Ok((host, ""));
    }
    if Pattern::parse(rest).is_ok() {
        return Ok((rest, ""));
    }
    match tail.split_once('/') {
        Some((_, path)) if !path.is_empty() => Err("must not have a path".into()),
        Some((port, _)) => Ok((host, port)),
        None => Ok((host, tail)),
    }
}

fn parse_ports(port: &str, scheme: &str) -> Result<Option<std::ops::Range<u32>>, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .map(u32::from)
            .map_err(|_| format!("\"{text}\" is no port"))
    };
    match port {
        "*" => Ok(None),
        "" => {
            let port = well_known_port(scheme)
                .ok_or_else(|| format!("a port is missing, and \"{scheme}\" has no usual one"))?;
            Ok(Some(u32::from(port)..u32::from(port) + 1))
        }
        _ => match port.split_once("..") {
            Some((start, end)) => Ok(Some(number(start)?..number(end)?)),
            None => number(port).map(|port| Some(port..port + 1)),
        },
    }
}

fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

impl Pattern {
    fn parse(host: &str) -> Result<Self, String> {
        let host = host.trim();
        match host {
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::OwnApplication),
            _ => {}
        }
        if let Some(network) = parse_network(host) {
            return Ok(network);
        }
        let host = host.strip_suffix('/').unwrap_or(host);
        if host.contains('/') {
            return Err("must not have a path".into());
        }
        let (wildcard, name) = match host.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, host),
        };
        if name.contains('*') {
            return Err("\"*\" may only stand for the first part of the host".into());
        }
        match (wildcard, Host::parse(name)) {
            (false, Ok(host)) => Ok(Self::Literal(host)),
            (true, Ok(Host::Domain(domain))) => Ok(Self::Subdomains(format!(".{domain}"))),
            (true, Ok(_)) => Err("\"*.\" must be followed by a domain".into()),
            (_, Err(e)) => Err(format!("\"{name}\": {e}")),
        }
    }

    fn allows(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Subdomains(suffix), Host::Domain(domain)) => domain.ends_with(suffix),
            (Self::Literal(literal), host) => literal == host,
            (Self::Network(network, bits), Host::Ipv4(ip)) => within(*network, *bits, (*ip).into()),
            (Self::Network(network, bits), Host::Ipv6(ip)) => within(*network, *bits, (*ip).into()),
            // `self` is asked for separately.
            _ => false,
        }
    }
}

fn parse_network(text: &str) -> Option<Pattern> {
    let (address, bits) = text.split_once('/')?;
    let (address, bits) = (address.parse::<IpAddr>().ok()?, bits.parse::<u8>().ok()?);
    let longest = if address.is_ipv4() { 32 } else { 128 };
    (bits <= longest).then_some(Pattern::Network(address, bits))
}

fn within(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let wide = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()) << 96, true),
        IpAddr::V6(ip) => (ip.to_bits(), false),
    };
    let ((network, v4), (address, address_v4)) = (wide(network), wide(address));
    let mask = if bits == 0 {
        0
    } else {
        u128::MAX << (128 - u32::from(bits))
    };
    v4 == address_v4 && network & mask == address & mask
}

/// The component that a host of service chaining names.
pub fn chaining_target(host: &str) -> Option<&str> {
    let host = host
        .trim()
        .rsplit_once(':')
        .map_or(host.trim(), |(host, _)| host);
    host.strip_suffix(CHAINING_SUFFIX)
        .filter(|id| !id.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str]) -> AllowedHosts {
        let entries: Vec<String> = entries.iter().map(|e| (*e).to_owned()).collect();
        AllowedHosts::check(&entries).unwrap();
        AllowedHosts::resolve(&entries, &["api".into()], |_| None).unwrap()
    }

    #[test]
    fn grants_match_as_in_spin() {
        let cases = [
            ("https://example.com", "https://example.com/x", true),
            ("https://example.com", "https://example.com:443/x", true),
            ("https://example.com", "https://example.com:444/x", false),
            ("https://example.com", "http://example.com/x", false),
            ("https://example.com", "https://www.example.com/x", false),
            ("*://example.com:*", "http://example.com:81", true),
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("http://*:*", "http://anything:1", true),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/", true),
            ("http://10.0.0.0/8:80", "http://10.9.8.7", true),
            ("http://10.0.0.0/8:80", "http://11.9.8.7", false),
            ("http://[::1]:8080", "http://[::1]:8080", true),
            ("http://localhost:3000..3002", "http://localhost:3001", true),
            (
                "http://localhost:3000..3002",
                "http://localhost:3002",
                false,
            ),
            ("http://*.spin.internal", "http://api.spin.internal/", true),
            (
                "http://*.spin.internal",
                "http://other.spin.internal/",
                false,
            ),
        ];
        for (grant, url, expected) in cases {
            assert_eq!(allowed(&[grant]).allows(url), expected, "{grant} {url}");
        }
    }

    #[test]
    fn own_application() {
        assert!(allowed(&["http://self"]).allows_own_application());
        assert!(allowed(&["*://*:*"]).allows_own_application());
        assert!(!allowed(&["https://example.com"]).allows_own_application());
        assert!(!allowed(&["http://self"]).allows("http://self/"));
    }

    #[test]
    fn nonsense_is_refused() {
        for entry in [
            "*",
            "example.com",
            "https://a.*.com",
            "https://a/b",
            "x://a",
            "http://a:b",
        ] {
            assert!(AllowedHosts::check(&[entry.to_owned()]).is_err(), "{entry}");
        }
    }

    #[test]
    fn an_empty_value_grants_nothing() {
        let entries = ["{{ endpoint }}".to_owned()];
        let none = AllowedHosts::resolve(&entries, &[], |_| Some("")).unwrap();
        assert_eq!(none, AllowedHosts::default());
    }

    #[test]
    fn chaining_targets() {
        assert_eq!(chaining_target("api.spin.internal"), Some("api"));
        assert_eq!(chaining_target("api.spin.internal:80"), Some("api"));
        assert_eq!(chaining_target("a.api.spin.internal"), None);
        assert_eq!(chaining_target("example.com"), None);
    }
}
