//! What makes two errors the same: their type, their source, what they say without what differs from one
//! time to the next, and the top of the stack without line numbers.

use whisper_kit::ids::derived_id;

/// Frames of a stack that count: further down stands what called, which may differ.
const FRAMES: usize = 5;
/// Characters of a line that count.
const LINE: usize = 500;

/// What an error is grouped by.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'a> {
    /// Who reported it, and about what: `client`, or `host accounts`.
    pub source: &'a str,
    /// Its type.
    pub error_type: &'a str,
    /// What it says.
    pub message: &'a str,
    /// Where it happened; empty if that isn't known.
    pub stack: &'a str,
    /// What the reporter groups by instead of message and stack.
    pub chosen: Option<&'a str>,
}

/// Id of the group.
pub fn group_id(traits: &Traits<'_>) -> String {
    let mut parts = vec!["error group", traits.source, traits.error_type];
    let normal: Vec<String> = match traits.chosen {
        Some(chosen) => {
            parts.push("chosen");
            vec![chosen.to_owned()]
        }
        None => {
            let frames = traits.stack.lines().map(str::trim);
            let frames = frames.filter(|line| !line.is_empty()).take(FRAMES);
            std::iter::once(traits.message)
                .chain(frames)
                .map(normal)
                .collect()
        }
    };
    parts.extend(normal.iter().map(String::as_str));
    derived_id(&parts)
}

/// A line without what differs from one time to the next: quoted texts, addresses, and whatever has a
/// digit in it (numbers, ids, hashes, times, line numbers).
pub fn normal(line: &str) -> String {
    let short: String = line.chars().take(LINE).collect();
    let unquoted = without_quoted(&short);
    let words = unquoted.split_whitespace().map(normal_word);
    words.collect::<Vec<_>>().join(" ")
}

/// Puts `?` in the place of what stands between two quotes of a kind.
fn without_quoted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let (before, from) = rest.split_at(at);
        let mut chars = from.chars();
        let Some(quote) = chars.next() else { break };
        let inside = chars.as_str();
        // An apostrophe in a word opens nothing.
        let in_word = quote == '\'' && before.ends_with(char::is_alphanumeric);
        match inside.find(quote).filter(|_| !in_word) {
            Some(end) => {
                out.push_str(before);
                out.extend([quote, '?', quote]);
                rest = &inside[end + quote.len_utf8()..];
            }
            None => {
                out.push_str(before);
                out.push(quote);
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

fn normal_word(word: &str) -> String {
    if word.contains("://") {
        return "<url>".to_owned();
    }
    if let Some((name, domain)) = word.split_once('@')
        && !name.is_empty()
        && domain.contains('.')
    {
        return "<email>".to_owned();
    }
    if !word.contains(|c: char| c.is_numeric()) {
        return word.to_owned();
    }
    let mut out = String::new();
    let mut run = String::new();
    let close = |run: &mut String, out: &mut String| {
        match run.contains(|c: char| c.is_numeric()) {
            true => out.push('#'),
            false => out.push_str(run),
        }
        run.clear();
    };
    for c in word.chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '_') {
            run.push(c);
        } else {
            close(&mut run, &mut out);
            out.push(c);
        }
    }
    close(&mut run, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_differs_from_time_to_time_is_left_out() {
        for (line, expected) in [
            ("timeout after 3000 ms", "timeout after # ms"),
            (
                "user 01a20962-0116-775e-b9d1-916a50481ce6 is gone",
                "user # is gone",
            ),
            ("at send (app.js:12:34)", "at send (app.js:#:#)"),
            ("no such file \"/home/ann/x.png\"", "no such file \"?\""),
            ("GET https://x.example/a?b=1 failed", "GET <url> failed"),
            ("can't reach ann@example.com", "can't reach <email>"),
            ("didn't parse 'abc' of 'def'", "didn't parse '?' of '?'"),
            ("  a   b\tc ", "a b c"),
            ("0xdeadbeef at 12:30:01.123", "# at #:#:#.#"),
            ("an open \" quote", "an open \" quote"),
            ("", ""),
        ] {
            assert_eq!(normal(line), expected, "{line}");
        }
    }

    fn traits<'a>(message: &'a str, stack: &'a str) -> Traits<'a> {
        Traits {
            source: "client",
            error_type: "t",
            message,
            stack,
            chosen: None,
        }
    }

    #[test]
    fn groups_differ_by_type_source_message_and_the_top_of_the_stack() {
        let stack = "Error\n at a (x.js:1:2)\n at b (x.js:3:4)";
        let base = traits("failed 1", stack);
        let id = group_id(&base);
        let moved = "Error\n at a (x.js:10:2)\n at b (x.js:30:4)";
        assert_eq!(group_id(&traits("failed 22", moved)), id);
        let other = "Error\n at c (x.js:1:2)\n at b (x.js:3:4)";
        assert_ne!(group_id(&traits("failed 1", other)), id);
        assert_ne!(group_id(&traits("stopped 1", stack)), id);
        let source = Traits {
            source: "host",
            ..base
        };
        assert_ne!(group_id(&source), id);
        let kind = Traits {
            error_type: "u",
            ..base
        };
        assert_ne!(group_id(&kind), id);
    }

    #[test]
    fn a_chosen_fingerprint_stands_for_message_and_stack() {
        let chosen = |message, stack| {
            let traits = Traits {
                chosen: Some("mine-1"),
                ..traits(message, stack)
            };
            group_id(&traits)
        };
        assert_eq!(chosen("a", "b"), chosen("c", "d"));
        assert_ne!(chosen("mine-1", ""), group_id(&traits("mine-1", "")));
    }

    proptest! {
        #[test]
        fn no_digit_is_left_of_a_line(line in ".{0,200}") {
            let normal = normal(&line);
            prop_assert!(!normal.contains(|c: char| c.is_numeric()), "{}", normal);
            prop_assert!(normal.chars().count() <= 4 * LINE);
        }

        #[test]
        fn numbers_and_ids_never_split_a_group(before in "[a-z ]{0,20}", one in any::<u64>(), other in any::<u128>(), after in "[a-z ]{0,20}") {
            let text = |n: &str| format!("{before} {n} {after}");
            let ids = [one.to_string(), format!("{other:032x}0"), format!("{one:x}-{other:x}-7")];
            let groups: Vec<String> = ids.iter().map(|id| group_id(&traits(&text(id), ""))).collect();
            prop_assert!(groups.iter().all(|group| *group == groups[0]));
        }

        #[test]
        fn whatever_comes_is_taken(message in any::<String>(), stack in any::<String>()) {
            prop_assert_eq!(group_id(&traits(&message, &stack)).len(), 36);
        }
    }
}
