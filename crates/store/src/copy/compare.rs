//! Checksums of all documents of a database: of its own pages, apart from those that are copied.

use sha2::{Digest, Sha256};
use whisper_schema::Collection;

use super::side::{Open, at_once, place};
use super::{CopyError, all};
use crate::driver::SqlValue;
use crate::error::StoreError;

/// How many documents each collection has, and their checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sums(Vec<(&'static str, u64, String)>);

impl Sums {
    /// Of everything that is there now.
    pub async fn of(side: &Open) -> Result<Sums, StoreError> {
        let mut sums = Vec::new();
        for collection in all() {
            let (count, checksum) = of_collection(side, collection).await?;
            sums.push((collection.id, count, checksum));
        }
        Ok(Sums(sums))
    }

    /// One checksum of all.
    pub fn whole(&self) -> String {
        let mut hash = Sha256::new();
        for (collection, count, checksum) in &self.0 {
            hash.update(format!("{collection} {count} {checksum}\n"));
        }
        hex(hash)
    }

    /// Whether the target has the same.
    pub fn compare(&self, target: &Sums) -> Result<(), CopyError> {
        let pairs = self.0.iter().zip(&target.0);
        let differ = pairs.filter(|(source, target)| source != target);
        let told: Vec<String> = differ
            .map(
                |((collection, source, _), (_, target, _))| match source == target {
                    true => format!("{collection} has other documents"),
                    false => format!("{collection} has {target} documents instead of {source}"),
                },
            )
            .collect();
        if told.is_empty() {
            return Ok(());
        }
        Err(CopyError::Refused(format!(
            "the target isn't the same as the source, so somebody has written to it meanwhile, or the copy has a fault: {}. Empty it, and begin anew",
            told.join("; ")
        )))
    }

    /// Each collection with its number and its checksum.
    pub fn told(self) -> Vec<(&'static str, u64, String)> {
        self.0
    }
}

async fn of_collection(
    side: &Open,
    collection: &'static Collection,
) -> Result<(u64, String), StoreError> {
    let (mut hash, mut count, mut last) = (Sha256::new(), 0, None);
    let most = at_once(collection);
    loop {
        let rows = side.page(collection, last, most).await?;
        for row in &rows {
            row.iter().for_each(|value| add(&mut hash, value));
        }
        count += rows.len() as u64;
        match rows.last().and_then(|row| place(row)) {
            Some(place) if rows.len() == most => last = Some(place),
            _ => return Ok((count, hex(hash))),
        }
    }
}

/// Adds a value so that no other one, nor two others, add the same.
fn add(hash: &mut Sha256, value: &SqlValue) {
    let (kind, bytes) = match value {
        SqlValue::Null | SqlValue::Texts(_) => (b'n', Vec::new()),
        SqlValue::Integer(number) => (b'i', number.to_le_bytes().to_vec()),
        // SQLite keeps no sign of nought.
        SqlValue::Real(number) => (b'r', (number + 0.0).to_bits().to_le_bytes().to_vec()),
        SqlValue::Text(text) => (b't', text.clone().into_bytes()),
        SqlValue::Blob(bytes) => (b'b', bytes.clone()),
    };
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

fn hex(hash: Sha256) -> String {
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
