//! Events about messages with files, for each of those who hear of them.
//!
//! An event is written once for all who see the same, but the address of a file is signed for one of them. It stands in the text in a form that no
//! message can have in its words, so it is put in place there for each.

use std::rc::Rc;

use whisper_files::{Addresses, MediaView};
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_messages::MessageView;

use crate::audience::User;
use crate::frame::Frame;

/// An event for several listeners.
#[derive(Clone, Debug)]
pub struct Shared {
    frame: Rc<Frame>,
    /// The files that it shows, with addresses that were signed for one of them.
    files: Vec<MediaView>,
}

impl Shared {
    /// The event about a message.
    pub fn of(frame: Frame, message: Option<&MessageView>) -> Self {
        let files = message.into_iter();
        let files = files.flat_map(|message| message.media.iter().chain(&message.thumbnail));
        let files = files.filter(|file| frame.sse.contains(&written(&file.url)));
        Shared {
            files: files.cloned().collect(),
            frame: Rc::new(frame),
        }
    }

    /// The event for one of its listeners.
    ///
    /// # Errors
    /// The store's, when the key of addresses has to be read: once in an instance.
    pub async fn to(&self, ctx: &Ctx, listener: &User) -> Result<Rc<Frame>> {
        if self.files.is_empty() {
            return Ok(Rc::clone(&self.frame));
        }
        let addresses = Addresses::of(ctx, listener).await?;
        let mut frame = Frame::clone(&self.frame);
        for file in &self.files {
            let own = written(&addresses.url(&file.id));
            frame.sse = frame.sse.replace(&written(&file.url), &own);
        }
        Ok(Rc::new(frame))
    }
}

/// An address as JSON has it in the field of a file. In a text the quotation marks would be escaped.
fn written(url: &str) -> String {
    format!("\"url\":\"{url}\"")
}
