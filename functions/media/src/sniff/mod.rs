//! Types of contents, told by their first bytes and not by the client's word.
//!
//! The signatures are those of the MIME Sniffing standard (<https://mimesniff.spec.whatwg.org>), and of the formats' own documents. Where one container
//! has several types (a recording and a film are both ISO media), the declared type counts if it is one of the container's.

mod container;
mod kind;
mod page;

pub use kind::{Kind, Sort};

use container::Container;

/// The type of a content, and how it may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sniffed {
    /// Its type.
    pub kind: Kind,
    /// Whether browsers may show it, and not just save it.
    pub is_inline: bool,
}

/// The type of a content, by its first bytes: as many as a chunk has, or all. `declared` is the type by the client's word. None for a content of no
/// known type, and for words where something else was declared.
pub fn sniff(declared: Kind, first: &[u8]) -> Option<Sniffed> {
    let container = Container::of(first)?;
    let kind = container.kind(declared, first)?;
    Some(Sniffed {
        kind,
        is_inline: kind.is_safe() && !page::is_like_a_page(first),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41";

    fn kind(declared: Kind, first: &[u8]) -> Option<Kind> {
        sniff(declared, first).map(|sniffed| sniffed.kind)
    }

    #[test]
    fn the_first_bytes_count_and_not_the_declared_type() {
        for (first, wanted) in [
            (JPEG, Kind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Png),
            (b"GIF89a\x01\0", Kind::Gif),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Kind::Webp),
            (b"RIFF\x24\0\0\0WAVEfmt ", Kind::Wav),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Kind::Avif),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Kind::QuickTime),
            (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", Kind::AudioMp4),
            (MP4, Kind::Mp4),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", Kind::Webm),
            (b"OggS\0\x02", Kind::Ogg),
            (b"ID3\x04\0", Kind::Mp3),
            (b"\xff\xfb\x90\x44", Kind::Mp3),
            (b"\xff\xf1\x50\x80", Kind::Aac),
            (b"fLaC\0\0\0\x22", Kind::Flac),
            (b"%PDF-1.7\n", Kind::Pdf),
            (b"PK\x03\x04\x14\0", Kind::Zip),
            (b"\x1f\x8b\x08\0", Kind::Gzip),
            (b"{\\rtf1\\ansi", Kind::Rtf),
        ] {
            assert_eq!(kind(Kind::Jpeg, first), Some(wanted), "{wanted:?}");
        }
    }

    #[test]
    fn the_declared_type_counts_among_those_of_the_container() {
        for (declared, first, wanted) in [
            (Kind::AudioMp4, MP4, Some(Kind::AudioMp4)),
            (Kind::QuickTime, MP4, Some(Kind::QuickTime)),
            (Kind::AudioWebm, b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", Some(Kind::AudioWebm)),
            (Kind::Csv, b"a,b\n1,2\n", Some(Kind::Csv)),
            (Kind::Text, "größer\n".as_bytes(), Some(Kind::Text)),
            (Kind::Json, b" {\"a\": 1}", Some(Kind::Json)),
            (Kind::Json, b"a: 1", Some(Kind::Text)),
            (Kind::Text, b"a\0b", None),
            (Kind::Jpeg, b"hello", None),
            (Kind::Jpeg, b"<html><body>hi</body></html>", None),
            (Kind::Doc, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", Some(Kind::Doc)),
            (Kind::Jpeg, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", None),
            (Kind::Docx, b"PK\x03\x04....word/document.xml", Some(Kind::Docx)),
            (Kind::Docx, b"PK\x03\x04....xl/workbook.xml", Some(Kind::Zip)),
            (
                Kind::Odt,
                b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.text",
                Some(Kind::Odt),
            ),
            (Kind::Jpeg, b"MZ\x90\0", None),
            (Kind::Jpeg, b"\x7fELF", None),
        ] {
            assert_eq!(kind(declared, first), wanted, "{declared:?} {first:?}");
        }
    }

    #[test]
    fn a_picture_that_is_a_page_as_well_is_not_shown() {
        let polyglot = [JPEG, b"\xff\xfe\0\x20<SCRIPT>alert(1)</script>"].concat();
        for (first, is_inline) in [
            (JPEG.to_vec(), true),
            (polyglot, false),
            ([b"GIF89a", "<sVg onload=x>".as_bytes()].concat(), false),
            (
                [JPEG, b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>"].concat(),
                true,
            ),
            ([JPEG, b"<htm"].concat(), true),
            (b"%PDF-1.4".to_vec(), false),
        ] {
            let found = sniff(Kind::Jpeg, &first).expect("a type");
            assert_eq!(found.is_inline, is_inline, "{first:?}");
        }
    }

    #[test]
    fn media_types_are_read_as_they_are_written() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.media_type()), Some(*kind));
        }
        for (text, wanted) in [
            ("Audio/OGG; codecs=opus", Some(Kind::Ogg)),
            ("image/jpg", Some(Kind::Jpeg)),
            ("audio/x-m4a", Some(Kind::AudioMp4)),
            ("image/svg+xml", None),
            ("text/html", None),
            ("", None),
        ] {
            assert_eq!(Kind::parse(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_a_panic(first: Vec<u8>, number in 0..Kind::ALL.len()) {
            let _ = sniff(Kind::ALL[number], &first);
        }

        #[test]
        fn any_bytes_behind_a_signature_are_looked_at_without_a_panic(rest: Vec<u8>, number in 0..Kind::ALL.len()) {
            for start in [b"PK\x03\x04".as_slice(), b"\0\0\0\x18ftyp", b"\x1a\x45\xdf\xa3", b"RIFF"] {
                let _ = sniff(Kind::ALL[number], &[start, &rest].concat());
            }
        }
    }
}
