//! Groups: errors are the same by their type, their source, their message without the parts that differ from one time to the
//! next, and the functions at the top of the stack.

use whisper_kit::ids::derived_id;

use crate::frames::frame;

/// Frames of a stack that count: further down stand the callers, which may differ.
const FRAMES: usize = 5;
/// Characters of a line that count.
const LINE: usize = 500;
/// Letters of a hexadecimal number, at least: shorter ones may be words, such as "facade".
const HEX: usize = 8;

/// The traits that an error is grouped by.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'a> {
    /// The reporter, and the component concerned: `client`, or `host accounts`.
    pub source: &'a str,
    /// Its type.
    pub error_type: &'a str,
    /// Its message.
    pub message: &'a str,
    /// Its stack; empty if that isn't known.
    pub stack: &'a str,
    /// The text that the reporter groups by instead of message and stack.
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
            let mut normal = vec![normal(traits.message)];
            normal.extend(top_of(traits.stack));
            normal
        }
    };
    parts.extend(normal.iter().map(String::as_str));
    derived_id(&parts)
}

/// The top of a stack: its frames, or its lines where no frames can be made out.
fn top_of(stack: &str) -> Vec<String> {
    let frames = stack.lines().filter_map(frame).take(FRAMES);
    let frames = frames.map(|frame| {
        let function: String = frame.function.chars().take(LINE).collect();
        format!("{function}@{}", normal(frame.file))
    });
    let frames: Vec<String> = frames.collect();
    if !frames.is_empty() {
        return frames;
    }
    let lines = stack.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty()).take(FRAMES);
    lines.map(normal).collect()
}

/// A line without the parts that differ from one time to the next: quoted texts, addresses, bare hexadecimal words,
/// and words with a digit in them (numbers, ids, hashes, times, line numbers).
pub fn normal(line: &str) -> String {
    let short: String = line.chars().take(LINE).collect();
    let unquoted = without_quoted(&short);
    let words = unquoted.split_whitespace().map(normal_word);
    words.collect::<Vec<_>>().join(" ")
}

/// The characters that end a text in quotes which began with this one; none for one that begins none. Languages differ: „so“
/// ends with the sign that begins “so”.
fn ends_of(quote: char) -> &'static [char] {
    match quote {
        '"' => &['"'],
        '\'' => &['\''],
        '`' => &['`', '\''],
        '“' => &['”'],
        '”' => &['”'],
        '„' => &['“', '”'],
        '‟' => &['”'],
        '‘' => &['’'],
        '’' => &['’'],
        '‚' => &['‘', '’'],
        '«' => &['»'],
        '»' => &['«', '»'],
        '‹' => &['›'],
        '›' => &['‹', '›'],
        '「' => &['」'],
        '『' => &['』'],
        '《' => &['》'],
        '〈' => &['〉'],
        '〝' => &['〞', '〟'],
        '＂' => &['＂'],
        _ => &[],
    }
}

/// Puts `?` in the place of the text between two quotes of a kind.
fn without_quoted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        // A quotation mark right behind a word is an apostrophe, which begins nothing.
        let begins = !(matches!(c, '\'' | '’') && is_letter(&chars, at.checked_sub(1)));
        let end = end_of(&chars, at, ends_of(c)).filter(|_| begins);
        out.push(c);
        if let Some(end) = end {
            out.push('?');
            out.push(chars[end]);
            at = end;
        }
        at += 1;
    }
    out
}

/// Where the text ends that begins with the quote at this place.
fn end_of(chars: &[char], start: usize, ends: &[char]) -> Option<usize> {
    let is_end = |at: &usize| {
        let in_word = is_letter(chars, at.checked_sub(1)) && is_letter(chars, at.checked_add(1));
        ends.contains(&chars[*at]) && !(matches!(chars[*at], '\'' | '’') && in_word)
    };
    ((start + 1)..chars.len()).find(is_end)
}

fn is_letter(chars: &[char], at: Option<usize>) -> bool {
    at.and_then(|at| chars.get(at))
        .is_some_and(|c| c.is_alphanumeric())
}

/// Whether it is a number of some length in hexadecimal that happens to have no digit.
fn is_hex(word: &str) -> bool {
    word.len() >= HEX && word.bytes().all(|b| b.is_ascii_hexdigit())
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
    let mut out = String::new();
    let mut run = String::new();
    let close = |run: &mut String, out: &mut String| {
        match run.contains(|c: char| c.is_numeric()) || is_hex(run) {
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
            ("can’t open “a b” nor ‘c’", "can’t open “?” nor ‘?’"),
            ("„so“, »so«, «so», ‹so›, ‚so‘", "„?“, »?«, «?», ‹?›, ‚?‘"),
            ("”så” »så» 「だ」『だ』《那》", "”?” »?» 「?」『?』《?》"),
            ("'it isn't there' here", "'?' here"),
            ("the dogs' bowl is 'empty'", "the dogs' bowl is '?'"),
            ("file `ann' is gone", "file `?' is gone"),
            ("commit deadbeef of facade", "commit # of facade"),
            ("key DEADBEEFCAFE, lost", "key #, lost"),
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
    fn the_function_counts_whichever_browser_reports() {
        let chrome = "TypeError: no\n    at renderInbox (https://app.example/main.js:10:5)\n    at https://app.example/main.js:2:1";
        let firefox =
            "renderInbox@https://app.example/main.js:11:7\n@https://app.example/main.js:2:1";
        let id = group_id(&traits("no", chrome));
        assert_eq!(group_id(&traits("no", firefox)), id);
        let other = firefox.replace("renderInbox", "renderChat");
        assert_ne!(group_id(&traits("no", &other)), id);
        let numbered = |n: u8| {
            group_id(&traits(
                "no",
                &format!("step{n}@https://app.example/a.js:1:2"),
            ))
        };
        assert_ne!(numbered(1), numbered(2), "names of functions have digits");
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
        fn quotes_of_any_kind_end_somewhere(line in "[a '’‘“”„»«`]{0,60}") {
            prop_assert!(without_quoted(&line).chars().count() <= 2 * line.chars().count());
        }

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
