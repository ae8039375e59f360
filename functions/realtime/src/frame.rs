//! Events as they go out: written once, for everybody who hears of them.

use serde_json::Value;
use whisper_kit::Ctx;
use whisper_kit::error::{Error, Result};
use whisper_schema::Timestamp;

use crate::event::{EventView, What};
use crate::news::News;
use crate::position::Position;
use crate::signals::Told;

/// An event, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its commit number; 0 where it has no place.
    pub seq: i64,
    /// Its type, such as `message.created`.
    pub kind: &'static str,
    /// As a server-sent event (HTML, 9.2.6).
    pub sse: String,
}

impl Frame {
    /// The event of these news.
    ///
    /// # Errors
    /// The store's, when the key for places has to be read.
    pub async fn of(ctx: &Ctx, new: &News, what: What) -> Result<Self> {
        let (seq, at) = (new.seq, new.at);
        let id = Position { seq, at }.seal(ctx).await?;
        Frame::new(seq, Some(id), at, what)
    }

    /// An event with its place, if it has one.
    ///
    /// # Errors
    /// A fault when it can't be written as JSON.
    pub fn new(seq: i64, id: Option<String>, at: Timestamp, what: What) -> Result<Self> {
        let kind = what.kind();
        let line = id.as_deref().map(|id| format!("id: {id}\n"));
        let json = serde_json::to_string(&EventView { id, at, what }).map_err(Error::internal)?;
        let line = line.unwrap_or_default();
        Ok(Frame {
            seq,
            kind,
            sse: format!("{line}event: {kind}\ndata: {json}\n\n"),
        })
    }

    /// Something that has no place and is not told again.
    ///
    /// # Errors
    /// A fault when it can't be written as JSON.
    pub fn passing(told: Told, at: Timestamp) -> Result<Self> {
        let what = match told {
            Told::Typing(view) => What::Typing(view),
            Told::Presence(view) => What::Presence(view),
        };
        Frame::new(0, None, at, what)
    }

    /// The event as a value.
    ///
    /// # Errors
    /// A fault when it isn't one.
    pub fn value(&self) -> Result<Value> {
        let json = self
            .sse
            .split_once("data: ")
            .map_or("null", |(_, json)| json);
        serde_json::from_str(json.trim_end()).map_err(Error::internal)
    }
}
