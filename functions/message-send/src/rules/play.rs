//! Stickers and games.

use super::fields::{Fields, Need};
use whisper_kit::ids::is_id;

/// A sticker of a pack.
pub(super) fn sticker(fields: &mut Fields<'_, '_>) {
    fields.formatted("stickerId", Need::Required, is_id, "the id of a sticker");
}

/// An invitation to a game or a move in it. The state is the game's own: any object.
pub(super) fn game(fields: &mut Fields<'_, '_>) {
    fields.text("name", Need::Required, 1..=100);
    fields.integer("score", Need::Optional, i64::MIN..=i64::MAX);
    fields.object("state");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rules::testing::{refused, taken};

    #[test]
    fn sticker() {
        let base = json!({"contentType": "sticker", "metadata": {"stickerId": "s-1"}});
        taken(&base, &[json!({"mediaUrls": ["https://cdn.example/s"]})]);
        refused(&base, &[
            (json!({"metadata": null}), &["metadata.stickerId:required"]),
            (json!({"metadata": {"stickerId": ""}}), &["metadata.stickerId:format"]),
            (json!({"metadata": {"stickerId": "x".repeat(37)}}), &["metadata.stickerId:format"]),
            (json!({"metadata": {"stickerId": 7}}), &["metadata.stickerId:type"]),
            (json!({"metadata": {"packId": "p"}}), &["metadata.packId:unknown"]),
        ]);
    }

    #[test]
    fn game() {
        let base = json!({"contentType": "game", "metadata": {"name": "Chess"}});
        taken(&base, &[
            json!({"metadata": {"score": -5}}),
            json!({"metadata": {"score": i64::MAX, "state": {"board": [[1, 2], ["x"]]}}}),
            json!({"content": "Your move", "thumbnailUrl": "https://cdn.example/g"}),
        ]);
        refused(&base, &[
            (json!({"metadata": {"name": null}}), &["metadata.name:required"]),
            (json!({"metadata": {"name": ""}}), &["metadata.name:size"]),
            (json!({"metadata": {"name": "x".repeat(101)}}), &["metadata.name:size"]),
            (json!({"metadata": {"score": 1.5}}), &["metadata.score:type"]),
            (json!({"metadata": {"score": u64::MAX}}), &["metadata.score:type"]),
            (json!({"metadata": {"state": [1]}}), &["metadata.state:type"]),
            (json!({"metadata": {"state": {"x": "y".repeat(10_000)}}}), &["metadata:size"]),
            (json!({"metadata": {"level": 1}}), &["metadata.level:unknown"]),
        ]);
    }
}
