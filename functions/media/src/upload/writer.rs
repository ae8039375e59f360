//! Bytes into chunks: each chunk is a commit of its own, together with how far the upload got.

use sha2::{Digest, Sha256};
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Error, FieldError, Result, Rule};
use whisper_schema::Hex;
use whisper_schema::prelude::{FileChunk, StoredFile};
use whisper_store::{Batch, Get, Patch};

use super::hash;
use super::refused::give_up;
use super::turn::{TURN, as_read, lost};
use crate::buckets;
use crate::sniff::{Kind, Sniffed, sniff};

/// Length of a chunk, in the type of sizes.
pub const CHUNK: i64 = FileChunk::LENGTH as i64;

/// Id of a chunk.
pub fn chunk_id(content: &str, number: i64) -> String {
    derived_id(&["file chunk", content, &number.to_string()])
}

/// An upload that takes bytes. It holds one chunk of them at most.
pub struct Writer {
    /// The file, as it is kept.
    file: StoredFile,
    /// The hash of all bytes that came.
    hash: Sha256,
    /// The bytes of the chunk that isn't full, from its beginning.
    tail: Vec<u8>,
    /// How many of them are kept.
    kept: usize,
}

impl Writer {
    /// Goes on where the bytes that are kept end; reads the beginning of the chunk that they end in.
    ///
    /// # Errors
    /// The store's; a fault where that chunk isn't there.
    pub async fn resume(ctx: &Ctx, file: StoredFile) -> Result<Self> {
        let hash = hash::resumed(&file)?;
        let tail = match file.received % CHUNK {
            0 => Vec::new(),
            length => {
                let id = chunk_id(&file.content_id, file.received / CHUNK);
                let chunk = ctx.read(Get::<FileChunk>::id(id)).await?;
                let chunk = chunk.map(|chunk| chunk.into_inner().bytes);
                let is_whole = |bytes: &Vec<u8>| i64::try_from(bytes.len()) == Ok(length);
                chunk
                    .filter(is_whole)
                    .ok_or_else(|| Error::internal("a chunk of an upload isn't as it was left"))?
            }
        };
        Ok(Self {
            kept: tail.len(),
            file,
            hash,
            tail,
        })
    }

    /// The file, as it is kept.
    pub fn file(&self) -> &StoredFile {
        &self.file
    }

    /// How many bytes are still to come.
    pub fn left(&self) -> i64 {
        self.file.size - self.come()
    }

    /// How many bytes came, kept or not.
    fn come(&self) -> i64 {
        self.file.received + to_size(self.tail.len() - self.kept)
    }

    /// Takes bytes, no more than are left, and keeps each chunk that is full. The last chunk of the file stays here, to be kept when the upload ends.
    ///
    /// # Errors
    /// As [`Writer::save`].
    pub async fn take(&mut self, ctx: &Ctx, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            if self.tail.len() == FileChunk::LENGTH {
                self.save(ctx).await?;
            }
            let room = FileChunk::LENGTH - self.tail.len();
            let (part, rest) = bytes.split_at(room.min(bytes.len()));
            self.hash.update(part);
            self.tail.extend_from_slice(part);
            bytes = rest;
        }
        match self.tail.len() == FileChunk::LENGTH && self.left() > 0 {
            true => self.save(ctx).await,
            false => Ok(()),
        }
    }

    /// Keeps the bytes that came.
    ///
    /// # Errors
    /// `upload_offset_mismatch` where another request took the upload up, `not_found` where it is gone, `validation_failed` for a content that the
    /// bucket doesn't take.
    pub async fn save(&mut self, ctx: &Ctx) -> Result<()> {
        if self.tail.len() == self.kept {
            return Ok(());
        }
        let is_full = self.tail.len() == FileChunk::LENGTH;
        let sniffed = match is_full && self.is_first() {
            true => Some(self.sniff(ctx).await?),
            false => None,
        };
        let received = self.come();
        let state = hash::state(&self.hash);
        let mut patch = Patch::new()
            .set(StoredFile::RECEIVED, received)
            .set(StoredFile::HASH_STATE, Hex(&state));
        if let Some(Sniffed { kind, is_inline }) = sniffed {
            patch = patch
                .set(StoredFile::MIME_TYPE, kind.media_type())
                .set(StoredFile::IS_INLINE, is_inline);
            kind.media_type().clone_into(&mut self.file.mime_type);
            self.file.is_inline = is_inline;
        }
        let batch = self.put_tail(Batch::new());
        let batch = batch
            .update_if(&self.file.id, patch, as_read(&self.file))
            .label(TURN);
        if let Err(error) = ctx.store().await?.commit(batch).await {
            return Err(lost(ctx, &self.file, error.into()).await);
        }
        self.file.received = received;
        self.file.hash_state = Some(state);
        if is_full {
            self.tail.clear();
        }
        self.kept = self.tail.len();
        Ok(())
    }

    /// Adds the bytes that aren't kept to a commit.
    fn put_tail(&self, batch: Batch) -> Batch {
        if self.tail.len() == self.kept {
            return batch;
        }
        let number = (self.file.received - to_size(self.kept)) / CHUNK;
        batch.upsert(&FileChunk {
            id: chunk_id(&self.file.content_id, number),
            content_id: self.file.content_id.clone(),
            number,
            bytes: self.tail.clone(),
        })
    }

    /// Whether the bytes here are the first ones of the file.
    fn is_first(&self) -> bool {
        self.file.received == to_size(self.kept)
    }

    /// Looks at the first bytes, as many as a chunk has, or all. The upload is given up where the bucket doesn't take their type.
    async fn sniff(&self, ctx: &Ctx) -> Result<Sniffed> {
        let (bucket, declared) = (self.file.bucket, Kind::parse(&self.file.mime_type));
        let found = declared.and_then(|declared| sniff(declared, &self.tail));
        if let Some(found) = found.filter(|found| buckets::takes(bucket, found.kind)) {
            return Ok(found);
        }
        give_up(ctx, &self.file).await?;
        let seen = match found {
            Some(found) => format!("is {}", found.kind.media_type()),
            None => format!("is not {}", self.file.mime_type),
        };
        let types = buckets::types(bucket).join(", ");
        let detail = format!("{seen}, by its first bytes; {bucket} takes {types}");
        Err(Error::fields(vec![FieldError::new(
            "content",
            Rule::Format,
            detail,
        )]))
    }

    /// The end of the upload: the file as it is kept, its hash, its type where it was still to be told, and the batch that keeps the rest of the bytes.
    ///
    /// # Errors
    /// As [`Writer::save`].
    pub async fn into_end(self, ctx: &Ctx) -> Result<End> {
        // Of a file of one chunk the type is told here; of a longer one it was when the first chunk was full.
        let mut file = self.file.clone();
        if self.is_first() && !self.tail.is_empty() {
            let Sniffed { kind, is_inline } = self.sniff(ctx).await?;
            kind.media_type().clone_into(&mut file.mime_type);
            file.is_inline = is_inline;
        }
        Ok(End {
            rest: self.put_tail(Batch::new()),
            received: self.come(),
            sha256: hash::hexadecimal(self.hash),
            file,
        })
    }
}

/// An upload whose bytes have all come.
pub struct End {
    /// The file, as it is kept, with the type that its bytes have.
    pub file: StoredFile,
    /// How many bytes came.
    pub received: i64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
    /// Keeps those that aren't.
    pub rest: Batch,
}

fn to_size(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
