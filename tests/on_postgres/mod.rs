//! The application on PostgreSQL, whichever store the other tests have: several hosts on one database.

mod kills;
mod load;
mod three_hosts;

use futures::executor::block_on;
use postgres_server::PostgresServer;
use whisper_store::postgres::native::PostgresDriver;
use whisper_store::{Connection, Driver};
use whisper_testkit::{Person, TestApp, Value, json};

fn start(url: &str) -> Option<TestApp> {
    TestApp::own().on_postgres(url).start()
}

/// A server of a test's own: transactions of any database of a server hold up the readers of all.
fn server() -> Option<PostgresServer> {
    match std::env::var_os("WHISPER_URL") {
        // The other bundle says where its documents are.
        Some(_) => None,
        None => postgres_server::start(),
    }
}

fn messages(app: &TestApp, who: &Person, place: &str) -> Vec<String> {
    let path = format!("/v1/conversations/{place}/messages");
    let page = who.get(app, &path).expect(200);
    let words = |message: &Value| message["content"].as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    items
        .filter(|message| message["isSystemMessage"] != true)
        .map(words)
        .collect()
}

#[test]
fn what_happens_at_one_host_is_there_at_another_and_heard_there() {
    let Some(server) = server() else { return };
    let url = server.fresh_database();
    let Some((here, there)) = start(&url).zip(start(&url)) else {
        return;
    };
    let (ann, bob) = (here.person("ann"), here.person("bob"));
    let body = json!({"type": "group", "name": "Friends", "participantIds": [bob.id]});
    let made = ann.post(&here, "/v1/conversations", &body).expect(201);
    let place = made["id"].as_str().unwrap();
    bob.accept(&there, place);
    let begun = bob.get(&there, "/v1/realtime/poll").expect(200);
    let mut next = begun["next"].as_str().unwrap().to_owned();
    let path = format!("/v1/conversations/{place}/messages");
    let said: Vec<String> = (0..20).map(|n| format!("words {n}")).collect();
    // By turns at both, so that each has commits while the other one has its own.
    for (n, words) in said.iter().enumerate() {
        let (app, who) = match n % 2 {
            0 => (&here, &ann),
            _ => (&there, &bob),
        };
        who.post(app, &path, &json!({"content": words})).expect(201);
    }
    let newest_first: Vec<String> = said.iter().rev().cloned().collect();
    assert_eq!(messages(&here, &bob, place), newest_first);
    assert_eq!(messages(&there, &ann, place), newest_first);
    let mut heard = Vec::new();
    while heard.len() < said.len() {
        let path = format!("/v1/realtime/poll?wait=25&after={next}");
        let polled = bob.get(&there, &path).expect(200);
        next = polled["next"].as_str().unwrap().to_owned();
        let events = polled["events"].as_array().unwrap().iter();
        let created = events.filter(|event| event["type"] == "message.created");
        heard.extend(created.map(|event| event["message"]["content"].as_str().unwrap().to_owned()));
    }
    assert_eq!(heard, said);
}

#[test]
fn a_name_is_given_once_by_two_hosts() {
    let Some(server) = server() else { return };
    let url = server.fresh_database();
    let Some((here, there)) = start(&url).zip(start(&url)) else {
        return;
    };
    let sign_up = |app: &TestApp, email: &str| {
        let body = json!({"email": email, "password": "correct horse battery", "username": "the_one", "displayName": "One"});
        app.post("/v1/accounts").json(&body).send().status
    };
    let mut statuses = std::thread::scope(|scope| {
        let one = scope.spawn(|| sign_up(&here, "one@example.com"));
        let other = scope.spawn(|| sign_up(&there, "other@example.com"));
        [one.join().unwrap(), other.join().unwrap()]
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

/// A transaction in another database of the server, where nobody knows of it: nothing that is committed later is read before its end.
struct Older(Box<dyn Connection>);

impl Older {
    fn begin(server: &PostgresServer) -> Older {
        let driver = PostgresDriver::new(&server.url("postgres"));
        let older = Older(block_on(driver.connect()).unwrap());
        older.run("SET idle_in_transaction_session_timeout = 0");
        older.run("BEGIN");
        older.run("SELECT pg_current_xact_id()::text");
        older
    }

    fn run(&self, sql: &str) {
        block_on(self.0.execute(sql, &[])).unwrap();
    }

    fn commit(self) {
        self.run("COMMIT");
    }
}

#[test]
fn a_component_reacts_although_an_older_transaction_held_the_event_back() {
    let Some(server) = server() else { return };
    let url = server.fresh_database();
    let Some(app) = start(&url) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let told = || {
        let inbox = ann.get(&app, "/v1/notifications").expect(200);
        let items = inbox["items"].as_array().unwrap().iter();
        items.filter(|item| item["type"] == "follow").count()
    };
    let older = Older::begin(&server);
    bob.put(&app, &format!("/v1/follows/{}", ann.id), &json!({}))
        .expect(201);
    assert_eq!(told(), 0);
    older.commit();
    app.eventually(|| (told() == 1).then_some(()));
}

#[test]
fn a_job_that_finds_nothing_but_what_is_held_back_is_not_behind() {
    let Some(server) = server() else { return };
    let url = server.fresh_database();
    let Some(app) = start(&url) else { return };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let body = json!({"type": "group", "name": "Friends", "participantIds": [bob.id]});
    let made = ann.post(&app, "/v1/conversations", &body).expect(201);
    let xp = || {
        let progress = ann.get(&app, "/v1/me/progress").expect(200);
        progress["xp"].as_u64().unwrap()
    };
    app.eventually(|| {
        let report = app.run_job("xp-badges").expect(200);
        (report["done"] == 0).then_some(())
    });
    let before = xp();
    let older = Older::begin(&server);
    let path = format!(
        "/v1/conversations/{}/messages",
        made["id"].as_str().unwrap()
    );
    ann.post(&app, &path, &json!({"content": "words"}))
        .expect(201);
    let report = app.run_job("xp-badges").expect(200);
    let done = (&report["done"], &report["capped"]);
    assert_eq!(done, (&json!(0), &json!(false)));
    assert_eq!(xp(), before);
    older.commit();
    app.run_job("xp-badges").expect(200);
    app.eventually(|| (xp() > before).then_some(()));
}
