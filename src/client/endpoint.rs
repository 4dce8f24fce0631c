//! Where the target is: what a base URL says about host, port, scheme and path.

use url::{Host, Url};

use super::ClientError;

/// A base URL taken apart for connecting to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub secure: bool,
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    pub port: u16,
    /// What goes into `Host`: an IPv6 address in brackets, the port only where it is not the scheme's own.
    pub authority: String,
    /// The path before every target, without a slash at its end.
    prefix: String,
}

impl Endpoint {
    /// Fails for a URL that is not a plain place of a device.
    pub fn new(base: &Url) -> Result<Self, ClientError> {
        let wrong = |why: &str| ClientError::Url { why: why.to_owned() };
        let secure = match base.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(wrong("it must start with http:// or https://")),
        };
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("it must not carry credentials; set DOORSPEC_USER and DOORSPEC_PASSWORD instead"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("it must end with the path: no query and no fragment"));
        }
        let host = match base.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(other) => other.to_string(),
            None => return Err(wrong("it names no host")),
        };
        let name = base.host_str().unwrap_or_default();
        let authority = base.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        let port = base.port_or_known_default().unwrap_or(80);
        Ok(Self { secure, host, port, authority, prefix: base.path().trim_end_matches('/').to_owned() })
    }

    /// The target as it goes on the wire. Only a path gets the prefix; `*` and an absolute form go as they are.
    pub fn wire_target(&self, target: &str) -> String {
        if target.starts_with('/') { format!("{}{target}", self.prefix) } else { target.to_owned() }
    }

    /// Host and port as people write them.
    pub fn address(&self) -> String {
        if self.host.contains(':') { format!("[{}]:{}", self.host, self.port) } else { format!("{}:{}", self.host, self.port) }
    }

    /// Scheme and authority, to put a target behind.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, authority: &str, address: &str, target: &str) {
        let endpoint = Endpoint::new(&Url::parse(base).unwrap()).unwrap();
        let got = (endpoint.authority.as_str(), endpoint.address(), endpoint.wire_target("/a/../b?c"));
        assert_eq!(got, (authority, address.to_owned(), target.to_owned()), "{base}");
    }

    #[test]
    fn places() {
        check("http://door.example", "door.example", "door.example:80", "/a/../b?c");
        check("https://door.example/", "door.example", "door.example:443", "/a/../b?c");
        check("http://192.0.2.7:8080", "192.0.2.7:8080", "192.0.2.7:8080", "/a/../b?c");
        check("http://[::1]:81/", "[::1]:81", "[::1]:81", "/a/../b?c");
        check("https://[2001:db8::1]/behind/proxy/", "[2001:db8::1]", "[2001:db8::1]:443", "/behind/proxy/a/../b?c");
    }

    #[test]
    fn what_is_no_place_of_a_device() {
        for base in ["ftp://door.example", "http://user:pw@door.example", "http://door.example/?a=b", "data:x"] {
            assert!(Endpoint::new(&Url::parse(base).unwrap()).is_err(), "{base}");
        }
    }

    #[test]
    fn only_a_path_gets_the_prefix() {
        let endpoint = Endpoint::new(&Url::parse("http://d/x").unwrap()).unwrap();
        assert_eq!(endpoint.wire_target("*"), "*");
        assert_eq!(endpoint.wire_target("http://other.example/"), "http://other.example/");
    }
}
