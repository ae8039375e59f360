//! Finds by kind and by time, and what is never found: encrypted words, and those from before one's history begins.

use whisper_testkit::{TestApp, json};

use super::{contents, found, group, say, search, send};

#[test]
fn finds_are_chosen_by_kind_sender_and_time() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let at = |message: &str| {
        let path = format!("{room}/messages/{message}");
        let message = ann.get(&app, &path).expect(200);
        message["createdAt"].as_str().unwrap().to_owned()
    };
    let first = at(&say(&app, &ann, &room, "word one"));
    app.advance("60s");
    let link = json!({"content": "word two", "links": ["https://example.com"]});
    let second = at(&send(&app, &bob, &room, &link));
    app.advance("60s");
    let image = json!({"contentType": "image", "content": "word three", "mediaUrls": ["https://cdn.example/1"]});
    let image = send(&app, &ann, &room, &image);
    let third = at(&image);
    assert!(first < second && second < third);
    let (ann_id, bob_id) = (&ann.id, &bob.id);
    let all = ["word three", "word two", "word one"];
    for place in [format!("{room}/search"), "/v1/search/messages".to_owned()] {
        let ask = |filters: &str| format!("{place}?query=word{filters}");
        assert_eq!(found(&app, &bob, &ask(""), 3), all);
        for (filters, wanted) in [
            ("&kind=image".to_owned(), &all[..1]),
            ("&kind=text".to_owned(), &all[1..]),
            ("&kind=video".to_owned(), &[]),
            (format!("&from={ann_id}&kind=text"), &all[2..]),
            ("&has=link".to_owned(), &all[1..2]),
            // From a time on, and until before one.
            (format!("&sentAfter={second}"), &all[..2]),
            (format!("&sentBefore={second}"), &all[2..]),
            (
                format!("&sentAfter={second}&sentBefore={third}"),
                &all[1..2],
            ),
            (format!("&sentAfter={third}&from={bob_id}"), &[]),
            (format!("&sentBefore={first}"), &[]),
        ] {
            let page = bob.get(&app, &ask(&filters)).expect(200);
            assert_eq!(contents(&page), wanted, "{place} {filters}");
        }
    }
}

#[test]
fn neither_ciphertext_is_found_nor_words_from_before_ones_history_begins() {
    let app = TestApp::start();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let room = group(&app, &ann, &[&bob]);
    let set = |history: &str| {
        let settings = json!({"settings": {"history": history}});
        let change = ann.call(&app, "PATCH", &room).header("if-match", "*");
        change.json(&settings).send().expect(200);
    };
    let link = |words: &str| json!({"content": words, "links": ["https://example.com"]});
    send(&app, &ann, &room, &link("word before"));
    set("joined");
    let join = json!({"userIds": [cid.id]});
    ann.post(&app, &format!("{room}/members"), &join)
        .expect(200);
    cid.accept(&app, room.rsplit('/').next().unwrap());
    send(&app, &ann, &room, &link("word after"));
    let paths = [
        format!("{room}/search?query=word"),
        "/v1/search/messages?query=word".to_owned(),
        format!("{room}/media?kind=links"),
    ];
    for path in &paths {
        assert_eq!(found(&app, &bob, path, 2), ["word after", "word before"]);
        let seen = cid.get(&app, path).expect(200);
        assert_eq!(contents(&seen), ["word after"], "{path}");
    }
    // A message that one cleared away or deleted for oneself is not found either.
    bob.post(&app, &format!("{room}/clear"), &json!(null))
        .expect(200);
    for path in &paths {
        assert_eq!(
            contents(&bob.get(&app, path).expect(200)),
            [""; 0],
            "{path}"
        );
    }
    set("all");
    for path in &paths {
        let seen = cid.get(&app, path).expect(200);
        assert_eq!(contents(&seen), ["word after", "word before"], "{path}");
    }
    // What clients encrypt is never found.
    let body =
        json!({"type": "group", "name": "Vault", "isEncrypted": true, "participantIds": [bob.id]});
    let vault = ann.post(&app, "/v1/conversations", &body).expect(201);
    let vault = vault["id"].as_str().unwrap();
    bob.accept(&app, vault);
    let vault = format!("/v1/conversations/{vault}");
    say(&app, &ann, &vault, "c2VjcmV0");
    say(&app, &ann, &room, "c2VjcmV0 in the open");
    // The open one was sent later: once it is found, both were looked at.
    let all = "/v1/search/messages?query=c2VjcmV0";
    for who in [&ann, &bob] {
        assert_eq!(found(&app, who, all, 1), ["c2VjcmV0 in the open"]);
        let here = search(&app, who, &vault, "query=c2VjcmV0").expect(200);
        assert_eq!(contents(&here), [""; 0]);
    }
}
