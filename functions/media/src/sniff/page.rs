//! Pages in disguise: contents of another type in which a page stands as well.

/// Beginnings of elements by which old browsers took a content for a page.
const ELEMENTS: [&[u8]; 7] = [
    b"!doctype",
    b"html",
    b"script",
    b"svg",
    b"iframe",
    b"body",
    b"?php",
];

/// Whether a page stands in these bytes. `nosniff` keeps browsers from looking for one; such a content isn't shown all the same.
pub fn is_like_a_page(bytes: &[u8]) -> bool {
    let begins = |rest: &[u8], element: &[u8]| {
        let start = rest.get(..element.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(element))
    };
    let openings = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<');
    openings.into_iter().any(|(at, _)| {
        let rest = &bytes[at + 1..];
        ELEMENTS.iter().any(|element| begins(rest, element))
    })
}
