//! Messages around a file: image, video, audio, gif, voice, file. Their content is the caption.

use serde::Serialize;
use whisper_schema::body::Fields;
use whisper_schema::{Body, Rule};

use super::forms;

/// The largest whole number that JavaScript can tell from its neighbours.
const LARGEST: i64 = (1 << 53) - 1;

/// Details of a file that is shown or played.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaDetails {
    /// Width in pixels.
    #[field(range = 1..=20_000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    /// Height in pixels.
    #[field(range = 1..=20_000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Length in milliseconds, at most a day.
    #[field(range = 0..=86_400_000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// Size in bytes.
    #[field(range = 0..=LARGEST)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<i64>,
    /// Media type, such as `image/jpeg`: an image's is `image/…`, a gif's may be `video/…` too.
    #[field(is = forms::MEDIA_TYPE)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Whether each recipient can open it once; for 14 days, if the message doesn't end before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_once: Option<bool>,
}

/// Details of a voice message; `durationMs` is needed, as it is shown before the file is loaded.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[body(check = VoiceDetails::check)]
#[body(rule = r#"{"required": ["durationMs"], "properties": {"durationMs": {"type": "integer"}}}"#)]
#[serde(rename_all = "camelCase")]
pub struct VoiceDetails {
    /// The file.
    #[field(flatten)]
    #[serde(flatten)]
    pub media: MediaDetails,
    /// Loudness over time, to be drawn.
    #[field(count = 0..=256, range = 0..=255)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waveform: Vec<i64>,
}

impl VoiceDetails {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.media.duration_ms.is_none() && fields.is_clean("durationMs") {
            fields.refuse("durationMs", Rule::Required, "is required");
        }
    }
}

/// Details of a file of any type.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDetails {
    /// The file.
    #[field(flatten)]
    #[serde(flatten)]
    pub media: MediaDetails,
    /// Name to save it under.
    #[field(is = forms::FILE_NAME, text = Name)]
    pub file_name: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::content::testing::{refused, taken, with, wrong};

    fn base(kind: &str) -> Value {
        json!({"contentType": kind, "mediaUrls": ["https://cdn.example/1"]})
    }

    /// The rules that image, video, audio, gif, voice and file have in common.
    fn common(base: &Value) {
        taken(
            base,
            &[
                json!({"mediaUrls": null, "mediaFileIds": ["f1"]}),
                json!({"mediaFileIds": ["f1"], "thumbnailFileId": "t", "thumbnailUrl": "https://cdn.example/t"}),
                json!({"content": "A caption"}),
                json!({"metadata": {"width": 1, "height": 20_000, "durationMs": 0, "sizeBytes": 0}}),
                json!({"metadata": {"durationMs": 86_400_000, "sizeBytes": 9_007_199_254_740_991_i64}}),
                json!({"metadata": {"viewOnce": true}}),
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
                ("metadata.viewOnce", json!("yes"), ":type"),
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
                ("metadata.fileName", json!(""), ":required"),
                ("metadata.fileName", json!("../passwd"), ":format"),
                ("metadata.fileName", json!("a\\b"), ":format"),
                ("metadata.fileName", json!("x".repeat(256)), ":format"),
                ("metadata.fileName", json!(1), ":type"),
            ],
        );
    }
}
