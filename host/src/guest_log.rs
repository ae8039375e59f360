//! Output of components: each line is logged with the component's name.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::log;

/// A longer line is cut into pieces.
const LONGEST_LINE: usize = 16 * 1024;

/// One output stream of one instance.
#[derive(Clone)]
pub struct GuestLog(Arc<Lines>);

struct Lines {
    component: Arc<str>,
    stream: &'static str,
    rest: Mutex<Vec<u8>>,
}

impl GuestLog {
    /// A stream named `stdout` or `stderr`.
    pub fn new(component: Arc<str>, stream: &'static str) -> Self {
        Self(Arc::new(Lines {
            component,
            stream,
            rest: Mutex::default(),
        }))
    }

    fn write(&self, bytes: &[u8]) {
        let mut rest = self
            .0
            .rest
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            rest.extend_from_slice(piece);
            if piece.ends_with(b"\n") || rest.len() >= LONGEST_LINE {
                self.0.line(&rest);
                rest.clear();
            }
        }
    }
}

impl Lines {
    fn line(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        // A component's structured line stays structured.
        let fields = match serde_json::from_str(text) {
            Ok(Value::Object(entry)) => json!({ "entry": entry }),
            _ => json!({ "line": text }),
        };
        let mut fields = fields;
        fields["component"] = self.component.as_ref().into();
        fields["stream"] = self.stream.into();
        log::event("guest", fields, || format!("[{}] {text}", self.component));
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let rest = std::mem::take(self.rest.get_mut().unwrap_or_else(|p| p.into_inner()));
        self.line(&rest);
    }
}

impl IsTerminal for GuestLog {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestLog {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for GuestLog {
    async fn ready(&mut self) {}
}

impl OutputStream for GuestLog {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        GuestLog::write(self, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST_LINE)
    }
}

impl AsyncWrite for GuestLog {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        GuestLog::write(&self, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
