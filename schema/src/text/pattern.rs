//! Regular expressions (ECMA-262) of texts for OpenAPI, each beside the check that it describes: a request that
//! fits the document is refused for no form. Rare forms are left out (IPv6 addresses as hosts), and so are those that no
//! expression of a sane length tells (characters beyond the first 65,536).

/// Characters that no database keeps.
macro_rules! none {
    () => {
        r"\u0000\uffff"
    };
}

/// Characters that turn the direction of text.
macro_rules! turning {
    () => {
        r"\u202a-\u202e\u2066-\u2069"
    };
}

/// Controls, and the other characters that break a line.
macro_rules! control {
    () => {
        r"\u0001-\u001f\u007f-\u009f\u2028\u2029"
    };
}

/// Blanks, controls, and the other characters that show nothing.
macro_rules! invisible {
    () => {
        concat!(
            r"\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f",
            r"\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
        )
    };
}

/// Blanks.
macro_rules! blank {
    () => {
        r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    };
}

/// A label of a host's name.
macro_rules! label {
    () => {
        "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    };
}

/// An absolute URL behind its scheme: host, port, path, query and fragment (RFC 3986).
macro_rules! behind_scheme {
    () => {
        concat!(
            "://(",
            label!(),
            r"\.)*",
            label!(),
            r"\.?(:0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])?)?",
            r"(/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?",
            r"(\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?",
            r"(#([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
        )
    };
}

/// Id of a document ([`is_document_id`](crate::validate::is_document_id)).
pub const ID: &str = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,35}$";
/// Id of a sticker, or an emoji; which characters beyond ASCII are emoji, no expression of a sane length tells.
pub const REACTION: &str = concat!(
    r"^([A-Za-z0-9][A-Za-z0-9_.-]{0,35}|[0-9#*]?[^",
    none!(),
    control!(),
    r"\u0020-\u007e]{1,35})$"
);
/// Any text.
pub const TEXT: &str = concat!("^[^", none!(), "]*$");
/// Somebody's words ([`Text::Words`](super::Text::Words)). A carriage return is taken, and kept as a line break.
pub const WORDS: &str = concat!(
    "^[^",
    none!(),
    r"\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
);
/// A name ([`Text::Name`](super::Text::Name)).
pub const NAME: &str = concat!(
    "^[^",
    none!(),
    control!(),
    turning!(),
    "]*[^",
    none!(),
    invisible!(),
    "][^",
    none!(),
    control!(),
    turning!(),
    "]*$"
);
/// A text for one line, with something to see ([`is_line`](super::is_line)).
pub const LINE: &str = concat!(
    "^[^",
    none!(),
    control!(),
    "]*[^",
    none!(),
    invisible!(),
    "][^",
    none!(),
    control!(),
    "]*$"
);
/// A URL of any scheme ([`is_url`](crate::validate::is_url)).
pub const URL: &str = concat!("^[A-Za-z][A-Za-z0-9+.-]*", behind_scheme!(), "$");
/// A URL of http or https ([`is_web_url`](crate::validate::is_web_url)).
pub const WEB_URL: &str = concat!("^[Hh][Tt][Tt][Pp][Ss]?", behind_scheme!(), "$");
/// A URL of https ([`is_secure_url`](crate::validate::is_secure_url)).
pub const SECURE_URL: &str = concat!("^[Hh][Tt][Tt][Pp][Ss]", behind_scheme!(), "$");
/// A handle elsewhere, without blanks and slashes, and a colon only behind an `@`; or a URL of https.
pub const LINK: &str = concat!(
    "^(@[^",
    none!(),
    control!(),
    turning!(),
    blank!(),
    r"/\\]*",
    "|[^",
    none!(),
    control!(),
    turning!(),
    blank!(),
    r"/\\:]*[^",
    none!(),
    invisible!(),
    r"/\\:][^",
    none!(),
    control!(),
    turning!(),
    blank!(),
    r"/\\:]*",
    "|[Hh][Tt][Tt][Pp][Ss]",
    behind_scheme!(),
    ")$"
);
/// An e-mail address ([`is_email`](crate::validate::is_email)).
pub const EMAIL: &str = concat!(
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(",
    label!(),
    r"\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::string::string_regex;
    use regex_lite::Regex;

    use super::super::{Text, is_line};
    use super::*;
    use crate::validate::{
        check_text, is_document_id, is_email, is_secure_url, is_url, is_web_url,
    };

    /// Whether a text has the form, by the check that the expression describes.
    type Check = fn(&str) -> bool;

    const CHECKS: [(&str, Check); 9] = [
        (ID, is_document_id),
        (TEXT, |text| check_text(text).is_ok()),
        (WORDS, |text| {
            Text::Words.check(&Text::Words.kept(text)).is_ok()
        }),
        (NAME, |text| Text::Name.check(text).is_ok()),
        (LINE, is_line),
        (URL, is_url),
        (WEB_URL, is_web_url),
        (SECURE_URL, is_secure_url),
        (EMAIL, is_email),
    ];

    /// The bounds that no expression here has.
    fn is_short(text: &str) -> bool {
        let url = text.split_once("://").map_or("", |(_, rest)| rest);
        let host = url.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let (local, domain) = text.split_once('@').unwrap_or_default();
        host.len() <= 253 && local.len() <= 64 && domain.len() <= 180
    }

    /// An expression and a text that fits it, of characters that expressions here speak of.
    fn fitting() -> impl Strategy<Value = (usize, String)> {
        (0..CHECKS.len()).prop_flat_map(|n| {
            let (pattern, _) = CHECKS[n];
            let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
            let pattern = match pattern.starts_with("[^") {
                true => pattern
                    .replace(']', "]]")
                    .replace("[^", r"[\u{0}-\u{ffff}&&[^"),
                false => pattern.to_owned(),
            };
            (Just(n), string_regex(&pattern).unwrap())
        })
    }

    #[test]
    fn links_are_handles_and_urls_of_https() {
        let link = Regex::new(LINK).unwrap();
        for (text, fits) in [
            ("@ann:example.org", true),
            ("ann", true),
            ("https://a.example/ann", true),
            ("HTTPS://a.example", true),
            ("http://a.example/ann", false),
            ("a.example/ann", false),
        ] {
            assert_eq!(link.is_match(text), fits, "{text}");
        }
    }

    /// Characters on both sides of every border.
    fn text() -> impl Strategy<Value = String> {
        string_regex(
            r"([a-zA-Z0-9.:/@?#~!\-_ ]|[\u{1}-\u{ffff}]|\p{Cf}|https?://|@b\.example){0,12}",
        )
        .unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_text_that_fits_is_taken((n, text) in fitting()) {
            let (pattern, check) = CHECKS[n];
            prop_assume!(is_short(&text));
            prop_assert!(check(&text), "{text:?} fits {pattern}");
        }

        #[test]
        fn a_text_that_does_not_fit_is_refused(text in text(), n in 0..CHECKS.len()) {
            let (pattern, check) = CHECKS[n];
            let fits = Regex::new(pattern).unwrap().is_match(&text);
            prop_assert!(fits || check_text(&text).is_err() || !check(&text), "{text:?} doesn't fit {pattern}");
        }
    }
}
