//! Finding friends by hashes of their addresses.

mod find;
mod lookup;
mod salt;

use whisper_kit::Api;
use whisper_schema::body::Form;

pub use lookup::lookup;

/// Where it is.
const DISCOVERY: &str = "/v1/contact-discovery";

/// The hash of an address: SHA-256 in hexadecimal digits.
pub const HASH: Form = Form {
    valid: is_hash,
    must_be: "64 hexadecimal digits in lower case",
    pattern: Some("^[0-9a-f]{64}$"),
    format: None,
};

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(salt::endpoint()).endpoint(find::endpoint())
}
