//! Forms of text: numbers written as text, names of chains' things, media types, names of files.

use whisper_schema::body::Form;

/// A whole number of at most 78 digits.
pub const WHOLE_NUMBER: Form = form(
    is_whole_number,
    "a whole number as a string, such as \"1234\"",
    "^(0|[1-9][0-9]{0,77})$",
);
/// A number that may have decimals.
pub const DECIMAL: Form = form(
    is_decimal,
    "a decimal number as a string, such as \"0.25\"",
    "^(0|[1-9][0-9]{0,77})(\\.[0-9]+)?$",
);
/// A number above 0.
pub const POSITIVE_DECIMAL: Form = form(
    is_positive_decimal,
    "a decimal number greater than 0, as a string",
    "^(?=.*[1-9])(0|[1-9][0-9]{0,77})(\\.[0-9]+)?$",
);
/// Hash of a transaction on Ethereum and its like.
pub const EVM_HASH: Form = form(
    |text| is_hex(text, 64),
    "0x and 64 hexadecimal digits",
    "^0x[0-9A-Fa-f]{64}$",
);
/// Address on Ethereum and its like.
pub const EVM_ADDRESS: Form = form(
    |text| is_hex(text, 40),
    "0x and 40 hexadecimal digits",
    "^0x[0-9A-Fa-f]{40}$",
);
/// Signature of a transaction on Solana.
pub const SOLANA_SIGNATURE: Form = form(
    |text| is_base58(text, 64..=88),
    "a Solana signature: 64 to 88 base-58 digits",
    "^[1-9A-HJ-NP-Za-km-z]{64,88}$",
);
/// Address on Solana.
pub const SOLANA_ADDRESS: Form = form(
    |text| is_base58(text, 32..=44),
    "a Solana address: 32 to 44 base-58 digits",
    "^[1-9A-HJ-NP-Za-km-z]{32,44}$",
);
/// Media type.
pub const MEDIA_TYPE: Form = form(
    is_media_type,
    "a media type, such as image/png",
    "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$",
);
/// Name of a file.
pub const FILE_NAME: Form = form(
    is_file_name,
    "1 to 255 characters without path separators",
    "^[^/\\\\]{1,255}$",
);

const fn form(valid: fn(&str) -> bool, must_be: &'static str, pattern: &'static str) -> Form {
    Form {
        valid,
        must_be,
        pattern: Some(pattern),
        format: None,
    }
}

/// A whole number of at most 78 digits (an unsigned integer of 256 bits), without leading zeros.
pub fn is_whole_number(text: &str) -> bool {
    (1..=78).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'))
}

/// A whole number that may have decimals behind a dot, of at most 100 characters.
pub fn is_decimal(text: &str) -> bool {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    text.len() <= 100
        && is_whole_number(whole)
        && decimals.is_none_or(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// A decimal greater than zero.
pub fn is_positive_decimal(text: &str) -> bool {
    is_decimal(text) && text.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

/// `0x` and exactly so many hexadecimal digits.
pub fn is_hex(text: &str, digits: usize) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == digits && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Base 58 as Bitcoin and Solana write it: no 0, O, I or l.
pub fn is_base58(text: &str, size: std::ops::RangeInclusive<usize>) -> bool {
    size.contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() && !b"0OIl".contains(&b))
}

/// A media type such as `image/png`.
pub fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.len() <= 127
        && text
            .split_once('/')
            .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// A file's name without a path: it can be saved into a folder as it is.
pub fn is_file_name(text: &str) -> bool {
    (1..=255).contains(&text.chars().count())
        && !text
            .chars()
            .any(|c| c == '/' || c == '\\' || c.is_control())
        && !text.chars().all(|c| c == '.' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: impl Fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is(text), "{text:?} should be taken");
        }
        for text in bad {
            assert!(!is(text), "{text:?} should be refused");
        }
    }

    #[test]
    fn numbers_as_text() {
        check(
            is_whole_number,
            &["0", "10", &"9".repeat(78)],
            &["", "01", "-1", "1.0", "1e3", &"9".repeat(79)],
        );
        check(
            is_decimal,
            &["0", "0.5", "10.000"],
            &["", ".5", "1.", "1,5", "01.5", "+1", "1.2.3", "NaN", "١"],
        );
        check(
            is_positive_decimal,
            &["1", "0.001"],
            &["0", "0.000", "-1", ""],
        );
    }

    #[test]
    fn chain_texts() {
        check(
            |t| is_hex(t, 4),
            &["0x00fF"],
            &["", "0x", "00ff", "0x00f", "0x00ffa", "0X00ff", "0x00fg"],
        );
        check(
            |t| is_base58(t, 2..=4),
            &["ab", "zZ19"],
            &["", "a", "abcde", "a0", "aO", "aI", "al", "a-"],
        );
    }

    #[test]
    fn media_types() {
        check(
            is_media_type,
            &["image/png", "image/svg+xml"],
            &["", "image", "image/", "/png", "image/a b", "image/a/b"],
        );
    }

    #[test]
    fn file_names() {
        let long = "é".repeat(255);
        check(
            is_file_name,
            &["a", "a.pdf", ".env", "Bericht 1.pdf", &long],
            &[
                "",
                ".",
                "..",
                " ",
                "a/b",
                "..\\b",
                "a\0",
                "a\n",
                &format!("{long}x"),
            ],
        );
    }
}
