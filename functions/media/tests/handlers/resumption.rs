//! Uploads that break off and go on.

use serde_json::json;
use whisper_kit::testing::{Answer, broken_off, too_slow};
use whisper_kit::{Bytes, Error, Method};
use whisper_schema::prelude::{FileChunk, StoredFile};

use crate::scene::{CHUNK, DAY, JPEG, Person, Scene, block_on, bytes, content, header};

/// Sends bytes in pieces of 10,000, and then breaks off.
fn broken(scene: &Scene, who: &Person, id: &str, from: usize, sent: &[u8], end: Error) -> Answer {
    let pieces = sent
        .chunks(10_000)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)));
    let pieces: Vec<_> = pieces.chain([Err(end)]).collect();
    let request = scene.append(who, id, (from, true));
    block_on(scene.edge.request_in_pieces(request, pieces))
}

#[test]
fn all_that_came_before_a_break_is_kept() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, 2 * CHUNK + 9));
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    let mut at = 0;
    for next in [
        5,
        5,
        CHUNK - 1,
        CHUNK,
        CHUNK + 70_000,
        2 * CHUNK,
        2 * CHUNK + 1,
    ] {
        let end = if next % 2 == 0 {
            broken_off()
        } else {
            too_slow()
        };
        let (status, code) = match next % 2 {
            0 => (400, "incomplete_body"),
            _ => (408, "request_timeout"),
        };
        let answer = broken(&scene, &ann, &id, at, &sent[at..next], end);
        answer.expect_problem(status, code);
        let told = scene.offset(&ann, &id);
        assert_eq!(told.response.status().as_u16(), 204);
        assert_eq!(header(&told, "upload-offset"), next.to_string());
        assert_eq!(header(&told, "upload-complete"), "?0");
        assert_eq!(header(&told, "upload-length"), sent.len().to_string());
        at = next;
    }
    scene
        .appended(&ann, &id, (at, true), &sent[at..])
        .expect(200);
    assert!(scene.read(&content(&id), &ann.token).bytes == sent);
    assert_eq!(scene.count::<FileChunk>(), 3);
}

#[test]
fn an_upload_goes_on_part_by_part() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, CHUNK + 100));
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    for part in [0..10, 10..CHUNK, CHUNK..CHUNK + 100] {
        let answer = scene.appended(&ann, &id, (part.start, false), &sent[part.clone()]);
        assert_eq!(answer.response.status().as_u16(), 204);
        assert_eq!(header(&answer, "upload-offset"), part.end.to_string());
        assert_eq!(header(&answer, "upload-complete"), "?0");
    }
    // All bytes are there, and only the client says that it was the last part.
    assert_eq!(header(&scene.offset(&ann, &id), "upload-complete"), "?0");
    let file = scene
        .appended(&ann, &id, (sent.len(), true), &[])
        .expect(200);
    assert_eq!(file["state"], "ready");
    let told = scene.offset(&ann, &id);
    assert_eq!(
        (
            told.response.status().as_u16(),
            header(&told, "upload-complete")
        ),
        (200, "?1")
    );
    assert_eq!(header(&told, "upload-offset"), sent.len().to_string());
    let late = scene.appended(&ann, &id, (sent.len(), true), &[]);
    assert_eq!(header(&late, "upload-complete"), "?1");
    late.expect_problem(409, "upload_complete");
    assert!(scene.read(&content(&id), &ann.token).bytes == sent);
}

#[test]
fn a_file_of_exactly_one_chunk_is_whole_in_two_steps() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, CHUNK));
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    let answer = scene.appended(&ann, &id, (0, false), &sent);
    assert_eq!(answer.response.status().as_u16(), 204);
    scene.appended(&ann, &id, (CHUNK, true), &[]).expect(200);
    assert!(scene.read(&content(&id), &ann.token).bytes == sent);
    let file: StoredFile = scene.get(&id).unwrap();
    assert!(file.is_inline);
}

#[test]
fn bytes_that_begin_elsewhere_are_refused_with_the_right_place() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    scene.appended(&ann, &id, (0, false), &JPEG[..7]);
    for offset in [0, 6, 8, 100_000] {
        let answer = scene.appended(&ann, &id, (offset, false), &JPEG[..1]);
        assert_eq!(header(&answer, "upload-offset"), "7");
        answer.expect_problem(409, "upload_offset_mismatch");
    }
    let answer = scene.sent(&ann, &id, JPEG);
    assert_eq!(header(&answer, "upload-offset"), "7");
    answer.expect_problem(409, "upload_offset_mismatch");
    scene.appended(&ann, &id, (7, true), &JPEG[7..]).expect(200);
}

#[test]
fn the_headers_of_the_draft_are_needed_and_checked() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    for (name, value, status, code) in [
        ("content-type", "image/jpeg", 415, "unsupported_media_type"),
        ("upload-offset", "-1", 400, "invalid_header"),
        ("upload-offset", "1e3", 400, "invalid_header"),
        ("upload-offset", "", 400, "invalid_header"),
        ("upload-complete", "1", 400, "invalid_header"),
        ("upload-length", "x", 400, "invalid_header"),
        ("upload-length", "3", 422, "validation_failed"),
        ("content-length", "3", 422, "validation_failed"),
        ("content-length", "999", 422, "validation_failed"),
    ] {
        let mut request = scene.append(&ann, &id, (0, true));
        request.headers.insert(name, value.parse().unwrap());
        let pieces = [Ok(Bytes::from_static(JPEG))];
        let answer = block_on(scene.edge.request_in_pieces(request, pieces));
        answer.expect_problem(status, code);
    }
    for name in ["upload-offset", "upload-complete", "content-type"] {
        let mut request = scene.append(&ann, &id, (0, true));
        request.headers.remove(name);
        let status = scene.request(request).response.status().as_u16();
        assert!(matches!(status, 400 | 415), "{name}: {status}");
    }
    assert_eq!(header(&scene.offset(&ann, &id), "upload-offset"), "0");
}

#[test]
fn of_two_requests_the_later_one_is_taken_and_nothing_mixes() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, 3 * CHUNK));
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    // In the middle of the first request the client comes back: it asks where to go on, and sends the rest.
    let edge = scene.edge.another(&media::api());
    let other = Scene { edge };
    let (second, who, rest) = (id.clone(), ann.clone(), sent.clone());
    let mut pieces = sent
        .chunks(CHUNK / 2)
        .map(Bytes::copy_from_slice)
        .collect::<Vec<_>>()
        .into_iter();
    let mut number = 0;
    let pieces = std::iter::from_fn(move || {
        number += 1;
        if number == 4 {
            let told = other.offset(&who, &second);
            assert_eq!(header(&told, "upload-offset"), CHUNK.to_string());
            other
                .appended(&who, &second, (CHUNK, true), &rest[CHUNK..])
                .expect(200);
        }
        pieces.next().map(Ok)
    });
    let request = scene.append(&ann, &id, (0, true));
    let late = block_on(scene.edge.request_in_pieces(request, pieces));
    assert_eq!(header(&late, "upload-complete"), "?1");
    late.expect_problem(409, "upload_complete");
    assert!(scene.read(&content(&id), &ann.token).bytes == sent);
}

#[test]
fn a_request_that_lost_its_turn_is_told_where_the_upload_is() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, 3 * CHUNK));
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    let other = Scene {
        edge: scene.edge.another(&media::api()),
    };
    let (second, who) = (id.clone(), ann.clone());
    let mut pieces = sent
        .chunks(CHUNK)
        .map(Bytes::copy_from_slice)
        .collect::<Vec<_>>()
        .into_iter();
    let mut number = 0;
    let pieces = std::iter::from_fn(move || {
        number += 1;
        if number == 2 {
            other.offset(&who, &second);
        }
        pieces.next().map(Ok)
    });
    let late = block_on(
        scene
            .edge
            .request_in_pieces(scene.append(&ann, &id, (0, true)), pieces),
    );
    assert_eq!(header(&late, "upload-offset"), CHUNK.to_string());
    late.expect_problem(409, "upload_offset_mismatch");
    scene
        .appended(&ann, &id, (CHUNK, true), &sent[CHUNK..])
        .expect(200);
}

#[test]
fn an_upload_that_is_given_up_is_gone_for_the_request_that_sends_to_it() {
    let (scene, sent) = (Scene::new(), bytes(JPEG, 3 * CHUNK));
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), sent.len());
    let other = Scene {
        edge: scene.edge.another(&media::api()),
    };
    let (path, who) = (content(&id), ann.clone());
    let mut pieces = sent
        .chunks(CHUNK)
        .map(Bytes::copy_from_slice)
        .collect::<Vec<_>>()
        .into_iter();
    let mut number = 0;
    let pieces = std::iter::from_fn(move || {
        number += 1;
        if number == 2 {
            let cancelled = other.send(Method::DELETE, &path, &who.token, &json!(null));
            cancelled.expect(204);
        }
        pieces.next().map(Ok)
    });
    let late = block_on(
        scene
            .edge
            .request_in_pieces(scene.append(&ann, &id, (0, true)), pieces),
    );
    late.expect_problem(404, "not_found");
    scene.run();
    assert_eq!(scene.count::<StoredFile>() + scene.count::<FileChunk>(), 0);
}

#[test]
fn an_upload_ends_after_a_day() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.begun(&ann, ("messages", "image/jpeg"), JPEG.len());
    scene.appended(&ann, &id, (0, false), &JPEG[..7]);
    scene.edge.advance(DAY - 1);
    let ann = Person {
        token: block_on(scene.edge.session(&ann.id)),
        ..ann
    };
    assert_eq!(
        header(&scene.offset(&ann, &id), "upload-limit"),
        format!("max-size={}, max-age=0", JPEG.len())
    );
    scene.edge.advance(1);
    scene
        .appended(&ann, &id, (7, true), &JPEG[7..])
        .expect_problem(404, "not_found");
    assert_eq!(scene.offset(&ann, &id).response.status().as_u16(), 404);
    assert_eq!(scene.run()["done"], 2);
    assert_eq!(scene.count::<StoredFile>() + scene.count::<FileChunk>(), 0);
}
