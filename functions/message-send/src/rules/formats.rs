//! Forms of text: addresses, numbers written as text, names of files.

/// A phone number in E.164 form: a plus sign and 2 to 15 digits, the first not 0.
pub fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
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

/// A media type such as `image/png`, with one of these types before the slash; any when none is given.
pub fn is_media_type(text: &str, types: &[&str]) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.len() <= 127
        && text.split_once('/').is_some_and(|(kind, subtype)| {
            token(kind) && token(subtype) && (types.is_empty() || types.contains(&kind))
        })
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
    fn phones() {
        let (good, bad) = (
            ["+41791234567", "+12"],
            [
                "",
                "+",
                "+1",
                "41791234567",
                "+0123",
                "+1234567890123456",
                "+41 79",
            ],
        );
        check(is_phone, &good, &bad);
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
            |t| is_media_type(t, &["image"]),
            &["image/png", "image/svg+xml"],
            &[
                "",
                "image",
                "image/",
                "/png",
                "video/mp4",
                "image/a b",
                "image/a/b",
            ],
        );
        assert!(is_media_type("application/pdf", &[]));
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
