//! Encryption of a push for one device (RFC 8291, with the content coding aes128gcm of RFC 8188): the
//! push service carries it and can't read it.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;
use whisper_kit::ids::random;
use whisper_kit::{Error, Result};

/// The size of a record that the header tells. A push is one record.
const RECORD: u32 = 4096;
/// The longest text that fits a record next to its delimiter and its tag.
pub const MAX_TEXT: usize = 4096 - 17;
/// Bytes of a public key: a point, uncompressed.
pub const POINT: usize = 65;
/// Bytes of the secret shared with the device.
pub const SHARED: usize = 16;
/// How often a random secret is tried: the curve refuses less than one in four billion.
const ATTEMPTS: usize = 8;

/// The keys of a device, for encrypting to it.
pub struct Recipient {
    key: PublicKey,
    point: [u8; POINT],
    shared: [u8; SHARED],
}

impl Recipient {
    /// Reads the device's keys, as browsers give them: base64url. None when one of them isn't valid.
    pub fn read(p256dh: &str, auth: &str) -> Option<Self> {
        let (key, point) = Self::point(p256dh)?;
        let shared = Self::secret(auth)?;
        Some(Self { key, point, shared })
    }

    /// A device's public key, with its bytes.
    pub fn point(text: &str) -> Option<(PublicKey, [u8; POINT])> {
        let bytes = decode(text)?;
        let key = PublicKey::from_sec1_bytes(&bytes).ok()?;
        Some((key, bytes.try_into().ok()?))
    }

    /// The secret shared with a device.
    pub fn secret(text: &str) -> Option<[u8; SHARED]> {
        decode(text)?.try_into().ok()
    }
}

/// Reads base64url, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// A secret key of the curve, from the runtime's secure source.
///
/// # Errors
/// A fault when the runtime has none.
pub fn secret_key() -> Result<SecretKey> {
    for _ in 0..ATTEMPTS {
        let bytes: [u8; 32] = random()?;
        if let Ok(key) = SecretKey::from_slice(&bytes) {
            return Ok(key);
        }
    }
    Err(Error::internal("the runtime's randomness gives no key"))
}

/// The public half of a key, uncompressed.
pub fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

/// Encrypts a text for a device: a body with `content-encoding: aes128gcm`.
///
/// # Errors
/// A fault for a text of more than [`MAX_TEXT`] bytes, or without randomness.
pub fn encrypt(recipient: &Recipient, text: &[u8]) -> Result<Vec<u8>> {
    encrypt_with(recipient, text, &secret_key()?, &random()?)
}

/// As [`encrypt`], with a key and a salt that must never be used twice.
fn encrypt_with(
    recipient: &Recipient,
    text: &[u8],
    sender: &SecretKey,
    salt: &[u8; 16],
) -> Result<Vec<u8>> {
    if text.len() > MAX_TEXT {
        return Err(Error::internal("a push is too long"));
    }
    let own = point(&sender.public_key());
    let agreed = ecdh::diffie_hellman(sender.to_nonzero_scalar(), recipient.key.as_affine());
    // RFC 8291, 3.4: the secret that the two agree on, bound to both keys and to the shared secret.
    let info = [b"WebPush: info\0".as_slice(), &recipient.point, &own].concat();
    let input: [u8; 32] = derive(&recipient.shared, agreed.raw_secret_bytes().as_ref(), &info)?;
    let key: [u8; 16] = derive(salt, &input, b"Content-Encoding: aes128gcm\0")?;
    let nonce: [u8; 12] = derive(salt, &input, b"Content-Encoding: nonce\0")?;
    // RFC 8188, 2: the delimiter of the last record, here without padding behind it.
    let padded = [text, &[2]].concat();
    let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(key));
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), padded.as_slice())
        .map_err(|_| Error::internal("a push can't be encrypted"))?;
    let mut body = Vec::with_capacity(16 + 4 + 1 + POINT + sealed.len());
    body.extend_from_slice(salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(POINT as u8);
    body.extend_from_slice(&own);
    body.extend_from_slice(&sealed);
    Ok(body)
}

fn derive<const N: usize>(salt: &[u8], input: &[u8], info: &[u8]) -> Result<[u8; N]> {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), input)
        .expand(info, &mut out)
        .map_err(Error::internal)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out_to_the_byte() {
        let recipient = Recipient::read(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        );
        let sender = decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap();
        let sender = SecretKey::from_slice(&sender).unwrap();
        let salt = decode("DGv6ra1nlYgDCS1FRnbzlw").unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let body = encrypt_with(
            &recipient.unwrap(),
            text,
            &sender,
            &salt.try_into().unwrap(),
        );
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml\
            mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT\
            pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(body.unwrap()), expected);
    }

    #[test]
    fn keys_that_are_none_are_refused_by_name() {
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let off_curve = URL_SAFE_NO_PAD.encode([&[4u8][..], &[1; 64]].concat());
        let point = decode(good).unwrap();
        let compressed = URL_SAFE_NO_PAD.encode([&[2 + (point[64] & 1)], &point[1..33]].concat());
        for (p256dh, auth, wrong) in [
            ("", "BTBZMqHH6r4Tts7J_aSIgg", "p256dh"),
            ("????", "BTBZMqHH6r4Tts7J_aSIgg", "p256dh"),
            (&off_curve, "BTBZMqHH6r4Tts7J_aSIgg", "p256dh"),
            (&compressed, "BTBZMqHH6r4Tts7J_aSIgg", "p256dh"),
            ("AA", "BTBZMqHH6r4Tts7J_aSIgg", "p256dh"),
            (good, "", "auth"),
            (good, "BTBZMqHH6r4Tts7J_aSIggAA", "auth"),
        ] {
            assert!(Recipient::read(p256dh, auth).is_none(), "{p256dh} {auth}");
            let seen = (
                Recipient::point(p256dh).is_none(),
                Recipient::secret(auth).is_none(),
            );
            assert_eq!(
                seen,
                (wrong == "p256dh", wrong == "auth"),
                "{p256dh} {auth}"
            );
        }
        assert!(Recipient::read(good, "BTBZMqHH6r4Tts7J_aSIgg==").is_some());
    }

    #[test]
    fn what_does_not_fit_a_record_is_not_sent() {
        let key = secret_key().unwrap().public_key();
        let p256dh = URL_SAFE_NO_PAD.encode(point(&key));
        let recipient = Recipient::read(&p256dh, "BTBZMqHH6r4Tts7J_aSIgg").unwrap();
        assert_eq!(
            encrypt(&recipient, &[b'x'; MAX_TEXT]).unwrap().len(),
            86 + 4096
        );
        assert!(encrypt(&recipient, &[b'x'; MAX_TEXT + 1]).is_err());
    }
}
