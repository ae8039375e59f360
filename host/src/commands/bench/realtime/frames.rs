//! A stream of server-sent events, as far as a benchmark reads it: quickly, as up to 50,000 events come in a second.

/// The name of the event that a stream begins with.
const READY: &str = "stream.ready";
/// That of a new message.
const MESSAGE: &str = "message.created";
/// The beginning of the text of each numbered message, in JSON.
const NUMBERED: &str = r#""content":"Message "#;

/// An event that a benchmark waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The stream has begun.
    Ready,
    /// The message of this number is there.
    Message(u32),
}

/// The part of a stream whose end hasn't come.
#[derive(Debug, Default)]
pub struct Frames {
    waiting: Vec<u8>,
}

impl Frames {
    /// Takes the bytes that came, and tells the events that are whole by now, in their order. Others, and comments, are
    /// passed over.
    pub fn push(&mut self, bytes: &[u8], mut tell: impl FnMut(Heard)) {
        self.waiting.extend_from_slice(bytes);
        let mut rest = self.waiting.as_slice();
        while let Some(end) = end_of_first(rest) {
            if let Some(heard) = heard(&rest[..end]) {
                tell(heard);
            }
            rest = &rest[end..];
        }
        let taken = self.waiting.len() - rest.len();
        self.waiting.drain(..taken);
    }
}

/// Where the first event ends, the empty line included.
fn end_of_first(bytes: &[u8]) -> Option<usize> {
    let mut begin = 0;
    loop {
        let length = bytes[begin..].iter().position(|&byte| byte == b'\n')?;
        begin += length + 1;
        if length == 0 {
            return Some(begin);
        }
    }
}

fn heard(event: &[u8]) -> Option<Heard> {
    let event = std::str::from_utf8(event).ok()?;
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    match field("event: ")? {
        READY => Some(Heard::Ready),
        MESSAGE => number(field("data: ")?).map(Heard::Message),
        _ => None,
    }
}

fn number(data: &str) -> Option<u32> {
    let (_, text) = data.split_once(NUMBERED)?;
    let (number, _) = text.split_once(':')?;
    number.parse().ok()
}
