//! Addresses that come from clients and that the server calls: read in one way only, so that the server that is called is
//! the one that was checked (against server-side request forgery).

/// The parts of an absolute http or https address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Scheme, host and port, such as `https://example.com:8443`.
    pub origin: &'a str,
    /// Host and port.
    authority: &'a str,
}

impl<'a> Address<'a> {
    /// Reads it. None for a text that two readers could read differently, one with a user before the host, or one of another
    /// scheme.
    pub fn read(url: &'a str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'#' | b'"' | b'<' | b'>');
        if !url.bytes().all(plain) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, _) = rest.split_at(end);
        if authority.is_empty() || authority.contains('@') {
            return None;
        }
        let origin = &url[..scheme.len() + 3 + end];
        Some(Self { origin, authority })
    }

    /// The host, without a port.
    pub fn host(&self) -> &'a str {
        let port = |(_, port): &(&str, &str)| port.bytes().all(|b| b.is_ascii_digit());
        self.authority
            .rsplit_once(':')
            .filter(port)
            .map_or(self.authority, |(host, _)| host)
    }

    /// The host of an https address on the default port, if it is a name of the DNS, in lower case, of two labels or more, and
    /// no IPv4 address in any of its spellings: their last label begins with a digit.
    pub fn secure_name(&self) -> Option<&'a str> {
        let host = self.origin.strip_prefix("https://")?;
        is_name(host).then_some(host)
    }
}

fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let mut labels = host.rsplit('.');
    let top = labels.next().unwrap_or_default();
    host.len() <= 253
        && host.contains('.')
        && top.starts_with(|c: char| c.is_ascii_lowercase())
        && label(top)
        && labels.all(label)
}
