//! Trust: which certificates are accepted, and why a handshake failed, said so that a person knows what to do next.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::ClientError;

/// What decides whether a device's certificate is good.
#[derive(Debug)]
struct Trust {
    provider: Arc<CryptoProvider>,
    /// Absent when everything is trusted.
    authorities: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that are trusted as they are: a device's own one is often self-signed and marked as an authority, which a path
    /// check refuses even when the user names exactly this certificate.
    pinned: Vec<CertificateDer<'static>>,
}

/// The TLS settings for a target. The system's store is read only where it is needed, because that takes time.
pub fn config(secure: bool, cacert: Option<&Path>, insecure: bool) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(ring::default_provider());
    let pinned = cacert.map(read).transpose()?.unwrap_or_default();
    let authorities = match (secure, insecure) {
        (true, false) => Some(authorities(&pinned, cacert, &provider)?),
        _ => None,
    };
    let trust = Trust { provider: provider.clone(), authorities, pinned };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Tls { why: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let wrong = |why: String| ClientError::Cacert { path: path.to_owned(), why };
    let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(wrong("there is no certificate in PEM form in it".into())),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn authorities(
    pinned: &[CertificateDer<'static>],
    cacert: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, ClientError> {
    let mut roots = RootCertStore::empty();
    match cacert {
        Some(_) => roots.add_parsable_certificates(pinned.iter().cloned()),
        None => roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
    };
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().map_err(|error| match cacert {
        Some(path) => ClientError::Cacert { path: path.to_owned(), why: error.to_string() },
        None => ClientError::Tls { why: format!("the system's certificate store cannot be used ({error}); give --cacert FILE") },
    })
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.authorities {
            Some(authorities) if !self.pinned.contains(end_entity) => {
                authorities.verify_server_cert(end_entity, intermediates, name, ocsp_response, now)
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.authorities.is_none() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.authorities.is_none() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Why a handshake failed, with the way out where there is one.
pub fn why(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(certificate) => why_certificate(certificate),
        rustls::Error::InvalidMessage(_) => {
            "what answers at this port does not speak TLS; is it http:// rather than https://?".into()
        }
        rustls::Error::PeerIncompatible(reason) => {
            format!("no common version or cipher ({reason:?}); TLS 1.2 and 1.3 are spoken here")
        }
        rustls::Error::AlertReceived(alert) => format!("the device ended the handshake with the alert {alert:?}"),
        other => other.to_string(),
    }
}

fn why_certificate(error: &CertificateError) -> String {
    let reason = match error {
        CertificateError::UnknownIssuer => "it is self-signed, or signed by an authority that is not trusted here".to_owned(),
        CertificateError::BadSignature => {
            "it was signed by another authority than the one of this name that is trusted here (is the file an old one?)"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired (or this clock is wrong)".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet (or this clock is wrong)".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name than the one in the URL".to_owned()
        }
        other => other.to_string(),
    };
    format!(
        "the device's certificate is not accepted: {reason}; trust it with --cacert FILE, or give up checking with --insecure"
    )
}

/// The rustls error at the bottom of an error of the network, if there is one. Such errors wrap each other.
pub fn cause(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    inner.downcast_ref().or_else(|| inner.downcast_ref().and_then(cause))
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, InvalidMessage, OtherError};

    use super::*;

    #[track_caller]
    fn check(error: rustls::Error, expected: &str) {
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error));
        let said = cause(&wrapped).map(why).unwrap_or_default();
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn reasons() {
        let certificate = rustls::Error::InvalidCertificate;
        check(certificate(CertificateError::UnknownIssuer), "self-signed");
        check(certificate(CertificateError::UnknownIssuer), "--cacert FILE");
        check(certificate(CertificateError::Other(OtherError(Arc::new(io::Error::other("?"))))), "--insecure");
        check(certificate(CertificateError::BadSignature), "another authority");
        check(certificate(CertificateError::Expired), "expired");
        check(certificate(CertificateError::NotValidForName), "another name");
        check(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType), "http:// rather than https://");
        check(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure), "HandshakeFailure");
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let wrong = config(true, Some(Path::new("Cargo.toml")), false).unwrap_err();
        assert!(wrong.to_string().contains("Cargo.toml") && wrong.to_string().contains("PEM"), "{wrong}");
        assert!(config(true, Some(Path::new("no/such/file")), false).is_err());
        assert!(config(true, None, true).is_ok() && config(false, None, false).is_ok());
    }
}
