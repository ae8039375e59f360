//! Ranges that a request asks for (RFC 9110, 14).

use std::ops::Range;

use whisper_kit::Request;

/// The most ranges that one request may ask for: more are an attack or a mistake.
const MOST: usize = 16;

/// The parts of a content that an answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// All of it.
    Whole,
    /// These ranges, each within the content.
    Some(Vec<Range<u64>>),
    /// None: all that were asked for lie behind its end.
    None,
}

/// The ranges that a request asks for, none where it asks for the whole.
pub struct Asked<'a>(Option<&'a str>);

impl<'a> Asked<'a> {
    /// Reads them off the headers. They don't count where If-Range names another version, or If-None-Match this one: that is answered without a body.
    pub fn of(request: &'a Request, etag: &str) -> Self {
        let other = request
            .header("if-range")
            .is_some_and(|version| version.trim() != etag);
        let known = request
            .header("if-none-match")
            .is_some_and(|versions| versions.trim() == "*" || versions.contains(etag));
        Asked(request.header("range").filter(|_| !other && !known))
    }

    /// The parts of a content of this size. A header that can't be read counts as none, and so do ranges that overlap so far that they
    /// are more than the whole.
    pub fn ranges(&self, size: u64) -> Ranges {
        let Some(asked) = self.0.and_then(read) else {
            return Ranges::Whole;
        };
        if asked.len() > MOST {
            return Ranges::None;
        }
        let ranges: Vec<Range<u64>> = asked
            .into_iter()
            .filter_map(|range| range.within(size))
            .collect();
        let length: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        match ranges.is_empty() {
            true => Ranges::None,
            false if length > size => Ranges::Whole,
            false => Ranges::Some(ranges),
        }
    }
}

/// A range as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// From the first byte to the last one, which is that of the content where it isn't named.
    From(u64, Option<u64>),
    /// The last so many bytes.
    Last(u64),
}

impl Spec {
    /// The part of a content of this size; none where it is behind its end.
    fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Spec::From(first, last) => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                first..end
            }
            Spec::Last(length) => size.saturating_sub(length)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// Reads the header; none where it isn't one of bytes, or is written wrong.
fn read(header: &str) -> Option<Vec<Spec>> {
    let (unit, ranges) = header.trim().split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let ranges = ranges.split(',').map(str::trim);
    // Empty elements of lists are left out (RFC 9110, 5.6.1).
    let ranges: Option<Vec<Spec>> = ranges.filter(|range| !range.is_empty()).map(spec).collect();
    ranges.filter(|ranges| !ranges.is_empty())
}

fn spec(range: &str) -> Option<Spec> {
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        return number(last).map(Spec::Last);
    }
    let first = number(first)?;
    if last.is_empty() {
        return Some(Spec::From(first, None));
    }
    let last = number(last)?;
    (first <= last).then_some(Spec::From(first, Some(last)))
}

/// A number; one too large for any content is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use whisper_kit::Method;

    use super::*;

    fn ranges(header: &str, size: u64) -> Ranges {
        Asked(Some(header)).ranges(size)
    }

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        let one = |range: Range<u64>| Ranges::Some(vec![range]);
        for (header, wanted) in [
            ("bytes=0-0", one(0..1)),
            ("bytes=0-99", one(0..10)),
            ("bytes=3-", one(3..10)),
            ("bytes=-3", one(7..10)),
            ("bytes=-30", one(0..10)),
            ("Bytes= 1-2 ,, 4-4", Ranges::Some(vec![1..3, 4..5])),
            ("bytes=0-1,50-60", one(0..2)),
            ("bytes=9-99999999999999999999", one(9..10)),
            ("bytes=10-", Ranges::None),
            ("bytes=-0", Ranges::None),
            ("bytes=50-60", Ranges::None),
            ("bytes=0-9,0-9", Ranges::Whole),
            ("bytes=5-3", Ranges::Whole),
            ("bytes=a-", Ranges::Whole),
            ("bytes=-", Ranges::Whole),
            ("bytes=", Ranges::Whole),
            ("items=0-1", Ranges::Whole),
            ("bytes 0-1", Ranges::Whole),
            ("bytes=+1-2", Ranges::Whole),
        ] {
            assert_eq!(ranges(header, 10), wanted, "{header}");
        }
        let many = vec!["0-0"; MOST + 1].join(",");
        assert_eq!(ranges(&format!("bytes={many}"), 100), Ranges::None);
    }

    #[test]
    fn versions_decide_whether_ranges_count() {
        for (name, value, counts) in [
            ("if-range", "\"a\"", true),
            ("if-range", "\"b\"", false),
            ("if-range", "W/\"a\"", false),
            ("if-range", "Wed, 21 Oct 2015 07:28:00 GMT", false),
            ("if-none-match", "\"b\"", true),
            ("if-none-match", "\"b\", \"a\"", false),
            ("if-none-match", "*", false),
        ] {
            let mut request = Request::new(Method::GET, "/");
            request
                .headers
                .insert("range", "bytes=0-0".parse().unwrap());
            request.headers.insert(name, value.parse().unwrap());
            let found = Asked::of(&request, "\"a\"").ranges(10);
            assert_eq!(found != Ranges::Whole, counts, "{name}: {value}");
        }
    }

    proptest! {
        #[test]
        fn no_range_goes_past_the_end(header in "bytes=[0-9,-]{0,40}", size in 1u64..1000) {
            if let Ranges::Some(ranges) = ranges(&header, size) {
                prop_assert!(ranges.iter().all(|range| range.start < range.end && range.end <= size));
                prop_assert!(ranges.len() <= MOST);
            }
        }
    }
}
