//! Emoji: the one rule for them, and the one form in which they are kept.
//!
//! The rule is the grammar of Unicode's emoji sequences (UTS #51, 1.4.9) over the properties of the characters, so that a new emoji made of
//! known parts is one without a change here: a character, with a skin tone or without; a keycap; a flag of a region or of
//! its part; and several joined to one. The form that is kept is the fully qualified one: the same picture, typed on any
//! keyboard, is the same text.

use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::EmojiStatus;

/// More characters than any emoji has.
const LONGEST: usize = 32;
/// The most pictures that are joined to one, as in a family of four.
const JOINED: usize = 4;

const AS_EMOJI: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const JOINER: char = '\u{200D}';
const BLACK_FLAG: char = '\u{1F3F4}';
const TAG_END: char = '\u{E007F}';

/// The codes of the regions that have a flag.
const REGIONS: &str = "\
    ACADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCPCQCRCUCVCWCXCYCZ\
    DEDGDJDKDMDODZEAECEEEGEHERESETEUFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUICIDIEILIMINIOIQIRISIT\
    JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZ\
    OMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTATCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ\
    UAUGUMUNUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/// Whether a text is one emoji, in any form.
pub fn is_emoji(text: &str) -> bool {
    emoji(text).is_some()
}

/// The one emoji that a text is, in its fully qualified form; none of a text that is anything else.
pub fn emoji(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().take(LONGEST + 1).collect();
    match chars.as_slice() {
        [] => None,
        chars if chars.len() > LONGEST => None,
        [first, second] if is_regional(*first) => flag(*first, *second),
        [key, AS_EMOJI, KEYCAP] | [key, KEYCAP] if is_key(*key) => {
            Some([*key, AS_EMOJI, KEYCAP].iter().collect())
        }
        [BLACK_FLAG, tags @ .., TAG_END] => subdivision(tags),
        chars => joined(chars),
    }
}

/// The flag of a region.
fn flag(first: char, second: char) -> Option<String> {
    let letter = |c: char| {
        let place = u8::try_from(u32::from(c).checked_sub(u32::from('\u{1F1E6}'))?).ok()?;
        (place < 26).then(|| b'A' + place)
    };
    let code = [letter(first)?, letter(second)?];
    let mut regions = REGIONS.as_bytes().chunks_exact(2);
    regions
        .any(|region| *region == code)
        .then(|| [first, second].iter().collect())
}

/// The flag of a part of a region, such as Scotland's: its code in tags, such as `gbsct`.
fn subdivision(tags: &[char]) -> Option<String> {
    let is_tag = |c: &char| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}');
    let is_code = (3..=6).contains(&tags.len()) && tags.iter().all(is_tag);
    let all = [BLACK_FLAG]
        .into_iter()
        .chain(tags.iter().copied())
        .chain([TAG_END]);
    is_code.then(|| all.collect())
}

/// One picture, or several joined.
fn joined(chars: &[char]) -> Option<String> {
    let parts: Vec<&[char]> = chars.split(|c| *c == JOINER).collect();
    if parts.len() > JOINED {
        return None;
    }
    let parts = parts.iter().enumerate();
    let parts: Option<Vec<String>> = parts
        .map(|(place, part)| picture(part, place > 0))
        .collect();
    Some(parts?.join("\u{200D}"))
}

/// One picture. Some, such as red hair, are only ever joined to others.
fn picture(chars: &[char], is_joined: bool) -> Option<String> {
    let (base, rest) = chars.split_first()?;
    let status = base.emoji_status();
    let stands = match status {
        EmojiStatus::EmojiPresentation
        | EmojiStatus::EmojiModifierBase
        | EmojiStatus::EmojiPresentationAndModifierBase
        | EmojiStatus::EmojiOther => true,
        EmojiStatus::EmojiPresentationAndEmojiComponent => is_joined && !is_regional(*base),
        _ => false,
    };
    let takes_tone = matches!(
        status,
        EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase
    );
    let is_text = matches!(
        status,
        EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiOther
    );
    let more = match rest {
        [] | [AS_EMOJI] => is_text.then_some(AS_EMOJI),
        [tone] | [AS_EMOJI, tone] if takes_tone && is_tone(*tone) => Some(*tone),
        _ => return None,
    };
    stands.then(|| [*base].into_iter().chain(more).collect())
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

fn is_key(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*')
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Unicode's own list of the emoji that keyboards offer, each fully qualified, those with skin tones included.
    fn all() -> impl Iterator<Item = &'static emojis::Emoji> {
        emojis::iter().flat_map(|emoji| {
            let tones = emoji.skin_tones().into_iter().flatten();
            std::iter::once(emoji).chain(tones)
        })
    }

    #[test]
    fn every_emoji_of_unicode_is_one_and_is_kept_as_it_is() {
        assert!(all().count() > 3_500, "{}", all().count());
        for known in all() {
            let text = known.as_str();
            assert_eq!(emoji(text).as_deref(), Some(text), "{}", known.name());
            assert!(text.chars().count() <= LONGEST / 2);
        }
    }

    #[test]
    fn the_regions_are_those_that_have_a_flag() {
        let letters = || '\u{1F1E6}'..='\u{1F1FF}';
        for pair in letters().flat_map(|one| letters().map(move |other| [one, other])) {
            let text: String = pair.iter().collect();
            assert_eq!(is_emoji(&text), emojis::get(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn without_selectors_it_is_the_same_emoji() {
        for known in all() {
            let bare = known.as_str().replace(AS_EMOJI, "");
            assert_eq!(emoji(&bare).as_deref(), Some(known.as_str()), "{bare}");
        }
        assert_eq!(emoji("👍\u{FE0F}").as_deref(), Some("👍"));
        assert_eq!(emoji("☝\u{FE0F}🏽").as_deref(), Some("☝🏽"));
    }

    #[test]
    fn anything_else_is_none() {
        for odd in [
            "",
            " ",
            "a",
            "like",
            "+1",
            "ß",
            "1",
            "#",
            "\u{1F3FD}",
            "\u{1F9B0}",
            "🇨",
            "🇽🇽",
            "🇨🇭🇨🇭",
            "👍👍",
            "👍 ",
            "❤\u{FE0E}",
            "😀🏽",
            "👍🏽🏽",
            "\u{200D}",
            "👍\u{200D}",
            "\u{200D}👍",
            "👍\u{200D}a",
            "🏴\u{E0067}\u{E007F}",
            "1\u{FE0F}",
            "a\u{20E3}",
            "\u{FE0F}",
            "👍\u{301}",
            "🧑\u{200D}🧑\u{200D}🧑\u{200D}🧑\u{200D}🧑",
            "\u{20E3}",
            ":+1:",
            "é",
        ] {
            assert_eq!(emoji(odd), None, "{odd:?}");
        }
        assert_eq!(emoji(&"👍".repeat(10_000)), None);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_its_form_is_one_grapheme_and_stays(text in "[👍❤️🏽🇨🇭1#⃣\u{200D}\u{FE0F}\u{FE0E}🏴\u{E0067}\u{E0062}\u{E0065}\u{E007F}a ]{0,9}") {
            use unicode_segmentation::UnicodeSegmentation;
            if let Some(kept) = emoji(&text) {
                prop_assert_eq!(kept.graphemes(true).count(), 1);
                prop_assert_eq!(emoji(&kept), Some(kept.clone()));
            }
        }
    }
}
