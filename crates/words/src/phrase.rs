//! Questions, and where a text answers them.

use std::ops::Range;

use crate::fold::folded;
use crate::script::{Part, part};
use crate::words::{Word, words};

/// Words that must stand next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words in normal form, at least one.
    pub words: Vec<String>,
    /// Whether the last word may be the beginning of one.
    pub is_prefix: bool,
}

/// The phrases of a question, in its order; none of a question without a letter or digit.
pub fn phrases(question: &str) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    // Between quotes stand the parts with odd numbers.
    for (number, part) in question.split(is_quote).enumerate() {
        if number % 2 == 1 {
            phrases.extend(phrase(part));
        } else {
            phrases.extend(part.split_whitespace().filter_map(phrase));
        }
    }
    let open = !question.trim_end().ends_with(is_quote) && ends_with_word(question);
    if let Some(last) = phrases.last_mut().filter(|_| open) {
        last.is_prefix = true;
    }
    phrases
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '＂')
}

/// Whether the last word may go on: behind "hello," or "hello " it is all there.
fn ends_with_word(question: &str) -> bool {
    let last = words(question).pop();
    last.is_some_and(|last| folded(&question[last.range.end..]).is_empty())
}

fn phrase(text: &str) -> Option<Phrase> {
    let mut words = words(text);
    // The run may go on in the text: then its last one doesn't stand alone there.
    let is_run = words.last().is_some_and(|word| word.is_last);
    let is_pair = is_run && words.len() > 1 && words[words.len() - 2].head.is_some();
    if is_pair {
        words.pop();
    }
    (!words.is_empty()).then(|| Phrase {
        words: words.into_iter().map(|word| word.text).collect(),
        is_prefix: is_run && !is_pair,
    })
}

/// Whether a text is a word in normal form, as [`Phrase::words`] has them.
pub fn is_word(text: &str) -> bool {
    let inside = |c: char| match part(c) {
        Part::Letter | Part::Dense => !c.is_ascii_uppercase(),
        Part::Mark => true,
        Part::Between => false,
    };
    !text.is_empty() && text.chars().all(inside)
}

/// Where the phrases stand in some texts: for each text the ranges in characters (code points), in order, none
/// overlapping another. None unless every phrase is found in one of the texts.
pub fn marks(texts: &[&str], phrases: &[Phrase]) -> Option<Vec<Vec<Range<usize>>>> {
    let texts: Vec<(&str, Vec<Word>)> = texts.iter().map(|text| (*text, words(text))).collect();
    let mut marks: Vec<Vec<Range<usize>>> = vec![Vec::new(); texts.len()];
    for phrase in phrases {
        let mut found = false;
        for ((_, words), marks) in texts.iter().zip(&mut marks) {
            let before = marks.len();
            marks.extend(phrase.found_in(words));
            found |= marks.len() > before;
        }
        if !found {
            return None;
        }
    }
    let marks = texts.iter().zip(marks);
    Some(
        marks
            .map(|((text, _), marks)| in_characters(text, joined(marks)))
            .collect(),
    )
}

impl Phrase {
    /// The ranges of the places where it stands, in bytes.
    fn found_in<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = Range<usize>> + 'a {
        let places = words.windows(self.words.len().max(1));
        places
            .filter(|place| self.is_at(place))
            .map(|place| place[0].range.start..self.end_in(&place[place.len() - 1]))
    }

    /// Where it ends in the word that its last one is, or is the beginning of.
    fn end_in(&self, word: &Word) -> usize {
        let asked = self.words.last().map_or(0, String::len);
        match word.head {
            Some((length, end)) if asked <= length => end,
            _ => word.range.end,
        }
    }

    fn is_at(&self, place: &[Word]) -> bool {
        let Some((last, others)) = self.words.split_last() else {
            return false;
        };
        let same = |(asked, word): (&String, &Word)| *asked == word.text;
        let ends = &place[place.len() - 1].text;
        others.iter().zip(place).all(same)
            && (ends == last || self.is_prefix && ends.starts_with(last.as_str()))
    }
}

/// The same places without overlaps, in order.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Ranges in bytes, in order, as ranges in characters.
fn in_characters(text: &str, ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let (mut bytes, mut characters) = (0, 0);
    let mut count = |to: usize| {
        characters += text.get(bytes..to).map_or(0, |part| part.chars().count());
        bytes = to;
        characters
    };
    ranges
        .into_iter()
        .map(|range| count(range.start)..count(range.end))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(marks: &[Range<usize>]) -> Vec<(usize, usize)> {
        marks.iter().map(|mark| (mark.start, mark.end)).collect()
    }

    fn asked(question: &str) -> Vec<String> {
        let shown =
            |phrase: Phrase| phrase.words.join("+") + if phrase.is_prefix { "*" } else { "" };
        phrases(question).into_iter().map(shown).collect()
    }

    #[test]
    fn parts_between_blanks_are_phrases() {
        for (question, expected) in [
            ("", &[][..]),
            ("?! 👍", &[]),
            ("hel", &["hel*"]),
            ("Hello  wor", &["hello", "wor*"]),
            ("hello ", &["hello"]),
            ("hello,", &["hello"]),
            ("don't", &["don+t*"]),
            ("\"hello world\"", &["hello+world"]),
            ("“hello world” again", &["hello+world", "again*"]),
            ("a \"hello wor", &["a", "hello+wor*"]),
            ("東", &["東*"]),
            ("東 a", &["東*", "a*"]),
            ("東京", &["東京*"]),
            ("東京都 ", &["東京+京都"]),
            ("「東京」", &["東京"]),
            ("東京abc", &["東京+京+abc*"]),
            ("abc東", &["abc+東*"]),
        ] {
            assert_eq!(asked(question), expected, "{question}");
        }
    }

    #[test]
    fn marks_are_characters() {
        let at = |text: &str, question: &str| {
            marks(&[text], &phrases(question)).map(|marks| pairs(&marks[0]))
        };
        for (text, question, expected) in [
            ("Zoë grüßt Zoë", "zoe", Some(vec![(0, 3), (10, 13)])),
            ("Zoë grüßt Zoë", "GRÜSS", Some(vec![(4, 9)])),
            ("Zoë grüßt Zoë", "zo zoe", None),
            (
                "Zoë grüßt Zoë",
                "zoe gru",
                Some(vec![(0, 3), (4, 9), (10, 13)]),
            ),
            ("Zoë grüßt Zoë", "\"zoe gru\"", None),
            ("Zoë grüßt Zoë", "\"zoe grusst\"", Some(vec![(0, 9)])),
            ("👍 ok 👍", "ok", Some(vec![(2, 4)])),
            ("私は東京都に", "東京都", Some(vec![(2, 5)])),
            ("私は東京都に", "京", Some(vec![(3, 4)])),
            ("私は東京都に", "に", Some(vec![(5, 6)])),
            ("私は東京都に", "東都", None),
            ("e\u{301}te\u{301}", "été", Some(vec![(0, 5)])),
        ] {
            assert_eq!(at(text, question), expected, "{text}: {question}");
        }
    }

    #[test]
    fn phrases_may_stand_in_several_texts_but_not_across_them() {
        let texts = ["a report", "Quarter.pdf"];
        let found = marks(&texts, &phrases("report quarter"));
        let found = found.map(|marks| [pairs(&marks[0]), pairs(&marks[1])]);
        assert_eq!(found, Some([vec![(2, 8)], vec![(0, 7)]]));
        assert_eq!(marks(&texts, &phrases("\"report quarter\"")), None);
        assert_eq!(marks(&[], &phrases("a")), None);
        assert_eq!(marks(&texts, &[]), Some(vec![vec![], vec![]]));
    }
}
