//! Answers that go on: a body that is written piece by piece, for as long as its reader stays.
//!
//! A handler answers with the writer of the body ([`Reply::streaming`](crate::Reply::streaming)). The head goes to the client at once; then the writer
//! gets the way to it.

#[cfg(not(target_family = "wasm"))]
use std::cell::RefCell;
use std::pin::Pin;
#[cfg(not(target_family = "wasm"))]
use std::rc::Rc;

#[cfg(target_family = "wasm")]
use spin_sdk::wasip3::http_compat::BodyWriter;

/// The writer of a streaming answer's body: it gets the way to the reader once the head is sent.
pub type Opened = Box<dyn FnOnce(Outlet) -> Pin<Box<dyn Future<Output = ()>>>>;

/// The way to the reader of a streaming answer.
pub struct Outlet {
    #[cfg(target_family = "wasm")]
    writer: BodyWriter,
    #[cfg(not(target_family = "wasm"))]
    written: Rc<RefCell<Vec<u8>>>,
}

#[cfg(target_family = "wasm")]
impl Outlet {
    pub(crate) fn new(writer: BodyWriter) -> Self {
        Self { writer }
    }

    /// Hands these bytes on. It takes until the reader has taken them; false when the reader is gone.
    pub async fn write(&mut self, bytes: Vec<u8>) -> bool {
        let stream = &mut self.writer.stream_writer;
        stream.write_all(bytes).await.is_empty()
    }

    /// Ends the body as it should end; one that is dropped breaks off.
    pub async fn end(self) {
        let BodyWriter {
            stream_writer,
            result_writer,
            ..
        } = self.writer;
        drop(stream_writer);
        // A failure means that the reader is gone, and is ignored.
        let _ = result_writer.write(Ok(None)).await;
    }
}

#[cfg(not(target_family = "wasm"))]
impl Outlet {
    /// A way out to a text that a test reads.
    #[cfg(feature = "testing")]
    pub(crate) fn to(written: Rc<RefCell<Vec<u8>>>) -> Self {
        Self { written }
    }

    /// Hands these bytes on. It takes until the reader has taken them; false when the reader is gone.
    #[allow(clippy::unused_async)]
    pub async fn write(&mut self, bytes: Vec<u8>) -> bool {
        self.written.borrow_mut().extend(bytes);
        true
    }

    /// Ends the body as it should end.
    #[allow(clippy::unused_async)]
    pub async fn end(self) {}
}
