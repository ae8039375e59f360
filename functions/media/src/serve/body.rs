//! Bodies with bytes of a file: read chunk by chunk as they go out, so that one chunk is held at a time.

use std::ops::Range;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Either, select};
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Error, Method, Outlet, Reply, Request, Result};
use whisper_schema::prelude::{FileChunk, StoredFile};
use whisper_store::{Get, Store};

use super::size;
use crate::upload::chunk_id;

/// Length of a chunk.
const CHUNK: u64 = FileChunk::LENGTH as u64;

/// How long a reader may take for a chunk: one that takes nothing holds an instance, and a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Words between ranges.
    Words(String),
    /// Bytes of the file.
    Bytes(Range<u64>),
}

/// A body, before its bytes are read.
#[derive(Clone, Debug)]
pub struct Body {
    status: u16,
    content_type: String,
    /// The range in the content, where it is one.
    content_range: Option<String>,
    parts: Vec<Part>,
}

impl Body {
    /// The whole content.
    pub fn whole(file: &StoredFile) -> Self {
        Self {
            status: 200,
            content_type: file.mime_type.clone(),
            content_range: None,
            parts: vec![Part::Bytes(0..size(file))],
        }
    }

    /// These ranges: one as it is, several one after the other, each with its place (RFC 9110, 14.6).
    pub fn parts(file: &StoredFile, ranges: &[Range<u64>]) -> Self {
        let place =
            |range: &Range<u64>| format!("bytes {}-{}/{}", range.start, range.end - 1, file.size);
        if let [range] = ranges {
            return Self {
                status: 206,
                content_type: file.mime_type.clone(),
                content_range: Some(place(range)),
                parts: vec![Part::Bytes(range.clone())],
            };
        }
        // It can't be guessed by somebody who made the file, so nothing in it is taken for the end of a part.
        let boundary = derived_id(&["boundary", &file.content_id, &file.id]);
        let mut parts = Vec::new();
        for (number, range) in ranges.iter().enumerate() {
            let line = if number == 0 { "" } else { "\r\n" };
            parts.push(Part::Words(format!(
                "{line}--{boundary}\r\ncontent-type: {}\r\ncontent-range: {}\r\n\r\n",
                file.mime_type,
                place(range)
            )));
            parts.push(Part::Bytes(range.clone()));
        }
        parts.push(Part::Words(format!("\r\n--{boundary}--\r\n")));
        Self {
            status: 206,
            content_type: format!("multipart/byteranges; boundary={boundary}"),
            content_range: None,
            parts,
        }
    }

    /// Its length in bytes.
    fn length(&self) -> u64 {
        let lengths = self.parts.iter().map(|part| match part {
            Part::Words(words) => words.len() as u64,
            Part::Bytes(range) => range.end - range.start,
        });
        lengths.sum()
    }
}

/// The answer with a body of this file. A small one is whole, and a longer one is written as it is read.
///
/// # Errors
/// The store's; a fault where a chunk isn't there.
pub async fn answer(ctx: &Ctx, request: &Request, file: &StoredFile, body: Body) -> Result<Reply> {
    let (status, length) = (body.status, body.length());
    let content_type = body.content_type.clone();
    let content_range = body.content_range.clone();
    let content = file.content_id.clone();
    let reply = if length <= CHUNK && request.method != Method::HEAD {
        let mut bytes = Vec::new();
        for piece in pieces(&body.parts) {
            bytes.extend(piece.read(ctx, &content).await?);
        }
        Reply::bytes(status, "application/octet-stream", bytes)
            .header("content-type", &content_type)
    } else {
        let ctx = ctx.clone();
        Reply::stream(status, &content_type, length, move |outlet| async move {
            write(&ctx, &content, &body, outlet).await;
        })
    };
    Ok(match content_range {
        Some(place) => reply.header("content-range", &place),
        None => reply,
    })
}

/// Writes a body. It breaks off where its reader goes or takes nothing, or the bytes can't be read: its length tells the reader.
async fn write(ctx: &Ctx, content: &str, body: &Body, mut outlet: Outlet) {
    for piece in pieces(&body.parts) {
        let Ok(bytes) = piece.read(ctx, content).await else {
            return;
        };
        if !written(ctx, &mut outlet, bytes).await {
            return;
        }
    }
    outlet.end().await;
}

/// Writes bytes; false for a reader that is gone, or doesn't take them in time.
async fn written(ctx: &Ctx, outlet: &mut Outlet, bytes: Vec<u8>) -> bool {
    match ctx.store().await {
        Ok(store) => taken(store, outlet.write(bytes), PATIENCE).await,
        Err(_) => false,
    }
}

/// Waits until bytes are taken; false where that takes longer.
async fn taken(store: &Store, writing: impl Future<Output = bool>, patience: Duration) -> bool {
    let pause = store.pause(patience).boxed_local();
    match select(writing.boxed_local(), pause).await {
        Either::Left((is_there, _)) => is_there,
        Either::Right(_) => false,
    }
}

/// A part of a body that is read at once.
enum Piece<'a> {
    Words(&'a str),
    /// A chunk, and the part of it.
    Chunk(u64, Range<usize>),
}

/// The pieces of these parts, in their order: bytes of one chunk each.
fn pieces(parts: &[Part]) -> impl Iterator<Item = Piece<'_>> {
    parts.iter().flat_map(|part| {
        let (words, range) = match part {
            Part::Words(words) => (Some(Piece::Words(words)), 0..0),
            Part::Bytes(range) => (None, range.clone()),
        };
        words.into_iter().chain(chunks(range))
    })
}

fn chunks<'a>(range: Range<u64>) -> impl Iterator<Item = Piece<'a>> {
    let numbers = match range.is_empty() {
        true => 0..0,
        false => range.start / CHUNK..(range.end - 1) / CHUNK + 1,
    };
    numbers.map(move |number| {
        let begin = number * CHUNK;
        let within = |at: u64| usize::try_from(at.clamp(begin, begin + CHUNK) - begin).unwrap_or(0);
        Piece::Chunk(number, within(range.start)..within(range.end))
    })
}

impl Piece<'_> {
    async fn read(&self, ctx: &Ctx, content: &str) -> Result<Vec<u8>> {
        let (number, range) = match self {
            Piece::Words(words) => return Ok(words.as_bytes().to_vec()),
            Piece::Chunk(number, range) => (i64::try_from(*number).unwrap_or(i64::MAX), range),
        };
        let found = ctx
            .read(Get::<FileChunk>::id(chunk_id(content, number)))
            .await?;
        let bytes = found
            .map(|chunk| chunk.into_inner().bytes)
            .unwrap_or_default();
        let is_all = *range == (0..bytes.len());
        match bytes.get(range.clone()) {
            Some(_) if is_all => Ok(bytes),
            Some(part) => Ok(part.to_vec()),
            None => Err(Error::internal("a chunk of a file isn't there")),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    fn file(size: u64) -> StoredFile {
        StoredFile {
            size: i64::try_from(size).unwrap(),
            mime_type: "image/png".to_owned(),
            content_id: "c".to_owned(),
            ..StoredFile::default()
        }
    }

    fn of_chunks(range: Range<u64>) -> Vec<(u64, Range<usize>)> {
        let pieces = chunks(range).map(|piece| match piece {
            Piece::Chunk(number, range) => (number, range),
            Piece::Words(_) => unreachable!("only bytes"),
        });
        pieces.collect()
    }

    #[test]
    fn a_range_is_read_chunk_by_chunk() {
        let whole = FileChunk::LENGTH;
        assert_eq!(of_chunks(0..CHUNK), [(0, 0..whole)]);
        assert_eq!(of_chunks(0..CHUNK + 1), [(0, 0..whole), (1, 0..1)]);
        assert_eq!(
            of_chunks(CHUNK - 1..CHUNK + 1),
            [(0, whole - 1..whole), (1, 0..1)]
        );
        assert_eq!(of_chunks(2 * CHUNK + 3..2 * CHUNK + 4), [(2, 3..4)]);
    }

    #[test]
    fn a_reader_that_takes_nothing_is_waited_for_no_longer_than_that() {
        let edge = whisper_kit::testing::TestEdge::new(&crate::api(), &[]);
        let waited = |writing: std::pin::Pin<Box<dyn Future<Output = bool>>>| {
            let patience = Duration::from_millis(5);
            block_on(taken(edge.store(), writing, patience))
        };
        assert!(waited(Box::pin(std::future::ready(true))));
        assert!(!waited(Box::pin(std::future::ready(false))), "it is gone");
        assert!(!waited(Box::pin(std::future::pending())), "it is there");
    }

    #[test]
    fn the_length_is_that_of_all_parts() {
        let body = Body::parts(&file(1000), &[0..10, 990..1000]);
        let words: usize = body
            .parts
            .iter()
            .map(|part| match part {
                Part::Words(words) => words.len(),
                Part::Bytes(_) => 10,
            })
            .sum();
        assert_eq!(body.length(), words as u64);
        assert!(
            body.content_type
                .starts_with("multipart/byteranges; boundary=")
        );
        assert_eq!(body.content_range, None);
        let one = Body::parts(&file(1000), std::slice::from_ref(&(990..1000)));
        assert_eq!(one.content_range.as_deref(), Some("bytes 990-999/1000"));
        assert_eq!((one.length(), Body::whole(&file(7)).length()), (10, 7));
    }
}
