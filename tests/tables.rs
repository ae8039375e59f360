//! The bundle with its documents on an Appwrite server.

mod kinds;

use std::rc::Rc;

use appwrite_server::{KEY, PROJECT, Server};
use futures::executor::block_on;
use whisper_schema::Document;
use whisper_schema::prelude::{
    Bot, BotCommands, ContactBook, ContactRequest, ConversationBot, IncomingWebhook, Message,
    MessageDraft, MessageMark, MessageReaction, MessageReactionCount, MessageRemains,
    MessageVersion, ReceiptTrail, Story, Timestamp, WebhookAttempt, WebhookDelivery,
};
use whisper_store::tables::native::HttpTransport;
use whisper_store::tables::{Credentials, Tables};
use whisper_store::{Query, Store};
use whisper_testkit::push::PushService;
use whisper_testkit::{Builder, Person, TestApp, Value, json};

use crate::schema_push::{push, server};

/// A bundle on a server that has the schema.
fn on(server: &Server) -> Option<TestApp> {
    with(server, TestApp::own())
}

/// The same with other settings besides.
fn with(server: &Server, builder: Builder) -> Option<TestApp> {
    push(server);
    let endpoint = server.endpoint();
    builder
        .variable("store", "appwrite")
        .variable("appwrite_endpoint", &endpoint)
        .variable("appwrite_origin", endpoint.trim_end_matches("/v1"))
        .variable("appwrite_project", PROJECT)
        .variable("appwrite_key", KEY)
        .start()
}

/// How many documents of a collection the server has.
fn count<D: Document>(server: &Server) -> u64 {
    let key = Credentials::new(KEY);
    let tables = Tables::new(&server.endpoint(), PROJECT, key, HttpTransport::new());
    let store = Store::tables(tables, Rc::new(|| Timestamp::from_millis(0)));
    block_on(store.read(Query::<D>::new().count(1000))).unwrap()
}

fn items_of(page: &whisper_testkit::Value) -> &Vec<whisper_testkit::Value> {
    page["items"].as_array().unwrap()
}

#[test]
fn people_write_to_each_other_and_stories_expire() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let direct = json!({"type": "direct", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &direct).expect(201);
    let id = made["id"].as_str().unwrap();
    let messages = format!("/v1/conversations/{id}/messages");
    // One of them is a text that the server would execute.
    let texts = ["hi", r#"{"method":"increment","values":[1]}"#];
    for content in texts {
        let sent = json!({"content": content});
        ann.post(&app, &messages, &sent).expect(201);
    }
    let history = bob.get(&app, &messages).expect(200);
    let items = history["items"].as_array().unwrap().iter();
    let found: Vec<&str> = items
        .map(|item| item["content"].as_str().unwrap())
        .collect();
    assert_eq!(found, [texts[1], texts[0]]);
    eve.get(&app, &messages).expect_problem(404, "not_found");
    assert_eq!(count::<Message>(&server), 2);

    // Bob reacts to one of them: twice is once, and a second kind is another.
    let message = items_of(&history)[0]["id"].as_str().unwrap().to_owned();
    let reactions = format!("{messages}/{message}/reactions");
    for reaction in ["%F0%9F%91%8D", "%F0%9F%91%8D", "%F0%9F%8E%89"] {
        let path = format!("{reactions}/{reaction}");
        bob.put(&app, &path, &json!(null)).expect(200);
    }
    let seen = ann.get(&app, &format!("{messages}/{message}")).expect(200);
    assert_eq!(
        seen["reactionCounts"],
        json!([{"reaction": "👍", "count": 1}, {"reaction": "🎉", "count": 1}])
    );
    bob.delete(&app, &format!("{reactions}/%F0%9F%91%8D"))
        .expect(204);
    let listed = ann.get(&app, &format!("{reactions}?reaction=%F0%9F%8E%89"));
    assert_eq!(items_of(&listed.expect(200))[0]["userId"], bob.id);
    assert_eq!(count::<MessageReaction>(&server), 1);
    assert_eq!(count::<MessageReactionCount>(&server), 1);

    // Her messages are worth points, soon.
    app.eventually(|| {
        let progress = ann.get(&app, "/v1/me/progress").expect(200);
        (progress["today"]["left"]["message_sent"].as_u64() < Some(50)).then_some(())
    });

    let story = json!({"contentType": "text", "text": "hello", "privacy": "public"});
    let story = ann.post(&app, "/v1/stories", &story).expect(201);
    let path = format!("/v1/stories/{}", story["id"].as_str().unwrap());
    bob.get(&app, &path).expect(200);
    assert_eq!(count::<Story>(&server), 1);
    app.advance("25h");
    let swept = app.run_job("story-expiry").expect(200);
    assert_eq!(swept["done"], 1, "{swept}");
    assert_eq!(count::<Story>(&server), 0);
    assert_eq!(server.chunked(), 0, "every request says its length");
}

#[test]
fn messages_are_pinned_answered_and_drafted() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let direct = json!({"type": "direct", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &direct).expect(201);
    let id = made["id"].as_str().unwrap();
    let messages = format!("/v1/conversations/{id}/messages");
    let hello = json!({"content": "hello"});
    let sent = ann.post(&app, &messages, &hello).expect(201);
    let message = sent["id"].as_str().unwrap();

    // Bob pins it and answers it.
    let pin = format!("{messages}/{message}/pin");
    for _ in 0..2 {
        bob.put(&app, &pin, &json!(null)).expect(200);
    }
    let pins = ann.get(&app, &format!("/v1/conversations/{id}/pins"));
    assert_eq!(items_of(&pins.expect(200))[0]["messageId"], message);
    bob.delete(&app, &pin).expect(204);
    for content in ["one", "two"] {
        let reply = json!({"content": content, "replyToMessageId": message});
        bob.post(&app, &messages, &reply).expect(201);
    }
    let thread = ann.get(&app, &format!("{messages}/{message}/replies"));
    assert_eq!(items_of(&thread.expect(200)).len(), 2);
    let seen = ann.get(&app, &format!("{messages}/{message}")).expect(200);
    assert_eq!(
        (&seen["replyCount"], &seen["isPinned"]),
        (&json!(2), &json!(false))
    );

    // A text that he begins to write waits for him.
    let draft = format!("/v1/conversations/{id}/draft");
    for words in ["See", "See you"] {
        bob.put(&app, &draft, &json!({ "content": words }))
            .expect(200);
    }
    let drafts = bob.get(&app, "/v1/me/drafts").expect(200);
    assert_eq!(items_of(&drafts)[0]["content"], "See you");
    bob.delete(&app, &draft).expect(204);
    assert_eq!(count::<MessageDraft>(&server), 0);
}

#[test]
fn lists_are_ordered_sorted_into_folders_counted_and_caught_up_on() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let make = |name: &str| {
        let group = json!({"type": "group", "name": name, "participantIds": [ann.id]});
        let made = bob.post(&app, "/v1/conversations", &group).expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        ann.accept(&app, &id);
        id
    };
    let (one, two) = (make("One"), make("Two"));
    let say = |id: &str| {
        let path = format!("/v1/conversations/{id}/messages");
        bob.post(&app, &path, &json!({"content": "hi"})).expect(201);
    };
    let list = |query: &str| {
        let seen = ann.get(&app, &format!("/v1/conversations{query}"));
        let seen = seen.expect(200);
        let ids = items_of(&seen)
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), seen)
    };
    let pins = json!({"conversationIds": [one, two]});
    for _ in 0..2 {
        ann.put(&app, "/v1/me/pinned-conversations", &pins)
            .expect(200);
    }
    say(&two);
    assert_eq!(list("").0, [one.clone(), two.clone()]);
    let folder = json!({"name": "News", "kinds": ["groups"], "exclusions": ["read"]});
    let folder = ann.post(&app, "/v1/me/folders", &folder).expect(201);
    let folder = format!("?folder={}", folder["id"].as_str().unwrap());
    assert_eq!(list(&folder).0, [two.as_str()]);
    let unread = ann.get(&app, "/v1/me/unread").expect(200);
    assert_eq!(
        (&unread["messages"], &unread["conversations"]),
        (&json!(1), &json!(1))
    );

    // Changes newer than 20 s are told again, as numbers are given before the commit here.
    app.advance("30s");
    let place = format!("?since={}", list("").1["since"].as_str().unwrap());
    assert_eq!(list(&place).0, Vec::<String>::new());
    say(&one);
    ann.delete(&app, &format!("/v1/conversations/{two}/me"))
        .expect(204);
    let (changed, seen) = list(&place);
    assert_eq!((changed, &seen["gone"]), (vec![one.clone()], &json!([two])));
    assert_eq!(list("").0, [one.as_str()]);
    say(&two);
    assert_eq!(list("").0, [one, two.clone()]);
    assert_eq!(list(&folder).0.len(), 2);
}

#[test]
fn messages_are_edited_deleted_and_cleared() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let group = json!({"type": "group", "name": "Room", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &group).expect(201);
    let room = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    let messages = format!("{room}/messages");
    let say = |words: &str| {
        let sent = bob.post(&app, &messages, &json!({"content": words}));
        sent.expect(201)["id"].as_str().unwrap().to_owned()
    };
    let ids: Vec<String> = (0..30).map(|n| say(&n.to_string())).collect();
    let history = |who: &Person| {
        let page = who.get(&app, &format!("{messages}?limit=100")).expect(200);
        let items = items_of(&page).iter();
        let items = items.filter(|item| item["isSystemMessage"] == false);
        let words = items.map(|item| item["content"].as_str().unwrap().to_owned());
        words.collect::<Vec<_>>()
    };
    let last = format!("{messages}/{}", ids[29]);
    let words = json!({"content": "edited"});
    bob.call(&app, "PATCH", &last)
        .json(&words)
        .send()
        .expect(200);
    let kept = ann.get(&app, &format!("{last}/versions")).expect(200);
    assert_eq!(items_of(&kept)[0]["content"], "29");
    let shown = |who: &Person| who.get(&app, &room).expect(200)["lastMessageText"].clone();
    assert_eq!(shown(&ann), "edited");
    // More than one transaction takes.
    let most = json!({"ids": ids[..28], "for": "all"});
    bob.post(&app, &format!("{messages}/delete"), &most)
        .expect(204);
    assert_eq!(history(&ann)[..3], ["edited", "28", ""]);
    ann.delete(&app, &format!("{last}?for=me")).expect(204);
    assert_eq!(history(&ann)[..2], ["28", ""]);
    assert_eq!((shown(&ann), shown(&bob)), (json!("28"), json!("edited")));
    bob.delete(&app, &last).expect(204);
    assert_eq!(count::<MessageVersion>(&server), 0);
    assert_eq!(count::<MessageRemains>(&server), 29);
    app.run_job("message-expiry").expect(200);
    assert_eq!(count::<MessageRemains>(&server), 0);
    assert_eq!((shown(&ann), shown(&bob)), (json!("28"), json!("28")));
    ann.post(&app, &format!("{room}/clear"), &json!(null))
        .expect(200);
    assert_eq!((history(&ann).len(), history(&bob).len()), (0, 30));
    assert_eq!(count::<MessageMark>(&server), 0);
}

#[test]
fn contacts_are_kept_found_and_taken_off() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let (of_bob, of_cid) = (
        format!("/v1/contacts/{}", bob.id),
        format!("/v1/contacts/{}", cid.id),
    );
    // A name that the server would execute.
    let name = r#"{"method":"increment","values":[1]}"#;
    let details = json!({"nickname": name, "tags": ["Bern"], "isFavorite": true});
    ann.put(&app, &of_bob, &details).expect(201);
    ann.put(&app, &of_cid, &json!({"nickname": "Zoë"}))
        .expect(201);
    let kept = |query: &str| {
        let list = ann.get(&app, &format!("/v1/contacts{query}")).expect(200);
        let items = list["items"].as_array().unwrap().iter();
        let ids = items.map(|item| item["userId"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(kept(""), [bob.id.as_str(), &cid.id]);
    assert_eq!(kept("?tag=Bern"), [bob.id.as_str()]);
    assert_eq!(kept("?query=zo%C3%AB"), [cid.id.as_str()]);
    let first = ann.get(&app, "/v1/contacts?limit=1").expect(200);
    assert_eq!(first["items"][0]["nickname"], name);
    let next = first["next"].as_str().unwrap();
    assert_eq!(kept(&format!("?limit=1&after={next}")), [cid.id.as_str()]);
    let direct = json!({"type": "direct", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &direct).expect(201);
    let messages = format!(
        "/v1/conversations/{}/messages",
        made["id"].as_str().unwrap()
    );
    ann.post(&app, &messages, &json!({"content": "hi"}))
        .expect(201);
    assert!(ann.get(&app, &of_bob).expect(200)["lastInteraction"].is_string());
    for _ in 0..2 {
        ann.delete(&app, &of_bob).expect(204);
        assert_eq!(kept(""), [cid.id.as_str()]);
    }
    assert_eq!(count::<ContactBook>(&server), 1);
}

#[test]
fn requests_of_contacts_are_accepted_cross_and_are_declined() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let request = |who: &Person, whom: &Person| {
        let path = format!("/v1/contact-requests/{}", whom.id);
        who.call(&app, "PUT", &path).send().status
    };
    let answer = |who: &Person, whom: &Person, how: &str| {
        let path = format!("/v1/contact-requests/{}/{how}", whom.id);
        who.call(&app, "POST", &path).send().status
    };
    assert_eq!((request(&ann, &bob), request(&ann, &bob)), (201, 200));
    assert_eq!(
        (answer(&bob, &ann, "accept"), answer(&bob, &ann, "accept")),
        (200, 200)
    );
    assert_eq!((request(&bob, &cid), request(&cid, &bob)), (201, 200));
    let kept = bob.get(&app, "/v1/contacts").expect(200);
    let kept = kept["items"].as_array().unwrap().iter();
    let kept: Vec<_> = kept.map(|item| item["userId"].as_str().unwrap()).collect();
    assert_eq!(kept, [cid.id.as_str(), &ann.id]);
    let dan = app.person("dan");
    assert_eq!(
        (request(&dan, &ann), answer(&ann, &dan, "decline")),
        (201, 204)
    );
    let incoming = ann.get(&app, "/v1/contact-requests").expect(200);
    assert_eq!(incoming["items"], json!([]));
    assert_eq!(request(&dan, &ann), 200);
    assert_eq!(count::<ContactRequest>(&server), 1);
    assert_eq!(count::<ContactBook>(&server), 3);
}

#[test]
fn an_address_book_is_larger_than_a_transaction() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let somebody = || {
        let made = app.post("/v1/accounts/anonymous").json(&json!({})).send();
        made.expect(201)["account"]["id"].clone()
    };
    let people: Vec<Value> = (0..110).map(|_| somebody()).collect();
    let sent = people
        .iter()
        .map(|id| json!({"userId": id, "tags": ["many"]}));
    let sent: Vec<Value> = sent
        .chain([json!({"userId": bob.id}), json!({"userId": "nobody"})])
        .collect();
    let import = || {
        let body = json!({ "contacts": sent });
        let answer = ann.post(&app, "/v1/contact-imports", &body).expect(200);
        let of = |key: &str| answer[key].as_u64().unwrap();
        (
            of("added"),
            of("known"),
            answer["refused"][0]["index"].clone(),
        )
    };
    assert_eq!(import(), (111, 0, json!(111)));
    assert_eq!(import(), (0, 111, json!(111)));
    let many = ann.get(&app, "/v1/contacts?tag=many&limit=100").expect(200);
    assert_eq!(many["items"].as_array().unwrap().len(), 100);
    let look = json!({"hashes": ["0".repeat(64)]});
    let found = ann.post(&app, "/v1/contact-discovery", &look).expect(200);
    assert_eq!(found["items"], json!([]));
}

#[test]
fn groups_have_settings_bans_and_a_history_for_newcomers() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let body = json!({
        "type": "group", "name": "Room", "participantIds": [bob.id],
        "settings": {"history": "joined", "slowModeSeconds": 3600, "custom": {"method": "increment"}},
    });
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    assert_eq!(made["settings"]["custom"], json!({"method": "increment"}));
    let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    let messages = format!("{path}/messages");
    let hello = json!({"content": "hello"});
    bob.post(&app, &messages, &hello).expect(201);
    bob.post(&app, &messages, &hello)
        .expect_problem(429, "rate_limited");
    let members = format!("{path}/members");
    let add = json!({"userIds": [cid.id]});
    ann.post(&app, &members, &add).expect(200);
    let told = || {
        let page = cid.get(&app, &messages).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        let events = items.map(|item| item["metadata"]["event"].clone());
        events.collect::<Vec<_>>()
    };
    assert_eq!(told(), ["members_added"], "hello was before");
    assert_eq!(cid.get(&app, &path).expect(200)["my"]["unreadCount"], 0);
    let ban = format!("{path}/bans/{}", cid.id);
    ann.put(&app, &ban, &json!({"reason": "Loud"})).expect(201);
    cid.get(&app, &messages).expect_problem(404, "not_found");
    ann.post(&app, &members, &add)
        .expect_fields(&["userIds[0]"]);
    let bans = ann.get(&app, &format!("{path}/bans")).expect(200);
    assert_eq!(bans["items"][0]["userId"], cid.id.as_str());
    ann.delete(&app, &ban).expect(204);
    ann.post(&app, &members, &add).expect(200);
    assert_eq!(told(), ["members_added"]);
}

#[test]
fn groups_are_joined_by_links_and_by_approval() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let body = json!({"type": "group", "name": "Chess club", "participantIds": []});
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/conversations/{id}");
    let invite = |body: Value| {
        let made = ann.post(&app, &format!("{path}/invitations"), &body);
        made.expect(201)["code"].as_str().unwrap().to_owned()
    };
    let come = |who: &Person, code: &str| {
        who.post(&app, &format!("/v1/invitations/{code}/join"), &json!({}))
    };
    let once = invite(json!({"maxUses": 1}));
    come(&bob, &once).expect(201);
    come(&bob, &once).expect(200);
    come(&cid, &once).expect_problem(404, "not_found");
    let asking = invite(json!({"needsApproval": true}));
    come(&cid, &asking).expect(202);
    let requests = format!("{path}/join-requests");
    let waiting = ann.get(&app, &requests).expect(200);
    assert_eq!(items_of(&waiting)[0]["userId"], cid.id.as_str());
    let approve = format!("{requests}/{}/approve", cid.id);
    ann.post(&app, &approve, &json!({})).expect(204);
    ann.post(&app, &approve, &json!({})).expect(204);
    assert_eq!(ann.get(&app, &path).expect(200)["participantCount"], 3);
}

#[test]
fn groups_are_found_in_the_directory_and_joined_from_there() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let body = json!({"type": "group", "name": "Chess club", "participantIds": []});
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    let path = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    let listing = format!("{path}/listing");
    for tags in [json!(["go", "chess"]), json!(["chess", "shogi"])] {
        let body = json!({"category": "games", "tags": tags});
        ann.put(&app, &listing, &body).expect(200);
    }
    let found = |who: &Person, query: &str| {
        let page = who.get(&app, &format!("/v1/directory?{query}"));
        items_of(&page.expect(200)).len()
    };
    let queries = [
        "",
        "category=games",
        "tag=shogi",
        "query=club",
        "query=sho&tag=chess",
    ];
    for query in queries {
        assert_eq!(found(&eve, query), 1, "{query}");
    }
    assert_eq!(found(&eve, "tag=go") + found(&eve, "query=go"), 0);
    let ban = format!("{path}/bans/{}", eve.id);
    ann.put(&app, &ban, &json!({})).expect(201);
    for query in queries {
        assert_eq!(found(&eve, query), 0, "{query}");
    }
    let join = format!("{path}/join");
    eve.post(&app, &join, &json!({}))
        .expect_problem(404, "not_found");
    ann.delete(&app, &ban).expect(204);
    eve.post(&app, &join, &json!({})).expect(201);
    ann.delete(&app, &listing).expect(204);
    assert_eq!(found(&bob, "") + found(&bob, "query=club"), 0);
}

#[test]
fn messages_are_found_by_their_words_and_by_what_they_carry() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let group = |with: &[&Person]| {
        let ids: Vec<&str> = with.iter().map(|person| person.id.as_str()).collect();
        let body = json!({"type": "group", "name": "Room", "participantIds": ids});
        let made = ann.post(&app, "/v1/conversations", &body).expect(201);
        let id = made["id"].as_str().unwrap();
        with.iter().for_each(|person| person.accept(&app, id));
        format!("/v1/conversations/{id}")
    };
    let (room, other) = (group(&[&bob]), group(&[]));
    for content in ["Große Pläne 100%_\\", "東京都に行く", "große", "nothing"] {
        ann.post(
            &app,
            &format!("{room}/messages"),
            &json!({"content": content}),
        )
        .expect(201);
    }
    let link = json!({"content": "grosse links", "links": ["https://example.com"]});
    ann.post(&app, &format!("{other}/messages"), &link)
        .expect(201);
    let found = |who: &whisper_testkit::Person, path: &str| {
        let page = who.get(&app, path).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        let contents = items.map(|item| item["content"].as_str().unwrap().to_owned());
        contents.collect::<Vec<_>>()
    };
    app.eventually(|| {
        let all = found(&ann, "/v1/search/messages?query=grosse");
        (all == ["grosse links", "große", "Große Pläne 100%_\\"]).then_some(())
    });
    let here = |query: &str| found(&bob, &format!("{room}/search?query={query}"));
    assert_eq!(here("gro"), ["große", "Große Pläne 100%_\\"]);
    assert_eq!(here("%22grosse+plane%22"), ["Große Pläne 100%_\\"]);
    assert_eq!(here("100"), ["Große Pläne 100%_\\"]);
    assert_eq!(here("%E4%BA%AC%E9%83%BD"), ["東京都に行く"]);
    assert_eq!(here("links"), [""; 0]);
    assert_eq!(here("grosse&limit=1"), ["große"]);
    assert_eq!(
        found(&ann, &format!("{other}/media?kind=links,images")),
        ["grosse links"]
    );
    assert_eq!(found(&eve, "/v1/search/messages?query=grosse"), [""; 0]);
    let strange = format!("{room}/search?query=grosse");
    eve.get(&app, &strange).expect_problem(404, "not_found");
}

#[test]
fn receipts_move_and_are_told() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let group = json!({"type": "group", "name": "Room", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &group).expect(201);
    let room = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    bob.post(&app, &format!("{room}/accept"), &json!({}))
        .expect(200);
    let messages = format!("{room}/messages");
    let sent = ann.post(&app, &messages, &json!({"content": "hi"}));
    let message = sent.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("{messages}/{message}");
    let status = || ann.get(&app, &path).expect(200)["status"].clone();
    assert_eq!(status(), "sent");
    let named = json!({"conversationId": made["id"], "messageId": message});
    let body = json!({"messages": [named]});
    for _ in 0..2 {
        let reached = bob.post(&app, "/v1/conversations/delivered", &body);
        assert_eq!(reached.expect(200)["conversationIds"], json!([made["id"]]));
    }
    assert_eq!(status(), "delivered");
    let read = json!({"messageId": message});
    bob.post(&app, &format!("{room}/read"), &read).expect(200);
    assert_eq!(status(), "read");
    let receipts = ann.get(&app, &format!("{path}/receipts")).expect(200);
    assert_eq!(items_of(&receipts)[0]["userId"], bob.id);
    assert!(items_of(&receipts)[0]["readAt"].is_string());
    let members = ann.get(&app, &format!("{room}/members")).expect(200);
    assert_eq!(items_of(&members)[1]["readMessageId"], message.as_str());
    assert_eq!(
        items_of(&members)[1]["deliveredMessageId"],
        message.as_str()
    );
    assert_eq!(count::<ReceiptTrail>(&server), 1);
}

#[test]
fn webhooks_post_and_are_told() {
    let server = server();
    let receiver = PushService::start();
    let builder = TestApp::own().variable("webhook_origin", receiver.origin());
    let Some(app) = with(&server, builder) else {
        return;
    };
    let ann = app.person("ann");
    let group = json!({"type": "group", "name": "Works"});
    let made = ann.post(&app, "/v1/conversations", &group).expect(201);
    let room = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    let incoming = format!("{room}/webhooks/incoming");
    let builds = json!({"name": "Builds"});
    let builds = ann.post(&app, &incoming, &builds).expect(201);
    let outgoing = json!({
        "name": "Archive", "url": format!("{}/hook", receiver.origin()), "events": ["message.created"],
    });
    let path = format!("{room}/webhooks/outgoing");
    ann.post(&app, &path, &outgoing).expect(201);
    let address = builds["path"].as_str().unwrap();
    let message = json!({"content": "passed", "id": "build-1"});
    for status in [201, 200] {
        let posted = app.post(address).json(&message).send();
        posted.expect(status);
    }
    let told = receiver.wait_for(1);
    let told: Value = serde_json::from_slice(&told[0].body).unwrap();
    assert_eq!(told["data"]["message"]["id"], "build-1");
    app.eventually(|| (count::<WebhookDelivery>(&server) == 0).then_some(()));
    assert_eq!(count::<WebhookAttempt>(&server), 1);
    let one = format!("{incoming}/{}", builds["id"].as_str().unwrap());
    ann.delete(&app, &one).expect(204);
    assert_eq!(count::<IncomingWebhook>(&server), 0);
}

#[test]
fn bots_belong_to_groups_and_go() {
    let server = server();
    let Some(app) = on(&server) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let new = json!({"username": format!("{}bot", ann.username), "displayName": "Weather"});
    let made = ann.post(&app, "/v1/me/bots", &new).expect(201);
    let (id, token) = (
        made["id"].as_str().unwrap(),
        made["token"].as_str().unwrap(),
    );
    let called = |method: &str, path: &str| app.call(method, path).bearer(token);
    let offered = json!({"commands": [{"name": "now", "description": "The weather \"now\""}]});
    let kept = called("PUT", "/v1/me/commands").json(&offered).send();
    assert_eq!(kept.expect(200), offered);
    let group = json!({"type": "group", "name": "Works", "participantIds": [bob.id, id]});
    let made = ann.post(&app, "/v1/conversations", &group).expect(201);
    let room = format!("/v1/conversations/{}", made["id"].as_str().unwrap());
    bob.call(&app, "POST", &format!("{room}/accept"))
        .send()
        .expect(200);
    let listed = bob.get(&app, &format!("{room}/commands")).expect(200);
    assert_eq!(items_of(&listed)[0]["commands"], offered["commands"]);
    let said = called("POST", &format!("{room}/messages"));
    said.json(&json!({"content": "Sunny"})).send().expect(201);
    let one = format!("/v1/me/bots/{id}");
    ann.post(&app, &format!("{one}/token"), &json!({}))
        .expect(200);
    called("GET", "/v1/me")
        .send()
        .expect_problem(401, "session_revoked");
    assert_eq!(items_of(&ann.get(&app, "/v1/me/bots").expect(200)).len(), 1);
    ann.delete(&app, &one).expect(204);
    app.run_job("community-departures").expect(200);
    let documents = (
        count::<Bot>(&server),
        count::<BotCommands>(&server),
        count::<ConversationBot>(&server),
    );
    assert_eq!(documents, (0, 0, 0));
    let members = bob.get(&app, &format!("{room}/members")).expect(200);
    assert_eq!(items_of(&members).len(), 2);
}
