//! A power cut while scheduled messages are sent: each is sent once, and none is lost.

use std::collections::BTreeSet;
use std::process::Command;

use whisper_schema::prelude::{Event, Message, QueuedMessage, ScheduledBook, ScheduledMessage};
use whisper_store::{Filter, Query};
use whisper_testkit::{TestApp, json};

use super::{group, of_conversation, send};
use crate::stored::{all, end_leases, store};

/// Messages that are due.
const MESSAGES: usize = 90;
/// How many are sent before the power goes, once in each round.
const ROUNDS: [u64; 3] = [1, 20, 40];

/// How many were sent so far.
fn sent(app: &TestApp) -> u64 {
    let own = Filter::eq(Message::IS_SYSTEM_MESSAGE, false);
    let count = Query::<Message>::new().filter(own).count(10_000);
    futures::executor::block_on(store(app).read(count)).unwrap()
}

/// Has the job at work, and the host killed when so many more were sent.
fn cut(app: &TestApp, more: u64) {
    let wanted = sent(app) + more;
    std::thread::scope(|scope| {
        let runs = scope.spawn(|| {
            let job = app.post("/internal/jobs/scheduled-messages");
            job.bearer(app.operator_key()).try_send().is_ok()
        });
        while sent(app) < wanted && !runs.is_finished() {
            std::thread::yield_now();
        }
        let pid = app.pid().to_string();
        let killed = Command::new("kill").args(["-9", &pid]).status();
        assert!(killed.unwrap().success());
        let _ = runs.join();
    });
}

#[test]
fn what_was_scheduled_is_sent_once_though_the_host_dies_at_it() {
    let Some(mut app) = TestApp::own()
        .variable("message_rate_per_minute", "0")
        .variable("schedule_rate_per_minute", "0")
        .start()
    else {
        return;
    };
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let room = group(&app, &ann, &[&bob]);
    let now = send(&app, &ann, &room, &json!({"id": "now", "content": "now"})).expect(201);
    let now = now["createdAt"].as_str().unwrap();
    let at = format!("{}-00:01", now.strip_suffix('Z').unwrap());
    let path = format!("{}/scheduled-messages", of_conversation(&room));
    let ids: BTreeSet<String> = (0..MESSAGES).map(|n| format!("later-{n}")).collect();
    for id in &ids {
        let body = json!({"sendAt": at, "message": {"id": id, "content": id}});
        ann.post(&app, &path, &body).expect(201);
    }
    app.advance("2m");
    for more in ROUNDS {
        cut(&app, more);
        app.kill();
        app = app.restart();
        app.advance("2m");
        end_leases(&app);
    }
    app.run_job("scheduled-messages").expect(200);
    assert_eq!(app.run_job("scheduled-messages").expect(200)["found"], 0);
    let store = store(&app);
    let own = Filter::eq(Message::IS_SYSTEM_MESSAGE, false);
    let messages: Vec<Message> = all(&store, Query::new().filter(own));
    let later = messages.iter().filter(|message| message.id != "now");
    let later: Vec<&str> = later.map(|message| message.id.as_str()).collect();
    assert_eq!(later.len(), MESSAGES, "each once");
    assert_eq!(
        later
            .iter()
            .map(|id| (*id).to_owned())
            .collect::<BTreeSet<_>>(),
        ids
    );
    let queued: Vec<QueuedMessage> = all(&store, Query::new());
    assert_eq!(queued.len(), MESSAGES + 1);
    let of_kind = |kind: &str| {
        let kind = Filter::eq(Event::KIND, kind);
        all::<Event>(&store, Query::new().filter(kind)).len()
    };
    assert_eq!(of_kind("message.sent"), MESSAGES + 1);
    assert_eq!(of_kind("scheduled_message.sent"), MESSAGES);
    assert_eq!(all::<ScheduledMessage>(&store, Query::new()), []);
    let books: Vec<ScheduledBook> = all(&store, Query::new());
    assert_eq!(books.iter().map(|book| book.waiting).sum::<i64>(), 0);
}
