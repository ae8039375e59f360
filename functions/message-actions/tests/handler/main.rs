//! The doings of members to messages, on a database of their own: the answers, and all writes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blocked;
mod broadcasts;
mod change_model;
mod channel_sight;
mod channels;
mod deleting;
mod editing;
mod files;
mod hiding;
mod link_previews;
mod once;
mod pins;
mod reaction_model;
mod reactions;
mod receipt_model;
mod receipts;
mod stars;
mod threads;
mod views_model;
mod world;

use futures::executor::block_on;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_messages::testing::{Person, Scene};

/// The functions without limits.
fn scene() -> Scene {
    scene_with(&[])
}

/// The functions with these variables, otherwise without limits.
fn scene_with(variables: &[(&str, &str)]) -> Scene {
    let lifted = [
        ("message_rate_per_minute", "0"),
        ("stranger_message_rate_per_hour", "0"),
        ("mention_rate_per_hour", "0"),
        ("reaction_rate_per_minute", "0"),
        ("pin_rate_per_minute", "0"),
        ("star_rate_per_minute", "0"),
    ];
    let variables: Vec<_> = variables.iter().chain(&lifted).copied().collect();
    // The first of a name counts.
    let mut known = std::collections::BTreeSet::new();
    let variables: Vec<_> = variables
        .into_iter()
        .filter(|(name, _)| known.insert(*name))
        .collect();
    Scene::of(&message_send::api(), &message_actions::api(), &variables)
}

/// A message, with the conversation that it stands in.
#[derive(Clone)]
struct Place {
    conversation: String,
    message: String,
}

impl Place {
    /// A new message of somebody's.
    fn new(scene: &Scene, who: &Person, conversation: &str) -> Self {
        Place {
            conversation: conversation.to_owned(),
            message: scene.say(who, conversation, "Hello"),
        }
    }

    /// Does something below the message.
    fn act(&self, scene: &Scene, who: &Person, method: Method, rest: &str) -> Answer {
        let rest = format!("/{}{rest}", self.message);
        scene.act(who, method, &self.conversation, &rest)
    }

    /// The message as somebody sees it, the same in the history and alone.
    fn seen(&self, scene: &Scene, who: &Person) -> Value {
        let mut alone = self.act(scene, who, Method::GET, "").expect(200);
        alone.as_object_mut().unwrap().remove("users").unwrap();
        let page = scene
            .read(who, &self.conversation, "?limit=100")
            .expect(200);
        let items = page["items"].as_array().unwrap();
        let listed = items.iter().find(|item| item["id"] == *self.message);
        assert_eq!(Some(&alone), listed);
        alone
    }

    /// Where a reaction to the message is.
    fn reaction(&self, reaction: &str) -> String {
        let reaction = utf8_percent_encode(reaction, NON_ALPHANUMERIC);
        let (conversation, message) = (&self.conversation, &self.message);
        format!("/v1/conversations/{conversation}/messages/{message}/reactions/{reaction}")
    }
}

/// Sends two requests at once, each to an edge: both read before either commits.
fn both(
    (one, other): (&TestEdge, &TestEdge),
    first: (Method, &str, &Person),
    second: (Method, &str, &Person),
) -> (Answer, Answer) {
    let first = one.send(first.0, first.1, &first.2.token, &Value::Null);
    let second = other.send(second.0, second.1, &second.2.token, &Value::Null);
    block_on(futures::future::join(first, second))
}
