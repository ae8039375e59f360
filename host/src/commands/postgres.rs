//! The database of `whisper up --postgres`.

use std::fmt;

use anyhow::bail;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use whisper_manifest::Manifest;
use whisper_manifest::variables::Values;

/// The variables that name the store, its address, and the origin that components may reach.
const STORE: &str = "store";
const URL: &str = "postgres_url";
const ORIGIN: &str = "postgres_origin";

/// An address with its password, which stands in no text of ours.
#[derive(Clone)]
pub struct Postgres {
    url: String,
    origin: String,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.origin).finish()
    }
}

impl Postgres {
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
        Ok(Postgres {
            url: url.to_owned(),
            origin: format!("postgres://{host}:{port}"),
        })
    }

    /// Sets the variables by which components find it.
    ///
    /// # Errors
    /// When the application doesn't have them.
    pub fn set(&self, manifest: &Manifest, values: &mut Values) -> anyhow::Result<()> {
        for (name, value) in [
            (STORE, "postgres"),
            (URL, &self.url),
            (ORIGIN, &self.origin),
        ] {
            if !manifest.variables.contains_key(name) {
                bail!("--postgres: the application has no variable `{name}`");
            }
            values.set(name, value.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_that_of_the_server() {
        let origin = |url| Postgres::parse(url).map(|postgres| postgres.origin);
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
    fn a_password_stands_in_no_text() {
        let postgres = Postgres::parse("postgres://u:secret@h/d").unwrap();
        assert!(!format!("{postgres:?}").contains("secret"));
        let refused = Postgres::parse("postgres://u:secret@h:port/d").unwrap_err();
        assert!(!refused.contains("secret"));
    }
}
