//! The codes of invitations: 26 characters of Crockford's base 32, 130 random bits.
//!
//! They have capital letters and digits alone, so that a QR code holds them in its alphanumeric mode; and they can be read
//! out and typed: case doesn't matter, nor do hyphens, and letters that look like digits are taken for those.

use whisper_kit::Result;
use whisper_kit::ids::random;

/// Characters of a code, of 5 bits each.
pub const LENGTH: usize = 26;
/// The characters, by their values: without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The beginning of a link as a QR code has it.
const QR: &str = "WHISPER://J/";

/// A new code.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn new_code() -> Result<String> {
    let bytes: [u8; LENGTH] = random()?;
    let characters = bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Ok(characters.iter().collect())
}

/// The code that somebody typed or scanned; none if it can't be one.
pub fn read(text: &str) -> Option<String> {
    let characters = text.chars().filter(|c| *c != '-');
    let code: Option<String> = characters
        .map(|c| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c if u8::try_from(c).is_ok_and(|c| ALPHABET.contains(&c)) => Some(c),
            _ => None,
        })
        .collect();
    code.filter(|code| code.len() == LENGTH)
}

/// The text of a code's QR code.
pub fn qr(code: &str) -> String {
    format!("{QR}{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_code_is_read_as_it_is_and_differs_from_others() {
        let codes: std::collections::BTreeSet<String> =
            (0..1000).map(|_| new_code().unwrap()).collect();
        assert_eq!(codes.len(), 1000);
        assert!(codes.iter().all(|code| read(code).as_ref() == Some(code)));
        let used: std::collections::BTreeSet<char> =
            codes.iter().flat_map(|code| code.chars()).collect();
        assert_eq!(used.len(), 32, "all characters come up");
    }

    #[test]
    fn codes_are_typed_in_many_ways() {
        let code = "0123456789ABCDEFGHJKMNPQRS";
        for typed in [
            code.to_owned(),
            code.to_lowercase(),
            "O123456789-abcdefghjk-mnpqrs".to_owned(),
            "oi23456789ABCDEFGHJKMNPQRS".to_owned(),
            "0L23456789ABCDEFGHJKMNPQRS".to_owned(),
        ] {
            assert_eq!(read(&typed).as_deref(), Some(code), "{typed}");
        }
        for wrong in [
            "",
            "0123",
            "U123456789ABCDEFGHJKMNPQRS",
            "ß123456789ABCDEFGHJKMNPQRS",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(&format!("{code}0")), None);
    }

    #[test]
    fn the_text_of_a_qr_code_fits_its_alphanumeric_mode_and_version_2() {
        let text = qr(&new_code().unwrap());
        let fits =
            |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || " $%*+-./:".contains(c);
        assert!(text.chars().all(fits), "{text}");
        assert!(text.len() <= 38, "version 2 with error correction M");
    }
}
