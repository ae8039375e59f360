//! A server that components call, and that answers when the test says so: a request that waits for it is in flight.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};

use crate::TestApp;

/// The server.
pub struct Gate(TcpListener);

/// A request that waits for its answer.
pub struct Caller(TcpStream);

impl Gate {
    /// A server on a port that the system chose.
    #[allow(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener
            .set_nonblocking(true)
            .expect("a listener that doesn't wait");
        Self(listener)
    }

    /// Its address, such as `http://127.0.0.1:4711`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("an address"))
    }

    /// The next request, once it is here.
    #[track_caller]
    pub fn caller(&self, app: &TestApp) -> Caller {
        let stream = app.eventually(|| match self.0.accept() {
            Ok((stream, _)) => Some(stream),
            Err(e) if e.kind() == ErrorKind::WouldBlock => None,
            Err(e) => panic!("{e}"),
        });
        stream
            .set_nonblocking(false)
            .expect("a connection that waits");
        let head = BufReader::new(&stream).lines().map_while(Result::ok);
        head.take_while(|line| !line.is_empty()).for_each(drop);
        Caller(stream)
    }
}

impl Caller {
    /// Answers with 200.
    pub fn answer(mut self) {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        self.0.write_all(answer.as_bytes()).expect("an answer sent");
    }
}
