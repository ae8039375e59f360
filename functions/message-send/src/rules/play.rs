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

    use crate::rules::testing::{taken, wrong};

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
                ("metadata.name", json!(""), ":size"),
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
