//! Forms with files: `multipart/form-data`.

use bytes::Bytes;
use futures::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::Multipart;
use serde_json::{Map, Value};

use crate::call::Sent;
use crate::refusal::Refusal;

/// The texts and the files of a form.
pub type Read = Result<(Map<String, Value>, Vec<Sent>), Refusal>;

/// Reads a body that is a form; nothing if it isn't.
pub async fn read(headers: &HeaderMap, body: &Bytes) -> Option<Read> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let boundary = multer::parse_boundary(kind).ok()?;
    let body = stream::iter([Ok::<_, std::io::Error>(body.clone())]);
    let parts = parts(Multipart::new(body, boundary)).await;
    Some(parts.map_err(|error| Refusal::bad(format!("The form can't be read: {error}"))))
}

async fn parts(mut form: Multipart<'_>) -> Result<(Map<String, Value>, Vec<Sent>), multer::Error> {
    let (mut texts, mut files) = (Map::new(), Vec::new());
    while let Some(part) = form.next_field().await? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => files.push(Sent {
                field,
                name,
                bytes: part.bytes().await?,
            }),
            None => {
                texts.insert(field, part.text().await?.into());
            }
        }
    }
    Ok((texts, files))
}
