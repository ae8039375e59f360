//! The arithmetic that Mozilla's `ece` wants from its surroundings, so that it needs no OpenSSL. The
//! protocol, against which tests hold the server, is `ece`'s own.

use std::any::Any;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use ece::crypto::{Cryptographer, EcKeyComponents, LocalKeyPair, RemotePublicKey};
use ece::{Error, Result};
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;

/// RustCrypto.
pub struct Crypto;

pub struct Pair(pub SecretKey);
struct Point(PublicKey);

/// The public half of a key, uncompressed.
pub fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

/// A key of the system's randomness.
pub fn fresh() -> SecretKey {
    let mut bytes = [0; 32];
    loop {
        getrandom::fill(&mut bytes).expect("randomness");
        if let Ok(key) = SecretKey::from_slice(&bytes) {
            return key;
        }
    }
}

impl RemotePublicKey for Point {
    fn as_raw(&self) -> Result<Vec<u8>> {
        Ok(point(&self.0))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl LocalKeyPair for Pair {
    fn pub_as_raw(&self) -> Result<Vec<u8>> {
        Ok(point(&self.0.public_key()))
    }

    fn raw_components(&self) -> Result<EcKeyComponents> {
        let secret = self.0.to_bytes().to_vec();
        Ok(EcKeyComponents::new(secret, self.pub_as_raw()?))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Cryptographer for Crypto {
    fn generate_ephemeral_keypair(&self) -> Result<Box<dyn LocalKeyPair>> {
        Ok(Box::new(Pair(fresh())))
    }

    fn import_key_pair(&self, components: &EcKeyComponents) -> Result<Box<dyn LocalKeyPair>> {
        let key = SecretKey::from_slice(components.private_key());
        Ok(Box::new(Pair(key.map_err(|_| Error::InvalidKeyLength)?)))
    }

    fn import_public_key(&self, raw: &[u8]) -> Result<Box<dyn RemotePublicKey>> {
        let key = PublicKey::from_sec1_bytes(raw);
        Ok(Box::new(Point(key.map_err(|_| Error::InvalidKeyLength)?)))
    }

    fn compute_ecdh_secret(
        &self,
        remote: &dyn RemotePublicKey,
        local: &dyn LocalKeyPair,
    ) -> Result<Vec<u8>> {
        let (remote, local) = (
            remote.as_any().downcast_ref(),
            local.as_any().downcast_ref(),
        );
        let (Some(Point(remote)), Some(Pair(local))) = (remote, local) else {
            return Err(Error::CryptoError);
        };
        let secret = ecdh::diffie_hellman(local.to_nonzero_scalar(), remote.as_affine());
        Ok(secret.raw_secret_bytes().to_vec())
    }

    fn hkdf_sha256(&self, salt: &[u8], secret: &[u8], info: &[u8], len: usize) -> Result<Vec<u8>> {
        let mut out = vec![0; len];
        let hkdf = Hkdf::<Sha256>::new(Some(salt), secret);
        hkdf.expand(info, &mut out)
            .map_err(|_| Error::CryptoError)?;
        Ok(out)
    }

    fn aes_gcm_128_encrypt(&self, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        let (cipher, nonce) = cipher(key, iv)?;
        cipher.encrypt(&nonce, data).map_err(|_| Error::CryptoError)
    }

    fn aes_gcm_128_decrypt(&self, key: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let (cipher, nonce) = cipher(key, iv)?;
        cipher
            .decrypt(&nonce, sealed)
            .map_err(|_| Error::CryptoError)
    }

    fn random_bytes(&self, dest: &mut [u8]) -> Result<()> {
        getrandom::fill(dest).map_err(|_| Error::CryptoError)
    }
}

fn cipher(key: &[u8], iv: &[u8]) -> Result<(Aes128Gcm, Nonce<aes_gcm::aead::consts::U12>)> {
    let cipher = Aes128Gcm::new_from_slice(key).map_err(|_| Error::CryptoError)?;
    let iv: [u8; 12] = iv.try_into().map_err(|_| Error::CryptoError)?;
    Ok((cipher, iv.into()))
}
