//! The hash of a file, whose state is kept with the bytes: an upload that is resumed goes on with it, and nothing is read again.

use std::fmt::Write;

use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest, Sha256};
use whisper_kit::{Error, Result};
use whisper_schema::prelude::StoredFile;

/// The hash of the bytes that are kept of an upload.
///
/// # Errors
/// A fault for a state that can't be read. The state of one version of the crate `sha2` is one of all that are compatible with it.
pub fn resumed(file: &StoredFile) -> Result<Sha256> {
    let Some(kept) = &file.hash_state else {
        return match file.received {
            0 => Ok(Sha256::new()),
            _ => Err(unreadable()),
        };
    };
    let state = SerializedState::<Sha256>::try_from(kept.as_slice()).map_err(|_| unreadable())?;
    Sha256::deserialize(&state).map_err(|_| unreadable())
}

/// The state of a hash, as it is kept.
pub fn state(hash: &Sha256) -> Vec<u8> {
    hash.serialize().to_vec()
}

/// The hash in hexadecimal.
pub fn hexadecimal(hash: Sha256) -> String {
    let digest = hash.finalize();
    digest
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn unreadable() -> Error {
    Error::internal("the state of a file's hash can't be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_from_its_state() {
        let bytes: Vec<u8> = (0..1000u32).map(|n| n.to_le_bytes()[0]).collect();
        let wanted = hexadecimal(Sha256::new_with_prefix(&bytes));
        for at in [0, 1, 63, 64, 65, 999, 1000] {
            let before = Sha256::new_with_prefix(&bytes[..at]);
            let file = StoredFile {
                received: i64::try_from(at).unwrap(),
                hash_state: Some(state(&before)),
                ..StoredFile::default()
            };
            assert!(
                file.hash_state
                    .as_ref()
                    .is_some_and(|state| state.len() <= 256)
            );
            let mut after = resumed(&file).expect("a hash");
            after.update(&bytes[at..]);
            assert_eq!(hexadecimal(after), wanted, "{at}");
        }
        let broken = StoredFile {
            hash_state: Some(vec![1, 2, 3]),
            ..StoredFile::default()
        };
        assert!(resumed(&broken).is_err());
    }
}
