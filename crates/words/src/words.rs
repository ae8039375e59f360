//! From a text to its words.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::fold::folded;
use crate::script::{Part, part};

/// Most characters of a word that count.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word in normal form; of a script without blanks two neighbours, or the last one.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// Where the first of two neighbours ends, in bytes of the word and of the text.
    pub head: Option<(usize, usize)>,
    /// Whether it is the last one of a run of a script without blanks: every other one has its neighbour with it.
    pub is_last: bool,
}

/// The words of a text, in their order.
pub fn words(text: &str) -> Vec<Word> {
    let mut reading = Reading::default();
    for (at, cluster) in text.grapheme_indices(true) {
        let range = at..at + cluster.len();
        let mut unit = String::new();
        for c in folded(cluster).chars() {
            match part(c) {
                Part::Dense => {
                    reading.end_word();
                    // Two letters that one character became count as neighbours.
                    reading.take_unit(&mut unit, &range);
                    unit.push(c);
                }
                Part::Letter => {
                    reading.take_unit(&mut unit, &range);
                    reading.end_run();
                    reading.letter(c, &range);
                }
                Part::Mark if !unit.is_empty() => unit.push(c),
                Part::Mark => reading.mark(c, &range),
                Part::Between => {
                    reading.take_unit(&mut unit, &range);
                    reading.end_word();
                    reading.end_run();
                }
            }
        }
        reading.take_unit(&mut unit, &range);
    }
    reading.end_word();
    reading.end_run();
    reading.words
}

/// The words of some texts as an index keeps them: a blank before each, and one behind the last. Empty if there are none.
pub fn indexed<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut index = String::new();
    for word in texts.into_iter().flat_map(words) {
        index.push(' ');
        index.push_str(&word.text);
    }
    if !index.is_empty() {
        index.push(' ');
    }
    index
}

/// The first words of an index, up to so many characters: whole words, with the blank behind the last.
pub fn shortened(mut index: String, most: usize) -> String {
    if let Some((end, _)) = index.char_indices().nth(most) {
        let end = index[..end].rfind(' ').unwrap_or_default();
        index.truncate(end + 1);
    }
    index
}

/// The words so far, and those that have begun.
#[derive(Default)]
struct Reading {
    words: Vec<Word>,
    word: Option<Word>,
    /// The last of a run of a script without blanks.
    last: Option<Word>,
}

impl Reading {
    fn letter(&mut self, c: char, range: &Range<usize>) {
        let word = self.word.get_or_insert_with(|| Word {
            text: String::new(),
            range: range.clone(),
            head: None,
            is_last: false,
        });
        word.range.end = range.end;
        push(&mut word.text, c);
    }

    /// A mark without a letter before it is no part of a word.
    fn mark(&mut self, c: char, range: &Range<usize>) {
        if let Some(word) = &mut self.word {
            word.range.end = range.end;
            push(&mut word.text, c);
        }
    }

    /// A character of a script without blanks, with its marks.
    fn take_unit(&mut self, unit: &mut String, range: &Range<usize>) {
        if unit.is_empty() {
            return;
        }
        let text: String = std::mem::take(unit).chars().take(LONGEST / 2).collect();
        let range = range.clone();
        let next = Word {
            text,
            range,
            head: None,
            is_last: true,
        };
        if let Some(last) = self.last.take() {
            self.words.push(Word {
                text: format!("{}{}", last.text, next.text),
                head: Some((last.text.len(), last.range.end)),
                range: last.range.start..next.range.end,
                is_last: false,
            });
        }
        self.last = Some(next);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_run(&mut self) {
        self.words.extend(self.last.take());
    }
}

fn push(word: &mut String, c: char) {
    // Bytes first: counting characters of each word would be slow.
    if word.len() < LONGEST || word.chars().count() < LONGEST {
        word.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_shortened_between_words() {
        let index = indexed(["GRÜN Tee"]);
        assert_eq!(index, " grun tee ");
        for (most, expected) in [
            (1, " "),
            (5, " "),
            (6, " grun "),
            (9, " grun "),
            (10, " grun tee "),
            (99, " grun tee "),
        ] {
            assert_eq!(shortened(index.clone(), most), expected, "{most}");
        }
    }

    #[test]
    fn words_of_many_scripts() {
        for (text, expected) in [
            ("", ""),
            (" .,;!? 👍🏽 ", ""),
            ("Hello, World!", " hello world "),
            ("don't e-mail example.com", " don t e mail example com "),
            ("snake_case 3.14 #tag @ann", " snake case 3 14 tag ann "),
            ("ΟΔΟΣ οδός", " οδοσ οδοσ "),
            ("東京", " 東京 京 "),
            ("東", " 東 "),
            ("東京abc都", " 東京 京 abc 都 "),
            ("ソフトウェア", " ソフ フト トウ ウェ ェア ア "),
            ("한국어", " 한국 국어 어 "),
            ("สวัสดี", " สวั วัส สดี ดี "),
            ("हिन्दी में", " हिन्दी में "),
            ("שָׁלוֹם", " שלום "),
            ("مُحَمَّد ـــ", " محمد "),
            ("ＡＢＣ ½", " abc 1 2 "),
            ("🇨🇭 👨‍👩‍👧 v2", " v2 "),
        ] {
            assert_eq!(indexed([text]), expected, "{text}");
        }
    }

    #[test]
    fn a_word_ends_at_its_64th_character() {
        let long = "ä".repeat(100);
        assert_eq!(words(&long)[0].text, "a".repeat(64));
        assert_eq!(words(&long)[0].range, 0..200);
    }

    #[test]
    fn texts_are_parted_from_each_other() {
        assert_eq!(indexed(["a", "東", "b"]), " a 東 b ");
        assert_eq!(indexed(["a", "", "!"]), " a ");
        assert_eq!(indexed(["東", "京"]), " 東 京 ");
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "Grüße, 東京!";
        let found: Vec<&str> = words(text).iter().map(|w| &text[w.range.clone()]).collect();
        assert_eq!(found, ["Grüße", "東京", "京"]);
    }
}
