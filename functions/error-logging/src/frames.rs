//! Stack frames, in the forms of all runtimes.

/// The parts of a frame that count: the function, and the file it stands in. Where in the file doesn't, nor where the file is
/// served: both differ from one release to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The function, without the type or module that it belongs to; empty for one without a name.
    pub function: &'a str,
    /// Name of the file.
    pub file: &'a str,
}

/// Reads a line of a stack; none for one that is no frame, such as the message that some stacks begin with.
///
/// - V8 (Chrome, Edge, Node), and Java: `at renderInbox (https://app.example/main.js:10:5)`
/// - SpiderMonkey (Firefox) and JavaScriptCore (Safari): `renderInbox@https://app.example/main.js:10:5`
pub fn frame(line: &str) -> Option<Frame<'_>> {
    let line = line.trim();
    match line.strip_prefix("at ") {
        Some(rest) => Some(after_at(rest.trim())),
        None => before_at_sign(line),
    }
}

fn after_at(rest: &str) -> Frame<'_> {
    let (function, place) = match rest.split_once('(') {
        Some((function, place)) => (function, place.trim_end_matches(')')),
        // A function without a name, or one without a place.
        None if is_place(rest) => ("", rest),
        None => (rest, ""),
    };
    let function = function.split(" [as ").next().unwrap_or_default();
    let modifiers = ["async ", "new "];
    let function = modifiers.iter().fold(function.trim(), |name, modifier| {
        name.strip_prefix(modifier).unwrap_or(name)
    });
    Frame {
        function: bare(function),
        file: file(place),
    }
}

fn before_at_sign(line: &str) -> Option<Frame<'_>> {
    // The function comes first, and an address may have further signs.
    let (function, place) = line.split_once('@')?;
    // Code that was evaluated while the program ran counts as the place that evaluated it.
    let (place, is_made) = match place.split_once(" line ") {
        Some((place, made)) => (place, is_place(made.rsplit(' ').next().unwrap_or_default())),
        None => (place, false),
    };
    let is_code = place.starts_with('[') && place.ends_with(" code]");
    if !is_made && !is_code && !is_place(place) {
        return None;
    }
    let function = function.rsplit('*').next().unwrap_or_default();
    // A function without a name, within this one.
    let function = function.split('/').next().unwrap_or_default();
    Some(Frame {
        function: bare(function),
        file: file(place),
    })
}

/// Whether a text tells a place in a file: it ends with a line number, or in WebAssembly with an offset such as `0x1f`.
fn is_place(text: &str) -> bool {
    let number = |part: &str| match part.strip_prefix("0x") {
        Some(offset) => !offset.is_empty() && offset.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()),
    };
    text.rsplit_once(':').is_some_and(|(_, last)| number(last))
        && !text.contains(char::is_whitespace)
}

/// A function's name without the objects that it belongs to: engines don't agree on those.
fn bare(function: &str) -> &str {
    let name = function.rsplit('.').next().unwrap_or_default().trim();
    match name {
        "<anonymous>" | "anonymous" | "?" => "",
        name => name,
    }
}

/// The file's name, without its path and query.
fn file(place: &str) -> &str {
    let path = place.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_counts_in_every_engines_form() {
        for line in [
            "    at renderInbox (https://app.example/main.js:10:5)",
            "    at async renderInbox (https://app.example/main.js:10:5)",
            "    at new renderInbox (https://cdn.example/a/main.js?v=3:10:5)",
            "    at Object.renderInbox [as onClick] (webpack-internal:///./src/main.js:7:1)",
            "renderInbox@https://app.example/main.js:10:5",
            "async*renderInbox@https://app.example/main.js:10:5",
            "renderInbox/<@https://app.example/main.js:10:5",
            "renderInbox@https://app.example/main.js line 10 > eval:1:5",
            "renderInbox@https://app.example/main.js line 10 > Function line 2 > eval:1:5",
            "    at renderInbox (https://app.example/main.js:wasm-function[3]:0x1f)",
            "renderInbox@https://app.example/main.js:wasm-function[3]:0x1f",
            "Inbox.prototype.renderInbox@http://user@localhost:3000/main.js:10:5",
        ] {
            let expected = Frame {
                function: "renderInbox",
                file: "main.js",
            };
            assert_eq!(frame(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn frames_without_a_name_or_a_place_are_frames() {
        for (line, function, file) in [
            ("at https://app.example/main.js:10:5", "", "main.js"),
            ("@https://app.example/main.js:10:5", "", "main.js"),
            ("at Array.map (<anonymous>)", "map", "<anonymous>"),
            ("at Array.map (native)", "map", "native"),
            ("map@[native code]", "map", "[native code]"),
            (
                "<?>.wasm-function[3]@[wasm code]",
                "wasm-function[3]",
                "[wasm code]",
            ),
            ("eval code@[eval code]", "eval code", "[eval code]"),
            (
                "at https://app.example/x.wasm:wasm-function[3]:0x1f",
                "",
                "x.wasm",
            ),
            (
                "at com.example.Inbox.render(Inbox.java:12)",
                "render",
                "Inbox.java",
            ),
            ("at <anonymous>:1:1", "", "<anonymous>"),
        ] {
            assert_eq!(frame(line), Some(Frame { function, file }), "{line}");
        }
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "TypeError: x is undefined",
            "Error: can't reach ann@example.com",
            "",
            "  0: 0x1234 - accounts.wasm!foo",
            "ann@example.com",
            "ann@example.com line 10 is busy",
            "ann@[a name]",
        ] {
            assert_eq!(frame(line), None, "{line}");
        }
    }
}
