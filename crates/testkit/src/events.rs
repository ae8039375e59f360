//! A client of the stream of events, as a test reads it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use socket2::{Domain, Socket, Type};
use ureq::http;

use crate::people::Person;
use crate::{Reply, TestApp};

/// How long an event may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream.
pub struct Events {
    lines: Receiver<Line>,
    seen: Vec<Value>,
    last_id: Option<String>,
}

/// A stream that was opened, and of which nothing is read. Dropping it closes its connection.
pub struct Unread(TcpStream);

/// A part of a stream.
enum Line {
    Event(Value),
    Place(String),
    End,
}

impl TestApp {
    /// Opens a stream with these headers and parameters.
    ///
    /// # Errors
    /// The refusal, where it is one.
    pub fn stream(&self, query: &str, headers: &[(&str, &str)]) -> Result<Events, Box<Reply>> {
        let mut request = http::Request::builder()
            .method("GET")
            .uri(format!("{}/v1/realtime{query}", self.base()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut response = agent
            .run(request.body(()).expect("a request"))
            .expect("an answer");
        if response.status() != 200 {
            let text = response.body_mut().read_to_string().unwrap_or_default();
            return Err(Box::new(Reply {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                body: serde_json::from_str(&text).unwrap_or(Value::Null),
                bytes: text.clone().into_bytes(),
                text,
            }));
        }
        Ok(Events::of(response.into_body().into_reader()))
    }
}

impl Unread {
    /// Begins to read it.
    pub fn read(self) -> Events {
        Events::of(self.0)
    }
}

impl Person {
    /// Opens a stream, which begins now.
    pub fn listen(&self, app: &TestApp) -> Events {
        self.listen_from(app, None)
    }

    /// Opens a stream that goes on behind a place.
    pub fn listen_from(&self, app: &TestApp, last_id: Option<&str>) -> Events {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(last_id.map(|id| ("last-event-id", id)));
        let stream = app.stream("", &headers);
        stream.unwrap_or_else(|refused| panic!("no stream: {}", refused.text))
    }

    /// Opens a stream of a bundle of the test's own that goes on behind a place, if one is given, and reads nothing of it. The system keeps
    /// little for a reader who is late.
    ///
    /// # Panics
    /// When there is no stream.
    pub fn listen_unread(&self, app: &TestApp, last_id: Option<&str>) -> Unread {
        let address = app.base().strip_prefix("http://").expect("http");
        let to: SocketAddr = address.parse().expect("an address");
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None).expect("a socket");
        // By default a system may keep tens of megabytes, and then a reader is late long after it stopped.
        socket.set_recv_buffer_size(64 << 10).expect("a size");
        socket.connect(&to.into()).expect("a connection");
        socket
            .set_read_timeout(Some(4 * PATIENCE))
            .expect("a timeout");
        let mut stream = TcpStream::from(socket);
        let last_id = last_id.map(|id| format!("last-event-id: {id}\r\n"));
        // HTTP/1.0 has no chunks: the body is what comes until the connection ends.
        write!(
            stream,
            "GET /v1/realtime HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer {}\r\n{}\r\n",
            self.token,
            last_id.unwrap_or_default()
        )
        .expect("a request");
        // A byte at a time, so that none of the body is taken.
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            head.extend(byte);
        }
        let head = String::from_utf8_lossy(&head);
        assert_eq!(head.split(' ').nth(1), Some("200"), "{head}");
        Unread(stream)
    }
}

impl Events {
    fn of(body: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        let reader = BufReader::new(body);
        std::thread::spawn(move || {
            let mut id = None;
            let mut data = String::new();
            for line in reader.lines() {
                let Ok(line) = line else { break };
                if let Some(place) = line.strip_prefix("id: ") {
                    id = Some(place.to_owned());
                } else if let Some(text) = line.strip_prefix("data: ") {
                    text.clone_into(&mut data);
                } else if line.is_empty() {
                    let place = id.take().map(Line::Place);
                    let event = (!data.is_empty()).then(|| {
                        Line::Event(serde_json::from_str(&data).expect("an event of JSON"))
                    });
                    data.clear();
                    // The place first: it is that of the event, once the event was read.
                    for part in place.into_iter().chain(event) {
                        if sender.send(part).is_err() {
                            return;
                        }
                    }
                }
            }
            let _ = sender.send(Line::End);
        });
        Events {
            lines,
            seen: Vec::new(),
            last_id: None,
        }
    }

    /// The place of the newest event that came.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// The next event, of any type; none when the stream ends.
    pub fn next_event(&mut self) -> Option<Value> {
        self.next_within(PATIENCE)
    }

    fn next_within(&mut self, time: Duration) -> Option<Value> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(Line::Event(event)) => {
                    self.seen.push(event.clone());
                    return Some(event);
                }
                Ok(Line::Place(id)) => self.last_id = Some(id),
                Ok(Line::End) | Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    let kinds: Vec<&Value> = self.seen.iter().map(|event| &event["type"]).collect();
                    panic!("no event within {time:?}, after {kinds:?}");
                }
            }
        }
    }

    /// The next event of this type. Others are passed over.
    #[track_caller]
    pub fn wait_for(&mut self, kind: &str) -> Value {
        self.wait_until(|event| event["type"] == kind)
    }

    /// The next event that is wanted. Others are passed over.
    #[track_caller]
    pub fn wait_until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let Some(event) = self.next_event() else {
                panic!("the stream ended after {:?}", self.seen);
            };
            if wanted(&event) {
                return event;
            }
        }
    }

    /// The events up to one that is wanted, that included.
    #[track_caller]
    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let Some(event) = self.next_event() else {
                panic!("the stream ended after {all:?}");
            };
            all.push(event.clone());
            if wanted(&event) {
                return all;
            }
        }
    }

    /// The events up to the last of several that are wanted, in whatever order they come. Signs that pass, such as typing, aren't in one line
    /// with events.
    #[track_caller]
    pub fn until_all(&mut self, wanted: &[&dyn Fn(&Value) -> bool]) -> Vec<Value> {
        let mut missing = wanted.to_vec();
        let mut all = Vec::new();
        while !missing.is_empty() {
            let event = self.wait_until(|_| true);
            missing.retain(|is_wanted| !is_wanted(&event));
            all.push(event);
        }
        all
    }

    /// Whether the stream has ended, after the events that still came.
    pub fn ends(&mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.next_event()).collect()
    }
}
