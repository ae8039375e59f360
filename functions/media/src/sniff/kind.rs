//! The types that are taken, and their names.

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $name:ident = $sort:ident, $safe:literal, $media_type:literal $(| $other:literal)*; )+) => {
        /// The type of a content.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $( $(#[doc = $doc])+ $name, )+
        }

        impl Kind {
            /// All of them.
            #[cfg(test)]
            pub const ALL: &'static [Kind] = &[$( Kind::$name, )+];

            /// Its media type.
            pub const fn media_type(self) -> &'static str {
                match self { $( Kind::$name => $media_type, )+ }
            }

            /// Its sort.
            pub const fn sort(self) -> Sort {
                match self { $( Kind::$name => Sort::$sort, )+ }
            }

            /// Whether a browser can show it without running anything that stands in it.
            pub const fn is_safe(self) -> bool {
                match self { $( Kind::$name => $safe, )+ }
            }

            /// The type with a media type, by any of its names.
            fn named(media_type: &str) -> Option<Kind> {
                match media_type { $( $media_type $(| $other)* => Some(Kind::$name), )+ _ => None }
            }
        }
    };
}

kinds! {
    /// JPEG.
    Jpeg = Image, true, "image/jpeg" | "image/jpg" | "image/pjpeg";
    /// PNG, moving as well.
    Png = Image, true, "image/png" | "image/apng";
    /// GIF.
    Gif = Image, true, "image/gif";
    /// WebP.
    Webp = Image, true, "image/webp";
    /// HEIC and HEIF, as iPhones take pictures.
    Heic = Image, false, "image/heic" | "image/heif" | "image/heic-sequence" | "image/heif-sequence";
    /// AVIF.
    Avif = Image, true, "image/avif";
    /// A film in MP4.
    Mp4 = Video, true, "video/mp4" | "video/x-m4v";
    /// A film of QuickTime's.
    QuickTime = Video, false, "video/quicktime";
    /// A film in WebM.
    Webm = Video, true, "video/webm";
    /// A recording in MP4.
    AudioMp4 = Audio, true, "audio/mp4" | "audio/x-m4a" | "audio/m4a";
    /// A recording in WebM.
    AudioWebm = Audio, true, "audio/webm";
    /// A recording in Ogg: Opus or Vorbis.
    Ogg = Audio, true, "audio/ogg" | "application/ogg" | "audio/opus";
    /// MP3.
    Mp3 = Audio, true, "audio/mpeg" | "audio/mp3";
    /// AAC.
    Aac = Audio, true, "audio/aac" | "audio/aacp" | "audio/x-aac";
    /// WAV.
    Wav = Audio, true, "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave";
    /// FLAC.
    Flac = Audio, true, "audio/flac" | "audio/x-flac";
    /// PDF.
    Pdf = Document, false, "application/pdf";
    /// A text of Word's.
    Docx = Document, false, "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    /// A table of Excel's.
    Xlsx = Document, false, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    /// Slides of PowerPoint's.
    Pptx = Document, false, "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    /// A text of OpenDocument.
    Odt = Document, false, "application/vnd.oasis.opendocument.text";
    /// A table of OpenDocument.
    Ods = Document, false, "application/vnd.oasis.opendocument.spreadsheet";
    /// Slides of OpenDocument.
    Odp = Document, false, "application/vnd.oasis.opendocument.presentation";
    /// A book.
    Epub = Document, false, "application/epub+zip";
    /// A text of an old Word's.
    Doc = Document, false, "application/msword";
    /// A table of an old Excel's.
    Xls = Document, false, "application/vnd.ms-excel";
    /// Slides of an old PowerPoint's.
    Ppt = Document, false, "application/vnd.ms-powerpoint";
    /// RTF.
    Rtf = Document, false, "application/rtf" | "text/rtf";
    /// Words.
    Text = Document, false, "text/plain";
    /// A table of words.
    Csv = Document, false, "text/csv";
    /// Words with marks.
    Markdown = Document, false, "text/markdown";
    /// JSON.
    Json = Document, false, "application/json";
    /// An archive.
    Zip = Document, false, "application/zip" | "application/x-zip-compressed";
    /// A compressed file.
    Gzip = Document, false, "application/gzip" | "application/x-gzip";
}

whisper_schema::choices! {
    /// Sorts of files.
    pub enum Sort {
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// A recording.
        Audio = "audio",
        /// A document.
        Document = "document",
    }
}

impl Kind {
    /// Reads a media type, with or without parameters. None for a type that no bucket takes.
    pub fn parse(text: &str) -> Option<Kind> {
        let essence = text.split(';').next().unwrap_or_default();
        Kind::named(&essence.trim().to_ascii_lowercase())
    }
}
