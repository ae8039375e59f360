//! Messages are found soon after they were sent.

use whisper_testkit::{TestApp, Value, json};

use super::{contents, found, group, say, search, send};

#[test]
fn words_are_found_soon_and_marked() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    say(&app, &ann, &room, "Große Pläne für Zürich");
    say(&app, &bob, &room, "東京都に行く");
    say(&app, &ann, &room, "nothing of it");
    let path = format!("{room}/search?query=grosse+zur");
    assert_eq!(found(&app, &bob, &path, 1), ["Große Pläne für Zürich"]);
    let page = bob.get(&app, &path).expect(200);
    let mark =
        |start: u64, length: u64| json!({"field": "content", "start": start, "length": length});
    assert_eq!(
        page["items"][0]["matches"],
        json!([mark(0, 5), mark(16, 6)])
    );
    assert_eq!(page["users"][&ann.id]["username"], ann.username.as_str());
    let path = format!("{room}/search?query=%E4%BA%AC%E9%83%BD");
    assert_eq!(found(&app, &ann, &path, 1), ["東京都に行く"]);
    // A direct conversation and a group, the newest first.
    let direct = json!({"type": "direct", "participantIds": [bob.id]});
    let direct = ann.post(&app, "/v1/conversations", &direct).expect(201);
    let direct = format!("/v1/conversations/{}", direct["id"].as_str().unwrap());
    say(&app, &ann, &direct, "kleine Pläne");
    let all = found(&app, &ann, "/v1/search/messages?query=plane", 2);
    assert_eq!(all, ["kleine Pläne", "Große Pläne für Zürich"]);
    let mine = format!("/v1/search/messages?query=plane&from={}", bob.id);
    assert!(contents(&ann.get(&app, &mine).expect(200)).is_empty());
}

#[test]
fn what_is_edited_or_deleted_for_all_is_found_by_its_old_words_no_more() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let message = say(&app, &ann, &room, "plain words https://example.com");
    let old = format!("{room}/search?query=plain");
    assert_eq!(found(&app, &bob, &old, 1).len(), 1);
    let message = format!("{room}/messages/{message}");
    ann.call(&app, "PATCH", &message)
        .json(&json!({"content": "fancy letters", "links": ["https://example.com"]}))
        .send()
        .expect(200);
    assert!(found(&app, &bob, &old, 0).is_empty());
    let new = format!("{room}/search?query=fancy");
    assert_eq!(found(&app, &bob, &new, 1), ["fancy letters"]);
    let links = format!("{room}/media?kind=links");
    assert_eq!(found(&app, &bob, &links, 1), ["fancy letters"]);
    ann.delete(&app, &message).expect(204);
    for path in [&old, &new, &links] {
        assert!(found(&app, &bob, path, 0).is_empty());
    }
}

#[test]
fn pages_lead_both_ways() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    for n in 0..5 {
        say(&app, &ann, &room, &format!("hello {n}"));
    }
    found(&app, &ann, &format!("{room}/search?query=hello"), 5);
    let page =
        |more: &str| search(&app, &ann, &room, &format!("query=hello&limit=2{more}")).expect(200);
    let cursor = |page: &Value, key: &str| page[key].as_str().unwrap().to_owned();
    let first = page("");
    assert_eq!(contents(&first), ["hello 4", "hello 3"]);
    let second = page(&format!("&after={}", cursor(&first, "next")));
    assert_eq!(contents(&second), ["hello 2", "hello 1"]);
    let last = page(&format!("&after={}", cursor(&second, "next")));
    assert_eq!(
        (contents(&last), &last["next"]),
        (vec!["hello 0".to_owned()], &json!(null))
    );
    let back = page(&format!("&before={}", cursor(&last, "previous")));
    assert_eq!(contents(&back), ["hello 2", "hello 1"]);
}

#[test]
fn media_and_links_by_kind() {
    let app = TestApp::start();
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let image = json!({"contentType": "image", "content": "picture", "mediaUrls": ["https://cdn.example/1"]});
    send(&app, &ann, &room, &image);
    let file = json!({"contentType": "file", "content": "file", "mediaUrls": ["https://cdn.example/2"],
        "metadata": {"fileName": "Report.pdf"}});
    send(&app, &ann, &room, &file);
    send(
        &app,
        &ann,
        &room,
        &json!({"content": "link", "links": ["https://example.com"]}),
    );
    assert_eq!(
        found(&app, &ann, &format!("{room}/media?kind=links"), 1),
        ["link"]
    );
    let both = found(&app, &ann, &format!("{room}/media?kind=files,images"), 2);
    assert_eq!(both, ["file", "picture"]);
    let page = search(&app, &ann, &room, "query=report").expect(200);
    assert_eq!(page["items"][0]["matches"][0]["field"], "metadata.fileName");
    assert_eq!(
        contents(&search(&app, &ann, &room, "query=picture&has=media").expect(200)),
        ["picture"]
    );
    assert!(contents(&search(&app, &ann, &room, "query=picture&has=link").expect(200)).is_empty());
}

#[test]
fn what_expires_is_found_no_more() {
    let Some(app) = TestApp::own().start() else {
        return;
    };
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    let first = json!({"content": "hello"});
    let first = ann
        .post(&app, &format!("{room}/messages"), &first)
        .expect(201);
    // Ten minutes later, by way of the offset.
    let at = first["createdAt"].as_str().unwrap();
    let end = format!("{}-00:10", at.strip_suffix('Z').unwrap());
    send(
        &app,
        &ann,
        &room,
        &json!({"content": "hello soon", "expiresAt": end}),
    );
    let path = format!("{room}/search?query=hello");
    assert_eq!(found(&app, &ann, &path, 2), ["hello soon", "hello"]);
    app.advance("600s");
    assert_eq!(contents(&ann.get(&app, &path).expect(200)), ["hello"]);
}

/// The schedule alone takes in each message once, though no call wakes the consumer and the host dies.
#[test]
fn what_no_call_told_of_is_taken_in_by_the_schedule() {
    let own = TestApp::own().variable("event_consumers", "");
    let Some(mut app) = own.start() else {
        return;
    };
    let ann = app.person("ann");
    let room = group(&app, &ann, &[]);
    for n in 0..120 {
        say(&app, &ann, &room, &format!("hello {n}"));
    }
    app.kill();
    let app = app.restart();
    app.eventually(|| {
        let report = app.run_job("search").expect(200);
        (report["capped"] == false).then_some(())
    });
    let page = search(&app, &ann, &room, "query=hello&limit=100").expect(200);
    assert_eq!(contents(&page).len(), 100);
    let rest = format!(
        "query=hello&limit=100&after={}",
        page["next"].as_str().unwrap()
    );
    assert_eq!(
        contents(&search(&app, &ann, &room, &rest).expect(200)).len(),
        20
    );
}
