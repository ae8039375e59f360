//! Compression: answers that are worth it go out gzipped to clients that say they read that (RFC 9110, 8.4 and 12.5.3).

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue};

use crate::reply::Response;
use crate::request::Request;

/// The size from which it pays, in bytes: less goes into two packets of the network anyway.
const LEAST: usize = 2048;

/// Whether the client reads gzip.
pub(crate) fn is_wanted(request: &Request) -> bool {
    let values = request.headers.get_all(ACCEPT_ENCODING).iter();
    let codings = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let weights: Vec<(&str, bool)> = codings.map(coding).collect();
    let of = |name: &str| {
        let named = weights
            .iter()
            .find(|(coding, _)| coding.eq_ignore_ascii_case(name));
        named.map(|(_, is_taken)| *is_taken)
    };
    of("gzip").or_else(|| of("*")).unwrap_or(false)
}

/// A coding of the list, and whether it is taken: one with a weight of 0 isn't.
fn coding(text: &str) -> (&str, bool) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let is_taken = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|q| q > 0.0));
    (name, is_taken)
}

/// Compresses the body where that is wanted and worth it. The ETag becomes a weak one, as the bytes are others
/// for clients that read no gzip.
pub(crate) fn apply(response: &mut Response, is_wanted: bool) {
    if response.body().len() < LEAST || !is_compressible(response.headers()) {
        return;
    }
    let vary = HeaderValue::from_static("accept-encoding");
    response.headers_mut().append(VARY, vary);
    if !is_wanted {
        return;
    }
    let Some(small) = gzip(response.body()) else {
        return;
    };
    *response.body_mut() = small;
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    if let Some(etag) = headers.get(ETAG).and_then(weak) {
        headers.insert(ETAG, etag);
    }
}

/// Whether it is text, and as it was made; pictures and the like are compressed in themselves. A file stays as it is
/// (`no-transform`, RFC 9111, 5.2.2.6): ranges of it are ranges of its own bytes.
fn is_compressible(headers: &HeaderMap) -> bool {
    let caching = headers
        .get(CACHE_CONTROL)
        .and_then(|value| value.to_str().ok());
    if caching.is_some_and(|caching| caching.contains("no-transform")) {
        return false;
    }
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next();
    let essence = essence.unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = essence.starts_with("text/") && essence != "text/event-stream";
    let is_code = ["json", "javascript", "xml"]
        .iter()
        .any(|kind| essence.ends_with(kind));
    (is_text || is_code) && !headers.contains_key(CONTENT_ENCODING)
}

fn gzip(body: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn weak(etag: &HeaderValue) -> Option<HeaderValue> {
    let etag = etag.to_str().ok().filter(|etag| !etag.starts_with("W/"))?;
    HeaderValue::from_str(&format!("W/{etag}")).ok()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn gzip_is_wanted_by_those_who_name_it() {
        for (header, wanted) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("br;q=1.0, *;q=0.1", true),
            ("*;q=0.1, gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("gzip;q=often", false),
            ("identity", false),
            ("", false),
        ] {
            let mut request = Request::new(Method::GET, "/");
            assert!(!is_wanted(&request));
            request
                .headers
                .insert(ACCEPT_ENCODING, header.parse().unwrap());
            assert_eq!(is_wanted(&request), wanted, "{header}");
        }
    }
}
