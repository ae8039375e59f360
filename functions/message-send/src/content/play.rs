//! Stickers and games.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_schema::Body;
use whisper_schema::body::forms::ID;

/// A sticker of a pack.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StickerDetails {
    /// Id of the sticker.
    #[field(is = ID)]
    pub sticker_id: String,
}

/// An invitation to a game or a move in it.
#[derive(Clone, Debug, Default, PartialEq, Body, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GameDetails {
    /// Name of the game.
    #[field(size = 1..=100, text = Name)]
    pub name: String,
    /// Points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// The game's own state: any object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Map<String, Value>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::testing::{taken, wrong};

    #[test]
    fn sticker() {
        let base = json!({"contentType": "sticker", "metadata": {"stickerId": "s-1"}});
        taken(&base, &[json!({"mediaUrls": ["https://cdn.example/s"]})]);
        wrong(
            &base,
            &[
                ("metadata", json!(null), ".stickerId:required"),
                ("metadata.stickerId", json!(""), ":format"),
                ("metadata.stickerId", json!("x".repeat(37)), ":format"),
                ("metadata.stickerId", json!(7), ":type"),
                ("metadata.packId", json!("p"), ":unknown"),
            ],
        );
    }

    #[test]
    fn game() {
        let base = json!({"contentType": "game", "metadata": {"name": "Chess"}});
        taken(
            &base,
            &[
                json!({"metadata": {"score": -5}}),
                json!({"metadata": {"score": i64::MAX, "state": {"board": [[1, 2], ["x"]]}}}),
                json!({"content": "Your move", "thumbnailUrl": "https://cdn.example/g"}),
            ],
        );
        wrong(
            &base,
            &[
                ("metadata.name", json!(null), ":required"),
                ("metadata.name", json!(""), ":required"),
                ("metadata.name", json!("x".repeat(101)), ":size"),
                ("metadata.score", json!(1.5), ":type"),
                ("metadata.score", json!(u64::MAX), ":type"),
                ("metadata.state", json!([1]), ":type"),
                (
                    "metadata.state",
                    json!({"x": "y".repeat(10_000)}),
                    "metadata:size",
                ),
                ("metadata.level", json!(1), ":unknown"),
            ],
        );
    }
}
