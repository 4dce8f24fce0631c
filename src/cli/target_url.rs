//! The URL of a target, as people write it.

use url::Url;

/// Reads a target's URL.
///
/// # Errors
/// What is wrong with it, and what to write.
pub(super) fn read(text: &str) -> Result<Url, String> {
    let example = "write e.g. http://192.0.2.40";
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no URL ({error}): {example}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{text}` is not http or https: {example}"));
    }
    if url.host().is_none() {
        return Err(format!("`{text}` has no host: {example}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials never travel on the command line: set DOORSPEC_USER and DOORSPEC_PASSWORD instead".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{text}` has a query or a fragment: only the device's address is wanted"));
    }
    Ok(url)
}

/// A target's URL as reports and journals show it.
pub(super) fn shown(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
