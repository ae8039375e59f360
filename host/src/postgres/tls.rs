//! TLS to servers: the system's certificates, and the root that a guest gives.

use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A certificate of a root authority that a guest trusts.
#[derive(Clone, PartialEq, Eq)]
pub struct RootCertificate(CertificateDer<'static>);

impl RootCertificate {
    /// The first certificate of a text in PEM form.
    pub fn from_pem(text: &str) -> anyhow::Result<RootCertificate> {
        let invalid = "invalid root certificate";
        let certificate = CertificateDer::from_pem_slice(text.as_bytes()).context(invalid)?;
        // Whether it is one shows where it would be used.
        RootCertStore::empty()
            .add(certificate.clone())
            .context(invalid)?;
        Ok(RootCertificate(certificate))
    }
}

impl fmt::Debug for RootCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootCertificate")
    }
}

/// A connector that trusts the system's authorities and one more. A system without certificates trusts none, and says so when a server
/// shows its certificate.
pub fn connector(root: Option<&RootCertificate>) -> anyhow::Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(root) = root {
        roots.add(root.0.clone())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
