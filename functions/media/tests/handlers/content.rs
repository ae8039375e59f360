//! Contents as they are served: ranges, versions, headers.

use whisper_kit::Method;
use whisper_kit::testing::Answer;

use crate::scene::{CHUNK, JPEG, MP4, Person, Scene, bytes, content, header};

fn read(scene: &Scene, who: &Person, id: &str, headers: &[(&'static str, &str)]) -> Answer {
    let request = scene.with_headers((Method::GET, &content(id)), &who.token, headers);
    scene.request(request)
}

fn status(answer: &Answer) -> u16 {
    answer.response.status().as_u16()
}

#[test]
fn a_range_is_a_part_of_the_bytes() {
    let (scene, sent) = (Scene::new(), bytes(MP4, 2 * CHUNK + 500));
    let ann = scene.person();
    let id = scene.uploaded(&ann, ("video", "video/mp4"), &sent);
    let size = sent.len();
    for (asked, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=100-199", 100..200),
        (
            &format!("bytes={}-{}", CHUNK - 10, CHUNK + 9),
            CHUNK - 10..CHUNK + 10,
        ),
        (&format!("bytes={}-", CHUNK), CHUNK..size),
        ("bytes=-500", size - 500..size),
        ("bytes=0-", 0..size),
        (&format!("bytes=10-{}", size + 1000), 10..size),
    ] {
        let answer = read(&scene, &ann, &id, &[("range", asked)]);
        assert_eq!(status(&answer), 206, "{asked}");
        let place = format!("bytes {}-{}/{size}", part.start, part.end - 1);
        assert_eq!(header(&answer, "content-range"), place);
        assert_eq!(header(&answer, "content-length"), part.len().to_string());
        assert_eq!(header(&answer, "content-type"), "video/mp4");
        assert!(answer.bytes == sent[part], "{asked}");
    }
    let answer = read(&scene, &ann, &id, &[("range", &format!("bytes={size}-"))]);
    assert_eq!(header(&answer, "content-range"), format!("bytes */{size}"));
    answer.expect_problem(416, "range_not_satisfiable");
    let long = format!("bytes={}", "0-0,".repeat(300));
    read(&scene, &ann, &id, &[("range", &long)]).expect_problem(400, "invalid_header");
    for whole in ["bytes=5-1", "lines=1-2", "bytes=x"] {
        assert_eq!(
            status(&read(&scene, &ann, &id, &[("range", whole)])),
            200,
            "{whole}"
        );
    }
}

#[test]
fn several_ranges_stand_one_after_the_other() {
    let (scene, sent) = (Scene::new(), bytes(MP4, CHUNK + 500));
    let ann = scene.person();
    let id = scene.uploaded(&ann, ("video", "video/mp4"), &sent);
    let asked = format!("bytes=0-4, {}-{}", CHUNK - 2, CHUNK + 1);
    let answer = read(&scene, &ann, &id, &[("range", &asked)]);
    assert_eq!(status(&answer), 206);
    let kind = header(&answer, "content-type").to_owned();
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap();
    assert_eq!(header(&answer, "content-range"), "");
    let size = sent.len();
    let part = |place: &str, bytes: &[u8]| {
        let head = format!(
            "--{boundary}\r\ncontent-type: video/mp4\r\ncontent-range: bytes {place}/{size}\r\n\r\n"
        );
        [head.as_bytes(), bytes].concat()
    };
    let wanted = [
        part("0-4", &sent[..5]),
        b"\r\n".to_vec(),
        part(
            &format!("{}-{}", CHUNK - 2, CHUNK + 1),
            &sent[CHUNK - 2..CHUNK + 2],
        ),
        format!("\r\n--{boundary}--\r\n").into_bytes(),
    ];
    assert!(answer.bytes == wanted.concat());
    assert_eq!(
        header(&answer, "content-length"),
        answer.bytes.len().to_string()
    );
}

#[test]
fn the_hash_is_the_version() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, CHUNK + 1));
    let ann = scene.person();
    let id = scene.uploaded(&ann, ("messages", "image/jpeg"), &sent);
    let file = scene
        .read(&format!("/v1/files/{id}"), &ann.token)
        .expect(200);
    let etag = format!("\"{}\"", file["sha256"].as_str().unwrap());
    assert_eq!(header(&read(&scene, &ann, &id, &[]), "etag"), etag);
    for known in [etag.as_str(), "\"x\", *", "*"] {
        let answer = read(&scene, &ann, &id, &[("if-none-match", known)]);
        if known.contains(", *") {
            assert_eq!(status(&answer), 200);
            continue;
        }
        assert_eq!((status(&answer), answer.bytes.len()), (304, 0), "{known}");
        assert_eq!(header(&answer, "etag"), etag);
    }
    let both = [("if-none-match", etag.as_str()), ("range", "bytes=0-1")];
    assert_eq!(status(&read(&scene, &ann, &id, &both)), 304);
    for (version, wanted) in [(etag.as_str(), 206), ("\"other\"", 200)] {
        let answer = read(
            &scene,
            &ann,
            &id,
            &[("range", "bytes=0-1"), ("if-range", version)],
        );
        assert_eq!(status(&answer), wanted, "{version}");
    }
}

#[test]
fn a_head_is_that_of_the_body_without_it() {
    let scene = Scene::new();
    let ann = scene.person();
    for length in [30, 3 * CHUNK] {
        let sent = bytes(JPEG, length);
        let id = scene.uploaded(&ann, ("messages", "image/jpeg"), &sent);
        for headers in [&[][..], &[("range", "bytes=3-12")]] {
            let request = |method| scene.with_headers((method, &content(&id)), &ann.token, headers);
            let (head, whole) = (
                scene.request(request(Method::HEAD)),
                scene.request(request(Method::GET)),
            );
            assert_eq!(head.bytes.len(), 0);
            assert_eq!(status(&head), status(&whole));
            for name in ["content-length", "content-range", "content-type", "etag"] {
                assert_eq!(
                    header(&head, name),
                    header(&whole, name),
                    "{name} of {length}"
                );
            }
        }
    }
}

#[test]
fn contents_are_served_so_that_nothing_in_them_runs() {
    let scene = Scene::new();
    let ann = scene.person();
    let polyglot = [
        JPEG,
        b"<html><script>alert(document.cookie)</script></html>",
    ]
    .concat();
    let page = b"<html><script>alert(1)</script>";
    for (bucket, mime_type, sent, disposition) in [
        ("messages", "image/jpeg", JPEG, "inline"),
        ("messages", "image/jpeg", &polyglot, "attachment"),
        ("documents", "application/pdf", b"%PDF-1.7\n", "attachment"),
        ("documents", "text/plain", page, "attachment"),
        ("video", "video/mp4", MP4, "inline"),
        ("voice", "audio/ogg", b"OggS\0\x02", "inline"),
    ] {
        let id = scene.uploaded(&ann, (bucket, mime_type), sent);
        let answer = read(&scene, &ann, &id, &[("accept-encoding", "gzip")]);
        let shown = header(&answer, "content-disposition");
        assert!(
            shown.starts_with(&format!("{disposition}; filename=\"a name\"")),
            "{mime_type}: {shown}"
        );
        for (name, value) in [
            ("content-type", mime_type),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            (
                "cache-control",
                "private, max-age=31536000, immutable, no-transform",
            ),
            ("accept-ranges", "bytes"),
            ("content-encoding", ""),
        ] {
            assert_eq!(header(&answer, name), value, "{mime_type}: {name}");
        }
        assert!(answer.bytes == sent);
    }
}
