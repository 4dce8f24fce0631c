//! A mock behind TLS, with a certificate of its own making, as devices have one.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// A self-signed certificate with its key, made anew for each mock.
pub struct Identity {
    /// For whoever wants to trust it.
    pub certificate_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Identity {
    /// For a mock that listens at this address; `localhost` is it, too.
    ///
    /// # Errors
    /// When there are no random numbers, or the certificate is not accepted.
    pub fn self_signed(address: IpAddr) -> Result<Self, String> {
        let names = vec![address.to_string(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(|error| error.to_string())?;
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { certificate_pem: made.cert.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
