//! Messages around a file: image, video, audio, gif, voice, file. Their content is the caption.

use whisper_schema::Rule;
use whisper_schema::main_db::MessageContentType as Kind;

use super::fields::{Fields, Need};
use super::formats::{is_file_name, is_media_type};

/// A day.
const LONGEST_MS: i64 = 86_400_000;
/// Pixels on a side.
const WIDEST: i64 = 20_000;
/// Points of a drawn voice message.
const WAVEFORM: usize = 256;
/// The largest whole number that JavaScript can tell from its neighbours.
const LARGEST: i64 = (1 << 53) - 1;

/// image, video, audio and gif.
pub(super) fn plain(kind: Kind, fields: &mut Fields<'_, '_>) {
    let types: &[&str] = match kind {
        Kind::Image => &["image"],
        Kind::Video => &["video"],
        Kind::Audio => &["audio"],
        // A "gif" is mostly a short film.
        _ => &["image", "video"],
    };
    details(fields, types, Need::Optional);
}

/// A voice message: its duration is shown before it is loaded.
pub(super) fn voice(fields: &mut Fields<'_, '_>) {
    details(fields, &["audio"], Need::Required);
    let points = fields.list("waveform", Need::Optional, 0..=WAVEFORM);
    for (index, point) in points.iter().enumerate() {
        let key = format!("waveform[{index}]");
        match point.as_i64() {
            Some(0..=255) => {}
            Some(_) => fields.refuse(&key, Rule::Range, "must be from 0 to 255"),
            None => fields.refuse(&key, Rule::Type, "must be a whole number"),
        }
    }
}

/// A file of any type, with the name to save it under.
pub(super) fn file(fields: &mut Fields<'_, '_>) {
    details(fields, &[], Need::Optional);
    let what = "1 to 255 characters without path separators";
    fields.formatted("fileName", Need::Required, is_file_name, what);
}

fn details(fields: &mut Fields<'_, '_>, types: &[&str], duration: Need) {
    fields.integer("width", Need::Optional, 1..=WIDEST);
    fields.integer("height", Need::Optional, 1..=WIDEST);
    fields.integer("durationMs", duration, 0..=LONGEST_MS);
    fields.integer("sizeBytes", Need::Optional, 0..=LARGEST);
    let what = match types {
        [] => "a media type".to_owned(),
        types => format!("a media type of {}", types.join(" or ")),
    };
    fields.formatted(
        "mimeType",
        Need::Optional,
        |text| is_media_type(text, types),
        &what,
    );
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::rules::testing::{refused, taken, with, wrong};

    fn base(kind: &str) -> Value {
        json!({"contentType": kind, "mediaUrls": ["https://cdn.example/1"]})
    }

    /// What image, video, audio, gif, voice and file have in common.
    fn common(base: &Value) {
        taken(
            base,
            &[
                json!({"mediaUrls": null, "mediaFileIds": ["f1"]}),
                json!({"mediaFileIds": ["f1"], "thumbnailFileId": "t", "thumbnailUrl": "https://cdn.example/t"}),
                json!({"content": "A caption"}),
                json!({"metadata": {"width": 1, "height": 20_000, "durationMs": 0, "sizeBytes": 0}}),
                json!({"metadata": {"durationMs": 86_400_000, "sizeBytes": 9_007_199_254_740_991_i64}}),
            ],
        );
        wrong(
            base,
            &[
                ("mediaUrls", json!(null), ":required"),
                ("mediaUrls", json!([]), ":required"),
                ("mediaUrls", json!(["ftp://cdn.example/1"]), "[0]:format"),
                (
                    "mediaUrls",
                    json!(["https://cdn.example/1", null]),
                    "[1]:type",
                ),
                (
                    "mediaUrls",
                    json!([format!("https://cdn.example/{}", "x".repeat(1000))]),
                    "[0]:size",
                ),
                (
                    "mediaUrls",
                    json!(vec!["https://cdn.example/1"; 31]),
                    ":size",
                ),
                ("mediaFileIds", json!([""]), "[0]:size"),
                ("mediaFileIds", json!(vec!["f"; 31]), ":size"),
                ("thumbnailUrl", json!("no"), ":format"),
                ("metadata.width", json!(1.5), ":type"),
                ("metadata.durationMs", json!(-1), ":range"),
                ("metadata.durationMs", json!(86_400_001), ":range"),
                ("metadata.sizeBytes", json!(-1), ":range"),
                ("metadata.mimeType", json!("nothing"), ":format"),
                ("metadata.latitude", json!(1), ":unknown"),
            ],
        );
        refused(
            base,
            &[(
                json!({"metadata": {"width": 0, "height": 20_001}}),
                &["metadata.height:range", "metadata.width:range"],
            )],
        );
    }

    fn types(base: &Value, good: &[&str], bad: &[&str]) {
        let mime = |text: &str| json!({"metadata": {"mimeType": text}});
        taken(
            base,
            &good.iter().map(|text| mime(text)).collect::<Vec<_>>(),
        );
        for text in bad {
            refused(base, &[(mime(text), &["metadata.mimeType:format"])]);
        }
    }

    #[test]
    fn image() {
        common(&base("image"));
        types(
            &base("image"),
            &["image/png", "image/svg+xml"],
            &["video/mp4", "image", "image/"],
        );
        refused(
            &base("image"),
            &[(
                json!({"metadata": {"waveform": [1]}}),
                &["metadata.waveform:unknown"],
            )],
        );
    }

    #[test]
    fn video() {
        common(&base("video"));
        types(&base("video"), &["video/mp4"], &["image/png"]);
    }

    #[test]
    fn audio() {
        common(&base("audio"));
        types(&base("audio"), &["audio/ogg"], &["video/mp4"]);
    }

    #[test]
    fn gif() {
        common(&base("gif"));
        types(&base("gif"), &["image/gif", "video/mp4"], &["audio/ogg"]);
    }

    #[test]
    fn voice() {
        let base = with(&base("voice"), &json!({"metadata": {"durationMs": 1500}}));
        common(&base);
        types(&base, &["audio/ogg"], &["video/mp4"]);
        taken(
            &base,
            &[
                json!({"metadata": {"waveform": []}}),
                json!({"metadata": {"waveform": vec![255; 256]}}),
            ],
        );
        wrong(
            &base,
            &[
                ("metadata.durationMs", json!(null), ":required"),
                ("metadata", json!(null), ".durationMs:required"),
                ("metadata.waveform", json!(vec![0; 257]), ":size"),
                ("metadata.waveform", json!(5), ":type"),
            ],
        );
        refused(
            &base,
            &[
                (
                    json!({"metadata": {"waveform": [0, 256, -1]}}),
                    &["metadata.waveform[1]:range", "metadata.waveform[2]:range"],
                ),
                (
                    json!({"metadata": {"waveform": ["0", 0.5]}}),
                    &["metadata.waveform[0]:type", "metadata.waveform[1]:type"],
                ),
            ],
        );
    }

    #[test]
    fn file() {
        let base = with(
            &base("file"),
            &json!({"metadata": {"fileName": "Report 1.pdf"}}),
        );
        common(&base);
        types(&base, &["application/pdf", "image/png"], &["pdf"]);
        wrong(
            &base,
            &[
                ("metadata.fileName", json!(null), ":required"),
                ("metadata.fileName", json!(""), ":format"),
                ("metadata.fileName", json!("../passwd"), ":format"),
                ("metadata.fileName", json!("a\\b"), ":format"),
                ("metadata.fileName", json!("x".repeat(256)), ":format"),
                ("metadata.fileName", json!(1), ":type"),
            ],
        );
    }
}
