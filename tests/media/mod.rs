//! Files: real ones up and down, uploads that break off, and who reads them.

mod content;
mod messages;
mod profiles;
mod readers;
mod resumption;
mod stories;
mod upload;

use sha2::{Digest, Sha256};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// Length of a chunk.
const CHUNK: usize = 256 * 1024;

/// Bytes of this length that begin like a JPEG, and differ from place to place.
fn picture(length: usize) -> Vec<u8> {
    let start = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".iter();
    let rest = (0..u32::MAX).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes());
    let rest = rest.map(|byte| if byte == b'<' { b'.' } else { byte });
    start.copied().chain(rest).take(length).collect()
}

/// The SHA-256 of bytes, hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the bytes of a file are.
fn content(id: &str) -> String {
    format!("/v1/files/{id}/content")
}

/// Begins an upload into a bucket; gives its id.
fn begin(app: &TestApp, who: &Person, (bucket, mime_type): (&str, &str), bytes: &[u8]) -> String {
    let what = json!({
        "bucket": bucket, "name": "a name", "mimeType": mime_type, "size": bytes.len(), "sha256": sha256(bytes),
    });
    let file = who.post(app, "/v1/files", &what).expect(201);
    file["id"].as_str().unwrap().to_owned()
}

/// Sends all bytes.
fn put(app: &TestApp, who: &Person, id: &str, bytes: &[u8]) -> Reply {
    let call = who.call(app, "PUT", &content(id));
    call.raw("application/octet-stream", bytes).send()
}

/// Sends some bytes.
fn append(
    app: &TestApp,
    who: &Person,
    id: &str,
    (offset, is_last): (usize, bool),
    bytes: &[u8],
) -> Reply {
    who.call(app, "PATCH", &content(id))
        .header("upload-offset", &offset.to_string())
        .header("upload-complete", if is_last { "?1" } else { "?0" })
        .raw("application/partial-upload", bytes)
        .send()
}

/// Where an upload goes on.
fn offset(app: &TestApp, who: &Person, id: &str) -> usize {
    let told = who.call(app, "HEAD", &content(id)).send();
    assert_eq!(told.status, 204);
    told.header("upload-offset").unwrap().parse().unwrap()
}

/// Uploads a file; gives it.
fn uploaded(app: &TestApp, who: &Person, kind: (&str, &str), bytes: &[u8]) -> Value {
    let id = begin(app, who, kind, bytes);
    let file = put(app, who, &id, bytes).expect(200);
    assert_eq!(file["state"], "ready");
    file
}

/// The id of a file.
fn id(file: &Value) -> &str {
    file["id"].as_str().unwrap()
}
