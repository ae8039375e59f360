//! A push service on a port of the system's choice: keeps the pushes that come, answers as it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a test waits for a push.
const PATIENCE: Duration = Duration::from_secs(30);

/// A push as it came.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The path of the device's address.
    pub path: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The encrypted content.
    pub body: Vec<u8>,
}

impl Pushed {
    /// A header's value; empty without one.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

#[derive(Default)]
struct State {
    pushed: Vec<Pushed>,
    /// Answers in place of 201, for paths that begin with a text.
    answers: Vec<(String, u16, &'static str)>,
    /// Whether pushes are kept waiting for an answer.
    is_holding: bool,
}

/// A push service.
pub struct PushService {
    origin: String,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl PushService {
    /// Starts it.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::<(Mutex<State>, Condvar)>::default();
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&state);
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { origin, shared }
    }

    /// Its origin, such as `http://127.0.0.1:4711`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().expect("no panic before")
    }

    /// From now on pushes to paths that begin so are answered with this status and, unless empty, this Retry-After.
    pub fn answer(&self, path: &str, status: u16, retry_after: &'static str) {
        let mut state = self.state();
        state.answers.retain(|(other, ..)| other != path);
        state.answers.push((path.to_owned(), status, retry_after));
    }

    /// From now on nothing is answered, or all again, waiting requests included.
    pub fn hold(&self, is_holding: bool) {
        self.state().is_holding = is_holding;
        self.shared.1.notify_all();
    }

    /// The pushes that came so far.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.state().pushed.clone()
    }

    /// Waits until so many have come; gives all of them.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Pushed> {
        let end = Instant::now() + PATIENCE;
        let mut state = self.state();
        while state.pushed.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} pushes", state.pushed.len());
            let waited = self.shared.1.wait_timeout(state, left);
            state = waited.expect("no panic before").0;
        }
        state.pushed.clone()
    }
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, shared: &(Mutex<State>, Condvar)) {
    let mut reader = BufReader::new(stream);
    while let Some(pushed) = read(&mut reader) {
        let path = pushed.path.clone();
        let mut state = shared.0.lock().expect("no panic before");
        state.pushed.push(pushed);
        shared.1.notify_all();
        while state.is_holding {
            state = shared.1.wait(state).expect("no panic before");
        }
        let told = state.answers.iter().rev();
        let mut told = told.filter(|(start, ..)| path.starts_with(start));
        let (status, after) = told.next().map_or((201, ""), |(_, s, after)| (*s, *after));
        drop(state);
        let after = match after {
            "" => String::new(),
            after => format!("retry-after: {after}\r\n"),
        };
        let answer = format!(
            "HTTP/1.1 {status} Told\r\n{after}location: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
        );
        let mut stream = stream;
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Reads a request; none at the end.
fn read(reader: &mut BufReader<&TcpStream>) -> Option<Pushed> {
    let mut line = || {
        let mut line = String::new();
        let read = reader.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    };
    let path = line()?.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| headers.iter().find(|(key, _)| key == name);
    // Push services may refuse a request without a length.
    let (_, length) = header("content-length")?;
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Pushed {
        path,
        headers,
        body,
    })
}
