//! The buckets: how large a file may be in each, and of which types.

use whisper_schema::buckets;
use whisper_schema::prelude::FileBucket;

use crate::sniff::Kind;

/// Pictures that every browser shows.
const PICTURES: &[Kind] = &[Kind::Jpeg, Kind::Png, Kind::Gif, Kind::Webp];
/// Pictures as phones take them.
const PHOTOS: &[Kind] = &[
    Kind::Jpeg,
    Kind::Png,
    Kind::Gif,
    Kind::Webp,
    Kind::Heic,
    Kind::Avif,
];
const FILMS: &[Kind] = &[Kind::Mp4, Kind::QuickTime, Kind::Webm];
const SOUNDS: &[Kind] = &[
    Kind::AudioMp4,
    Kind::AudioWebm,
    Kind::Ogg,
    Kind::Mp3,
    Kind::Aac,
    Kind::Wav,
    Kind::Flac,
];
const PAPERS: &[Kind] = &[
    Kind::Pdf,
    Kind::Docx,
    Kind::Xlsx,
    Kind::Pptx,
    Kind::Odt,
    Kind::Ods,
    Kind::Odp,
    Kind::Epub,
    Kind::Doc,
    Kind::Xls,
    Kind::Ppt,
    Kind::Rtf,
    Kind::Text,
    Kind::Csv,
    Kind::Markdown,
    Kind::Zip,
    Kind::Gzip,
];
/// Data of filters: JSON is a text.
const FILTERS: &[Kind] = &[Kind::Jpeg, Kind::Png, Kind::Webp, Kind::Json, Kind::Zip];

/// The types that a bucket takes, in several lists.
const fn lists(bucket: FileBucket) -> &'static [&'static [Kind]] {
    match bucket {
        FileBucket::Avatars | FileBucket::Covers => &[PHOTOS],
        FileBucket::Messages => &[PHOTOS, FILMS, SOUNDS, PAPERS],
        FileBucket::Stories => &[PHOTOS, FILMS, SOUNDS],
        FileBucket::Posts => &[PHOTOS, FILMS],
        FileBucket::Nfts => &[PICTURES, FILMS],
        FileBucket::Stickers => &[PICTURES],
        FileBucket::Filters => &[FILTERS],
        FileBucket::Gifs => &[&[Kind::Gif, Kind::Webp, Kind::Mp4]],
        FileBucket::Voice => &[SOUNDS],
        FileBucket::Video => &[FILMS],
        FileBucket::Documents => &[PAPERS, PICTURES],
    }
}

/// The types that a bucket takes.
pub fn kinds(bucket: FileBucket) -> impl Iterator<Item = Kind> {
    lists(bucket).iter().copied().flatten().copied()
}

/// Whether a bucket takes this type.
pub fn takes(bucket: FileBucket, kind: Kind) -> bool {
    kinds(bucket).any(|taken| taken == kind)
}

/// The media types that a bucket takes.
pub fn types(bucket: FileBucket) -> Vec<&'static str> {
    kinds(bucket).map(Kind::media_type).collect()
}

/// How large a file in a bucket may be, in bytes.
pub fn most(bucket: FileBucket) -> i64 {
    let found = buckets().iter().find(|known| known.id == bucket.as_str());
    let most = found.map_or(0, |bucket| bucket.maximum_file_size);
    i64::try_from(most).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_bucket_of_the_schema_is_one_here() {
        let here = FileBucket::ELEMENTS.iter().copied();
        assert!(here.eq(buckets().iter().map(|bucket| bucket.id)));
        for bucket in FileBucket::ALL {
            assert!(most(*bucket) > 0, "{bucket}");
        }
    }

    #[test]
    fn each_type_is_taken_once() {
        for bucket in FileBucket::ALL {
            let types = types(*bucket);
            let once: BTreeSet<&str> = types.iter().copied().collect();
            assert_eq!(once.len(), types.len(), "{bucket}");
        }
    }
}
