//! The beginning of a text, for previews.

use unicode_segmentation::GraphemeCursor;

/// The beginning of a text, of at most so many characters (code points). It doesn't end in the middle of a character as
/// people see it, such as a letter with its accents or a family of emoji, unless that alone is longer.
pub fn excerpt(text: &str, most: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text;
    };
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    let end = match cursor.is_boundary(text, 0) {
        Ok(true) => end,
        _ => match cursor.prev_boundary(text, 0) {
            Ok(Some(before)) if before > 0 => before,
            _ => end,
        },
    };
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn what_is_seen_as_one_is_kept_or_left_out_as_one() {
        let family = "👨\u{200d}👩\u{200d}👧";
        for (text, most, beginning) in [
            ("", 3, ""),
            ("abc", 3, "abc"),
            ("abcd", 3, "abc"),
            ("abe\u{301}", 3, "ab"),
            ("ae\u{301}b", 3, "ae\u{301}"),
            (&format!("a{family}"), 5, "a"),
            (&format!("a{family}b"), 6, &format!("a{family}")),
            ("🇨🇭🇨🇭", 3, "🇨🇭"),
            // One that is longer than the whole preview.
            (family, 2, "👨\u{200d}"),
            ("ab", 0, ""),
        ] {
            assert_eq!(excerpt(text, most), beginning, "{text} {most}");
        }
    }
}
