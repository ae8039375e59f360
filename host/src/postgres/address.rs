//! Addresses, `postgres://…` or `host=… port=…`, against a component's grants.

use tokio_postgres::Config;
use tokio_postgres::config::Host;
use whisper_manifest::hosts::AllowedHosts;

use super::errors::connection_failed;
use crate::bindings::postgres::Error;

/// Refuses an address that names a server which isn't granted; returns the one refused beside the error, for the log.
pub(crate) fn check(address: &str, allowed: &AllowedHosts) -> Result<(), (Option<String>, Error)> {
    // The driver's text names nothing of the address.
    let parsed = address.parse::<Config>();
    let config = parsed.map_err(|e| (None, connection_failed(e.to_string())))?;
    let granted = |server: String| {
        if allowed.allows(&format!("postgres://{server}")) {
            return Ok(());
        }
        let text = format!("address postgres://{server} is not permitted");
        Err((Some(server), connection_failed(text)))
    };
    for (index, host) in config.get_hosts().iter().enumerate() {
        match host {
            Host::Tcp(name) => granted(server(name, &config, index))?,
            Host::Unix(_) => {
                let text = "Unix sockets are not supported on WebAssembly";
                return Err((None, connection_failed(text)));
            }
        }
    }
    // Addresses that are connected to in the place of the hosts.
    for (index, address) in config.get_hostaddrs().iter().enumerate() {
        let name = match address {
            std::net::IpAddr::V4(address) => address.to_string(),
            std::net::IpAddr::V6(address) => format!("[{address}]"),
        };
        granted(server(&name, &config, index))?;
    }
    Ok(())
}

/// Name and port of a server: its own port, or the one for all; none stands for the usual one.
fn server(name: &str, config: &Config, index: usize) -> String {
    let ports = config.get_ports();
    let only = if ports.len() == 1 {
        ports.first()
    } else {
        None
    };
    match ports.get(index).or(only) {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}
