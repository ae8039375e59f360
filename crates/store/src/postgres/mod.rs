//! PostgreSQL: its drivers, and the settings that every connection of theirs has.

#[cfg(all(feature = "native", not(target_family = "wasm")))]
pub mod native;
#[cfg(all(feature = "spin", target_family = "wasm"))]
pub mod spin;

/// The settings of a session. A statement ends after 15 s and waits for a lock for 5 s at most; a transaction that does nothing for 10 s is
/// ended, so that nobody who reads in the order of commits waits for it. Statements are short: compiling them costs more than it saves.
const OPTIONS: &str = "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000 \
                       -c default_transaction_isolation=read\\ committed -c jit=off";

/// The address with the settings of a session. Options that it names itself come last, and win.
fn with_options(address: &str) -> String {
    let address = address.trim();
    let is_url = address.starts_with("postgres://") || address.starts_with("postgresql://");
    if !is_url {
        let quoted = OPTIONS.replace('\\', "\\\\");
        return match address.split_once("options='") {
            Some((before, own)) => format!("{before}options='{quoted} {own}"),
            // Options without quotes come later, and take their place.
            None => format!("options='{quoted}' {address}"),
        };
    }
    let encoded = OPTIONS
        .replace('\\', "%5C")
        .replace(' ', "%20")
        .replace('=', "%3D");
    // A password may have one too.
    let behind_user = address.rfind('@').unwrap_or(0);
    let (path, query) = match address[behind_user..].find('?') {
        Some(at) => (
            &address[..behind_user + at],
            &address[behind_user + at + 1..],
        ),
        None => (address, ""),
    };
    let mut own = "";
    let mut others = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        match part.strip_prefix("options=") {
            Some(options) => own = options,
            None => others.push(part),
        }
    }
    let options = match own {
        "" => format!("options={encoded}"),
        own => format!("options={encoded}%20{own}"),
    };
    others.push(&options);
    format!("{path}?{}", others.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_own_options_behind_ours() {
        let url = with_options("postgres://u:p@h:1/d?sslmode=require&options=-c%20jit%3Don");
        assert!(url.starts_with("postgres://u:p@h:1/d?sslmode=require&options=-c%20statement"));
        assert!(url.ends_with("jit%3Doff%20-c%20jit%3Don"));
        assert!(!url.contains(' '));
        assert!(with_options("postgres://h/d").starts_with("postgres://h/d?options=-c%20"));
        let words = with_options("host=h dbname=d");
        assert!(words.starts_with("options='-c statement_timeout=15000"));
        assert!(words.ends_with("' host=h dbname=d"));
        let url = with_options("postgres://u:a?b@h/d");
        assert!(
            url.starts_with("postgres://u:a?b@h/d?options=-c%20"),
            "{url}"
        );
        assert!(with_options("host=h options='-c a=b' user=u").ends_with("-c a=b' user=u"));
    }
}
