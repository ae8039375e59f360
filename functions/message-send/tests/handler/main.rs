//! The handlers on a database of their own: their answers, and everything they write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod context;
mod cost;
mod desk;
mod effects;
mod files;
mod history;
mod limits;
mod link_previews;
mod positions;
mod requests;
mod scheduled;
mod scheduled_turns;
mod settings;
mod timer;
mod views;

use whisper_messages::testing::Scene;

/// The functions without limits.
fn scene() -> Scene {
    scene_with(&[
        ("message_rate_per_minute", "0"),
        ("stranger_message_rate_per_hour", "0"),
        ("mention_rate_per_hour", "0"),
    ])
}

fn scene_with(variables: &[(&str, &str)]) -> Scene {
    Scene::of(&message_send::api(), &message_actions::api(), variables)
}
