//! A block and a removal, for a device that hears of them as they happen and for one that was away.

use whisper_testkit::{Events, Person, TestApp, Value, json};

use super::{group, say, says};

/// Somebody whom another one blocks, and who is sent away from a group.
struct Parting {
    app: TestApp,
    ann: Person,
    bob: Person,
    cat: Person,
    /// A conversation of all three, which they keep.
    place: String,
    /// Another one, from which Bob is sent away.
    lost: String,
    /// A message of Bob's.
    own: String,
}

impl Parting {
    fn start() -> Self {
        let app = TestApp::start();
        let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| app.person(name));
        let [place, lost] = [0; 2].map(|_| group(&app, &ann, &[&bob, &cat]));
        let own = say(&app, &bob, &place, "Bob's own");
        bob.put(&app, &format!("/v1/follows/{}", cat.id), &json!({}))
            .expect(201);
        let own = own["id"].as_str().unwrap().to_owned();
        Parting {
            app,
            ann,
            bob,
            cat,
            place,
            lost,
            own,
        }
    }

    /// A call of Cat's.
    fn cat(&self, method: &'static str, path: &str, body: Value) {
        let route = (method, path.to_owned(), body);
        let answer = self.app.knock(Some(&self.cat.token), &route);
        let is_done = (200..300).contains(&answer.status);
        assert!(is_done, "{method} {path}: {}", answer.text);
    }

    /// All that Cat does there: she reads a message, says something, posts a story, and reacts to Bob's message.
    fn doings(&self, words: &str, read: &str, reaction: &str) {
        let at = format!("/v1/conversations/{}", self.place);
        say(&self.app, &self.cat, &self.place, words);
        let story = json!({"contentType": "text", "text": words, "privacy": "public"});
        self.cat("POST", "/v1/stories", story);
        let reaction = format!("{at}/messages/{}/reactions/{reaction}", self.own);
        self.cat("PUT", &reaction, Value::Null);
        self.cat("POST", &format!("{at}/read"), json!({"messageId": read}));
    }

    /// Before the block: Cat is heard by her name in all of it.
    fn before(&self, stream: &mut Events) -> Vec<Value> {
        say(&self.app, &self.cat, &self.lost, "before the removal");
        let follow = format!("/v1/follows/{}", self.bob.id);
        self.cat("PUT", &follow, json!({}));
        self.doings("before the block", &self.own, "%F0%9F%91%8D");
        if self.app.has_operator_key() {
            self.app.run_job("notification-push").expect(200);
        }
        let is_of_cat = |event: &Value, kind: &str| {
            event["type"] == kind && event.to_string().contains(&self.cat.id)
        };
        let notified = |event: &Value, kind: &str| {
            event["notification"]["type"] == kind && is_of_cat(event, "notification.created")
        };
        let follow = |event: &Value| notified(event, "follow");
        let like = |event: &Value| notified(event, "like");
        let receipt = |event: &Value| is_of_cat(event, "receipt");
        let all = stream.until_all(&[&follow, &like, &receipt]);
        for kind in [
            "message.created",
            "message.changed",
            "follow.created",
            "story.posted",
        ] {
            assert!(all.iter().any(|event| is_of_cat(event, kind)), "no {kind}");
        }
        let said = all.iter().find(|event| says("before the block")(event));
        let said = said.unwrap();
        assert_eq!(said["users"][&self.cat.id]["username"], self.cat.username);
        all
    }

    /// The block, the removal, and all that is done after them.
    fn after(&self) {
        let block = format!("/v1/blocks/{}", self.bob.id);
        self.cat("PUT", &block, json!({}));
        let member = format!("/v1/conversations/{}/members/{}", self.lost, self.bob.id);
        self.ann.delete(&self.app, &member).expect(204);
        say(&self.app, &self.ann, &self.lost, "after the removal");
        let between = say(&self.app, &self.ann, &self.place, "between");
        let between = between["id"].as_str().unwrap();
        self.doings("after the block", between, "%F0%9F%8E%89");
        let at = format!("/v1/conversations/{}", self.place);
        let typing = format!("{at}/typing");
        self.cat("POST", &typing, json!({"kind": "text"}));
        self.cat("POST", &format!("{at}/leave"), json!({}));
        say(&self.app, &self.ann, &self.place, "the end");
        let kind = json!({"kind": "text"});
        self.ann.post(&self.app, &typing, &kind).expect(204);
    }

    /// Asserts that these events tell no more than Bob may know: of the group that he was sent away from that he was, and of Cat what she
    /// said to the group that both belong to and that she left it, without her name.
    fn tell_no_more(&self, events: &[Value], said: &[&str]) {
        let named = |id: &str| {
            let some = events.iter();
            let some = some.filter(|event| event.to_string().contains(id));
            some.collect::<Vec<_>>()
        };
        let of_lost = named(&self.lost);
        assert_eq!(of_lost.len(), 1, "{of_lost:?}");
        assert_eq!(of_lost[0]["type"], "conversation.removed");
        assert_eq!(of_lost[0]["reason"], "removed");
        let of_cat = named(&self.cat.id);
        let told: Vec<&Value> = of_cat
            .iter()
            .filter(|event| event["type"] == "message.created")
            .map(|event| &event["message"]["content"])
            .collect();
        assert_eq!(told, said, "{of_cat:?}");
        let kinds = of_cat.iter().map(|event| &event["type"]);
        let last = kinds.skip(said.len()).collect::<Vec<_>>();
        assert_eq!(last, ["conversation.changed"], "{of_cat:?}");
        for event in of_cat {
            let cat = &event["users"][&self.cat.id];
            assert_eq!(cat, &json!({"id": self.cat.id}), "{event}");
            assert!(!event.to_string().contains(&self.cat.username), "{event}");
        }
    }
}

#[test]
fn after_a_block_and_a_removal_no_more_is_told_neither_live_nor_to_a_device_that_was_away() {
    let parting = Parting::start();
    let Parting {
        app,
        ann,
        bob,
        place,
        ..
    } = &parting;
    let phone = bob.sign_in(app);
    let mut here = bob.listen(app);
    here.wait_for("stream.ready");
    let mut away = phone.listen(app);
    say(app, ann, place, "the beginning");
    here.wait_until(says("the beginning"));
    away.wait_until(says("the beginning"));
    let left_at = away.last_id().map(str::to_owned);
    drop(away);

    let before = parting.before(&mut here);
    parting.after();
    let typing = |event: &Value| event["type"] == "typing" && event["userId"] == ann.id;
    let after = here.until_all(&[&says("the end"), &typing]);
    let by_typing = after.iter().filter(|event| event["type"] == "typing");
    assert_eq!(by_typing.count(), 1, "{after:?}");
    parting.tell_no_more(&after, &["after the block"]);

    let mut back = phone.listen_from(app, left_at.as_deref());
    let missed = back.until(says("the end"));
    assert!(missed.iter().all(|event| event["type"] != "stream.reset"));
    parting.tell_no_more(&missed, &["before the block", "after the block"]);
    // The same event, whose name was shown before.
    let is_first = |event: &&Value| says("before the block")(event);
    let [live, replayed] = [&before, &missed].map(|all| all.iter().find(is_first).unwrap());
    assert_eq!(live["id"], replayed["id"]);
}
