//! Addresses of PostgreSQL servers that components can reach.

use std::fmt;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// An address of one database, with its password, which stands in no text of ours.
#[derive(Clone)]
pub struct Address {
    url: String,
    origin: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.origin).finish()
    }
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it isn't one of a single server that components can reach; the text names nothing of it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let example = "write postgres://user:password@127.0.0.1:5432/whisper";
        let config: Config = url.parse().map_err(|e| format!("{e}; {example}"))?;
        let [Host::Tcp(host)] = config.get_hosts() else {
            return Err(format!("it names not just one server; {example}"));
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let host = match host.contains(':') {
            true => format!("[{host}]"),
            false => host.clone(),
        };
        Ok(Address {
            url: url.to_owned(),
            origin: format!("postgres://{host}:{port}"),
        })
    }

    /// The same server and user with another database of theirs; none where it isn't a URL.
    pub fn of_database(&self, name: &str) -> Option<Self> {
        let (scheme, rest) = self.url.split_once("://")?;
        // A password may have any sign.
        let behind_user = rest.rfind('@').map_or(0, |at| at + 1);
        let end = |from: usize, sign: char| rest[from..].find(sign).map(|at| from + at);
        let query = end(behind_user, '?').unwrap_or(rest.len());
        let server = end(behind_user, '/').map_or(query, |at| at.min(query));
        let (server, query) = (&rest[..server], &rest[query..]);
        Address::parse(&format!("{scheme}://{server}/{name}{query}")).ok()
    }

    /// All of it, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The server: the origin that components are granted.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_that_of_the_server() {
        let origin = |url| Address::parse(url).map(|address| address.origin);
        let cases = [
            ("postgres://u:p@h/d", "postgres://h:5432"),
            (
                "postgres://u:p@127.0.0.1:6000/d?sslmode=disable",
                "postgres://127.0.0.1:6000",
            ),
            ("host=h port=7 user=u password=p", "postgres://h:7"),
        ];
        for (url, expected) in cases {
            assert_eq!(origin(url).as_deref(), Ok(expected), "{url}");
        }
        for wrong in ["", "http://h", "postgres://a,b/d", "host=/tmp"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_database_of_a_server_has_its_address() {
        let other = |url| Address::parse(url).unwrap().of_database("x");
        let url = |url| other(url).map(|address| address.url);
        for (of, expected) in [
            ("postgres://u:p@h/d", "postgres://u:p@h/x"),
            ("postgres://u:p@h", "postgres://u:p@h/x"),
            (
                "postgres://h?connect_timeout=3",
                "postgres://h/x?connect_timeout=3",
            ),
            (
                "postgresql://u:a%2Fb@h:7/d?sslmode=disable",
                "postgresql://u:a%2Fb@h:7/x?sslmode=disable",
            ),
        ] {
            assert_eq!(url(of).as_deref(), Some(expected));
        }
        assert_eq!(url("host=h user=u"), None);
    }

    #[test]
    fn a_password_stands_in_no_text() {
        let address = Address::parse("postgres://u:secret@h/d").unwrap();
        assert!(!format!("{address:?}").contains("secret"));
        for wrong in [
            "postgres://u:secret@h:port/d",
            "postgres://u:secret@a,b/d",
            "host=/tmp password=secret",
            "u:secret@h",
        ] {
            let refused = Address::parse(wrong).unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
