//! Serving files: ranges, versions, and addresses that end.

use whisper_testkit::{Person, Reply, TestApp};

use super::{CHUNK, content, id, picture, sha256, uploaded};

fn read(app: &TestApp, who: &Person, id: &str, headers: &[(&str, &str)]) -> Reply {
    let call = who.call(app, "GET", &content(id));
    let call = headers
        .iter()
        .fold(call, |call, (name, value)| call.header(name, value));
    call.send()
}

#[test]
fn ranges_are_parts_of_the_bytes() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bytes = picture(3 * CHUNK + 1234);
    let size = bytes.len();
    let file = uploaded(&app, &ann, ("messages", "image/jpeg"), &bytes);
    for (asked, part) in [
        ("bytes=0-9".to_owned(), 0..10),
        (
            format!("bytes={}-{}", CHUNK - 5, 2 * CHUNK + 5),
            CHUNK - 5..2 * CHUNK + 6,
        ),
        ("bytes=-100".to_owned(), size - 100..size),
        ("bytes=700000-".to_owned(), 700_000..size),
    ] {
        let reply = read(&app, &ann, id(&file), &[("range", &asked)]);
        assert_eq!(reply.status, 206, "{asked}");
        let place = format!("bytes {}-{}/{size}", part.start, part.end - 1);
        assert_eq!(reply.header("content-range"), Some(place.as_str()));
        assert!(reply.bytes == bytes[part], "{asked}");
    }
    let several = read(&app, &ann, id(&file), &[("range", "bytes=0-1,1000-1003")]);
    assert_eq!(several.status, 206);
    let kind = several.header("content-type").unwrap();
    assert!(
        kind.starts_with("multipart/byteranges; boundary="),
        "{kind}"
    );
    assert!(
        several
            .text
            .contains(&format!("content-range: bytes 1000-1003/{size}"))
    );
    let past = read(&app, &ann, id(&file), &[("range", "bytes=99999999-")]);
    past.expect_problem(416, "range_not_satisfiable");
}

#[test]
fn a_version_that_is_known_is_not_sent_again() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let bytes = picture(2 * CHUNK);
    let file = uploaded(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let etag = format!("\"{}\"", sha256(&bytes));
    let first = read(&app, &ann, id(&file), &[]);
    assert_eq!(first.header("etag"), Some(etag.as_str()));
    let kept = "private, max-age=31536000, immutable, no-transform";
    assert_eq!(first.header("cache-control"), Some(kept));
    let known = read(&app, &ann, id(&file), &[("if-none-match", &etag)]);
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    let range = [("range", "bytes=0-4"), ("if-range", "\"other\"")];
    assert_eq!(read(&app, &ann, id(&file), &range).status, 200);
    let head = ann.call(&app, "HEAD", &content(id(&file))).send();
    let length = bytes.len().to_string();
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some(length.as_str()))
    );
}

#[test]
fn a_signed_address_is_good_for_some_minutes() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let bytes = picture(400_000);
    let file = uploaded(&app, &ann, ("messages", "image/jpeg"), &bytes);
    let url = file["url"].as_str().unwrap();
    assert!(app.get(url).send().bytes == bytes);
    for wrong in [
        url.replace(&ann.id, &bob.id),
        url.replace("sig=", "sig=A"),
        content(id(&file)),
    ] {
        app.get(&wrong)
            .send()
            .expect_problem(401, "unauthenticated");
    }
    read(&app, &bob, id(&file), &[]).expect_problem(404, "not_found");
    app.advance("21m");
    app.get(url).send().expect_problem(401, "unauthenticated");
    assert!(!app.log().contains("sig="), "no address stands in the log");
}
