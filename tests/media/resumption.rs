//! Uploads that break off: by the connection, by a power cut, by another request.

use std::io::Write;
use std::net::TcpStream;

use whisper_testkit::{Person, TestApp};

use super::{CHUNK, append, begin, content, offset, picture, put};

/// Sends the head of a PUT, and the beginning of its body.
fn sending(app: &TestApp, who: &Person, id: &str, length: usize, sent: &[u8]) -> TcpStream {
    let address = app.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: {length}\r\n\r\n",
        content(id),
        who.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(sent).unwrap();
    stream
}

/// Waits until so many bytes are kept; asking for the file leaves the upload alone.
fn kept(app: &TestApp, who: &Person, id: &str, least: usize) -> usize {
    app.eventually(|| {
        let file = who.get(app, &format!("/v1/files/{id}")).expect(200);
        let kept = usize::try_from(file["uploadOffset"].as_u64()?).unwrap();
        (kept >= least).then_some(kept)
    })
}

#[test]
fn an_upload_goes_on_after_a_power_cut() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let bytes = picture(3_000_000);
    let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let stream = sending(&app, &ann, &id, bytes.len(), &bytes[..2_000_000]);
    let before = kept(&app, &ann, &id, 7 * CHUNK);
    let mut app = app;
    app.kill();
    drop(stream);
    let app = app.restart();
    let at = offset(&app, &ann, &id);
    assert!(at >= before && at.is_multiple_of(CHUNK), "{at}");
    append(&app, &ann, &id, (at, true), &bytes[at..]).expect(200);
    let read = ann.get(&app, &content(&id));
    assert!(read.bytes == bytes, "the bytes are those that were sent");
}

#[test]
fn all_that_came_before_the_connection_broke_is_kept() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bytes = picture(800_000);
    let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let stream = sending(&app, &ann, &id, bytes.len(), &bytes[..300_001]);
    kept(&app, &ann, &id, CHUNK);
    drop(stream);
    kept(&app, &ann, &id, 300_001);
    let at = offset(&app, &ann, &id);
    assert_eq!(at, 300_001);
    let rest = append(&app, &ann, &id, (at, false), &bytes[at..500_000]);
    assert_eq!(
        (rest.status, rest.header("upload-complete")),
        (204, Some("?0"))
    );
    append(&app, &ann, &id, (500_000, true), &bytes[500_000..]).expect(200);
    assert!(ann.get(&app, &content(&id)).bytes == bytes);
}

#[test]
fn a_client_that_comes_back_before_the_server_has_noticed_takes_the_upload_over() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bytes = picture(1_500_000);
    let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    // It hangs in the middle.
    let mut stream = sending(&app, &ann, &id, bytes.len(), &bytes[..700_000]);
    kept(&app, &ann, &id, 2 * CHUNK);
    let at = offset(&app, &ann, &id);
    // Late bytes of the first request don't move the place that was told.
    let _ = stream.write_all(&bytes[700_000..]);
    append(&app, &ann, &id, (at, true), &bytes[at..]).expect(200);
    assert!(ann.get(&app, &content(&id)).bytes == bytes);
}

#[test]
fn two_uploads_of_one_file_at_once_dont_mix() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bytes = picture(2_000_000);
    for _ in 0..3 {
        let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
        let replies: Vec<_> = std::thread::scope(|scope| {
            let both = [0, 1].map(|_| scope.spawn(|| put(&app, &ann, &id, &bytes)));
            both.into_iter().map(|sent| sent.join().unwrap()).collect()
        });
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        let taken = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(taken, 1, "{statuses:?}");
        assert!(statuses.contains(&409), "{statuses:?}");
        assert!(ann.get(&app, &content(&id)).bytes == bytes);
    }
}

#[test]
fn an_upload_is_given_up() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bytes = picture(400_000);
    let id = begin(&app, &ann, ("messages", "image/jpeg"), &bytes);
    append(&app, &ann, &id, (0, false), &bytes[..300_000]);
    append(&app, &ann, &id, (0, false), &bytes[..1]).expect_problem(409, "upload_offset_mismatch");
    ann.delete(&app, &content(&id)).expect(204);
    append(&app, &ann, &id, (300_000, true), &bytes[300_000..]).expect_problem(404, "not_found");
    let usage = ann.get(&app, "/v1/me/files/usage").expect(200);
    assert_eq!(usage["bytes"], 0);
}
