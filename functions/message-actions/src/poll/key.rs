//! Keys of voters: only the voter's own key can read a choice that an anonymous poll keeps.

use sha2::{Digest, Sha256};
use whisper_kit::Request;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::sealing::Sealing;
use whisper_schema::system::PollBallot;

/// The header that has it.
pub const HEADER: &str = "vote-key";
/// Characters of a key: at least 128 bits in base64url.
const LENGTH: std::ops::RangeInclusive<usize> = 22..=86;

/// A voter's key. The server uses it for one request and keeps it nowhere.
pub struct VoteKey([u8; 32]);

impl VoteKey {
    /// The key that a request has.
    ///
    /// # Errors
    /// [`Code::InvalidHeader`] for one of another form.
    pub fn of(request: &Request) -> Result<Option<Self>> {
        let Some(value) = request.headers.get(HEADER) else {
            return Ok(None);
        };
        let text = value.as_bytes();
        let is_good = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !LENGTH.contains(&text.len()) || !text.iter().all(is_good) {
            let detail = "Vote-Key must be 22 to 86 characters of base64url, made at random.";
            return Err(Error::new(Code::InvalidHeader, detail));
        }
        Ok(Some(VoteKey(Sha256::digest(text).into())))
    }

    /// Choices that only this key opens again. All choices take the same room.
    ///
    /// # Errors
    /// A fault of the cipher.
    pub fn seal(&self, ballot: &str, choices: &[i64]) -> Result<String> {
        let bits = choices
            .iter()
            .filter_map(|place| u32::try_from(*place).ok())
            .fold(0_u16, |bits, place| bits | 1_u16.wrapping_shl(place));
        Sealing::new(&self.0, "ballot").seal(ballot, &bits.to_be_bytes())
    }

    /// The choices of a ballot; none where another key sealed them.
    pub fn open(&self, ballot: &PollBallot) -> Option<Vec<i64>> {
        let sealed = ballot.sealed.as_deref()?;
        let plain = Sealing::new(&self.0, "ballot").open(&ballot.id, sealed)?;
        let bits = u16::from_be_bytes(plain.try_into().ok()?);
        let chosen = (0..i64::from(u16::BITS)).filter(|place| bits >> place & 1 == 1);
        Some(chosen.collect())
    }
}
