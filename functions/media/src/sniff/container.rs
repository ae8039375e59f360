//! Containers, told by their signatures.

use super::kind::Kind;

/// The form of a content, which one or several types have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A form of one type.
    Only(Kind),
    /// ISO media: films and recordings.
    Iso(Kind),
    /// EBML with the document type of WebM.
    Webm,
    /// A frame of AAC, or a tag before one or before MP3.
    Tagged,
    /// ZIP, and all documents that are ZIP.
    Zip,
    /// Compound files of old Office programs.
    Compound,
    /// Words in UTF-8.
    Words,
}

/// The brands of ISO media that are pictures, with their types.
const PICTURE_BRANDS: [(&[u8; 4], Kind); 8] = [
    (b"avif", Kind::Avif),
    (b"avis", Kind::Avif),
    (b"heic", Kind::Heic),
    (b"heix", Kind::Heic),
    (b"hevc", Kind::Heic),
    (b"heim", Kind::Heic),
    (b"heis", Kind::Heic),
    (b"mif1", Kind::Heic),
];
/// Where a ZIP's first entry has its name.
const ZIP_NAME: usize = 30;

impl Container {
    /// The container of a content with these first bytes.
    pub fn of(first: &[u8]) -> Option<Container> {
        let begins = |signature: &[u8]| first.starts_with(signature);
        let has =
            |at: usize, text: &[u8]| first.get(at..).is_some_and(|rest| rest.starts_with(text));
        Some(match () {
            () if begins(b"\xff\xd8\xff") => Container::Only(Kind::Jpeg),
            () if begins(b"\x89PNG\r\n\x1a\n") => Container::Only(Kind::Png),
            () if begins(b"GIF87a") || begins(b"GIF89a") => Container::Only(Kind::Gif),
            () if begins(b"RIFF") && has(8, b"WEBP") => Container::Only(Kind::Webp),
            () if begins(b"RIFF") && has(8, b"WAVE") => Container::Only(Kind::Wav),
            () if has(4, b"ftyp") => iso(first)?,
            () if begins(b"\x1a\x45\xdf\xa3") => webm(first)?,
            () if begins(b"OggS") => Container::Only(Kind::Ogg),
            () if begins(b"fLaC") => Container::Only(Kind::Flac),
            () if begins(b"ID3") => Container::Tagged,
            () if begins(b"%PDF-") => Container::Only(Kind::Pdf),
            () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => Container::Zip,
            () if begins(b"\x1f\x8b\x08") => Container::Only(Kind::Gzip),
            () if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => Container::Compound,
            () if begins(b"{\\rtf") => Container::Only(Kind::Rtf),
            () => match frame(first) {
                Some(kind) => Container::Only(kind),
                None if is_words(first) => Container::Words,
                None => return None,
            },
        })
    }

    /// The type of a content in this container: the declared one where it is one of the container's.
    pub fn kind(self, declared: Kind, first: &[u8]) -> Option<Kind> {
        let among = |kinds: &[Kind]| kinds.contains(&declared).then_some(declared);
        match self {
            Container::Only(kind) => Some(kind),
            Container::Iso(kind) => {
                Some(among(&[Kind::Mp4, Kind::QuickTime, Kind::AudioMp4]).unwrap_or(kind))
            }
            Container::Webm => Some(among(&[Kind::AudioWebm]).unwrap_or(Kind::Webm)),
            Container::Tagged => Some(among(&[Kind::Aac]).unwrap_or(Kind::Mp3)),
            Container::Zip if is_zip_of(declared, first) => Some(declared),
            Container::Zip => Some(Kind::Zip),
            Container::Compound => among(&[Kind::Doc, Kind::Xls, Kind::Ppt]),
            Container::Words if declared == Kind::Json => {
                let start = first.iter().find(|byte| !byte.is_ascii_whitespace());
                let is_json = start.is_some_and(|byte| matches!(byte, b'{' | b'['));
                Some(if is_json { Kind::Json } else { Kind::Text })
            }
            Container::Words => among(&[Kind::Text, Kind::Csv, Kind::Markdown]),
        }
    }
}

/// ISO media (ISO/IEC 14496-12): its first box names its brands, of which pictures have their own.
fn iso(first: &[u8]) -> Option<Container> {
    let length = u32::from_be_bytes(*first.first_chunk::<4>()?);
    let end = usize::try_from(length).ok()?.min(first.len());
    let brands = || {
        let others = first.get(16..end).unwrap_or_default().chunks_exact(4);
        first.get(8..12).into_iter().chain(others)
    };
    let picture = PICTURE_BRANDS
        .iter()
        .find(|(brand, _)| brands().any(|named| named == brand.as_slice()));
    if let Some((_, kind)) = picture {
        return Some(Container::Only(*kind));
    }
    Some(Container::Iso(match first.get(8..12)? {
        b"qt  " => Kind::QuickTime,
        b"M4A " | b"M4B " => Kind::AudioMp4,
        _ => Kind::Mp4,
    }))
}

/// EBML: the document type stands in the header, within the first bytes.
fn webm(first: &[u8]) -> Option<Container> {
    let header = &first[..first.len().min(64)];
    header
        .windows(4)
        .any(|word| word == b"webm")
        .then_some(Container::Webm)
}

/// The type of a recording that begins with a frame: of MP3 (MPEG layer III), or of AAC (ADTS).
fn frame(first: &[u8]) -> Option<Kind> {
    let [0xff, second, third, ..] = first else {
        return None;
    };
    match (second & 0xe6, second & 0xf6) {
        // The rate's number 15 is no rate, and version 1 is reserved.
        (0xe2, _) if second & 0x18 != 0x08 && third & 0xf0 != 0xf0 => Some(Kind::Mp3),
        (_, 0xf0) => Some(Kind::Aac),
        _ => None,
    }
}

/// Whether a ZIP is a document of this type: Office's have a folder of their own, OpenDocument's and books say their type in the first entry.
fn is_zip_of(declared: Kind, first: &[u8]) -> bool {
    let has = |folder: &[u8]| first.windows(folder.len()).any(|part| part == folder);
    match declared {
        Kind::Docx => has(b"word/"),
        Kind::Xlsx => has(b"xl/"),
        Kind::Pptx => has(b"ppt/"),
        Kind::Odt | Kind::Ods | Kind::Odp | Kind::Epub => {
            let rest = first.get(ZIP_NAME..).unwrap_or_default();
            let rest = rest.strip_prefix(b"mimetype").unwrap_or_default();
            rest.starts_with(declared.media_type().as_bytes())
        }
        _ => false,
    }
}

/// Whether these are words: UTF-8, whose last character may be cut, without control characters that words don't have.
fn is_words(first: &[u8]) -> bool {
    let is_utf8 = match std::str::from_utf8(first) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    is_utf8 && !first.is_empty() && !first.iter().any(|byte| is_control(byte) || *byte == 0x7f)
}
