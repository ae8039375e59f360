//! Properties of words, on texts of many scripts.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use whisper_words::{Phrase, indexed, is_word, marks, phrases, words};

/// Characters that words are hard to make of.
const CHARACTERS: &[&str] = &[
    "a",
    "B",
    "e\u{301}",
    "É",
    "ß",
    "İ",
    "ı",
    "Σ",
    "ς",
    "ø",
    "Æ",
    "ﬁ",
    "Ａ",
    "½",
    "²",
    "7",
    "٣",
    " ",
    " ",
    " ",
    ".",
    "-",
    "'",
    "_",
    "\n",
    "👍",
    "👨\u{200D}👩",
    "\u{AD}",
    "\u{200B}",
    "\u{200D}",
    "東",
    "京",
    "都",
    "々",
    "か\u{3099}",
    "が",
    "ソ",
    "ｶﾞ",
    "ー",
    "㌔",
    "한",
    "\u{1100}\u{1161}\u{11A8}",
    "ส",
    "วั",
    "ที่",
    "นำ",
    "က",
    "ြ",
    "ខ្មែ",
    "हि",
    "न्",
    "दी",
    "بَ",
    "ـ",
    "شָ",
    "שָׁ",
    "Ж",
    "й",
    "\u{301}",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(CHARACTERS), 0..24).prop_map(|all| all.concat()),
        1 => "\\PC{0,24}",
    ]
}

fn texts_of(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.text).collect()
}

/// How a store compares: the words with a blank around each.
fn is_in(index: &str, phrase: &Phrase) -> bool {
    let end = if phrase.is_prefix { "" } else { " " };
    index.contains(&format!(" {}{end}", phrase.words.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn words_are_in_normal_form(text in text()) {
        for word in words(&text) {
            prop_assert!(is_word(&word.text), "{word:?}");
            prop_assert!(text.get(word.range.clone()).is_some_and(|part| !part.is_empty()), "{word:?}");
        }
    }

    #[test]
    fn words_stand_in_order(text in text()) {
        let found = words(&text);
        for pair in found.windows(2) {
            prop_assert!(pair[0].range.start <= pair[1].range.start);
            prop_assert!(pair[0].range.end <= pair[1].range.end);
        }
    }

    #[test]
    fn typing_makes_no_difference(text in text()) {
        let expected = texts_of(&text);
        prop_assert_eq!(texts_of(&text.nfc().collect::<String>()), expected.clone());
        prop_assert_eq!(texts_of(&text.nfd().collect::<String>()), expected);
    }

    #[test]
    fn an_index_is_its_words(text in text()) {
        let index = indexed([text.as_str()]);
        let split: Vec<&str> = index.split_terminator(' ').skip(1).collect();
        prop_assert_eq!(split, texts_of(&text));
    }

    /// The index finds exactly the texts in which something is marked.
    #[test]
    fn an_index_finds_what_is_marked(text in text(), question in text()) {
        let asked = phrases(&question);
        let index = indexed([text.as_str()]);
        let found = asked.iter().all(|phrase| is_in(&index, phrase));
        let marked = marks(&[&text], &asked);
        prop_assert_eq!(marked.is_some(), found);
        let length = text.chars().count();
        for marks in marked.into_iter().flatten() {
            prop_assert!(marks.iter().all(|mark| mark.start < mark.end && mark.end <= length));
            prop_assert!(marks.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }

    /// The beginning of a text finds it, and so does any part from the start of a word on.
    #[test]
    fn parts_of_a_text_find_it(text in text(), from in any::<prop::sample::Index>(), length in 1usize..20) {
        let found = words(&text);
        // A fraction in one character is the end of a word and the beginning of another.
        let inside = |at: usize| found.iter().any(|word| word.range.start < at && at < word.range.end && word.head.is_none());
        let starts = found.iter().map(|word| word.range.start);
        let starts: Vec<usize> = starts.filter(|at| !inside(*at)).collect();
        prop_assume!(!starts.is_empty());
        let from = starts[from.index(starts.len())];
        let part: String = text[from..].graphemes(true).take(length).collect();
        let asked = phrases(&part);
        prop_assert!(marks(&[&text], &asked).is_some(), "{part:?} in {text:?}: {asked:?}");
    }
}
