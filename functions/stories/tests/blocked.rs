//! A block hides everything, both ways: each route, called by each of the two, with the other's new name looked for
//! in the answer. A disabled account is as hidden.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::{Account, AccountStatus, Contact, Follow, Profile};
use whisper_store::{Batch, Patch};

/// Somebody with a story that mentions the others.
struct Person {
    id: String,
    token: String,
    story: String,
}

impl Person {
    fn new_name(&self) -> String {
        format!("New name of {}", self.id)
    }
}

async fn call(edge: &TestEdge, who: &Person, call: (Method, &str, Value)) -> Answer {
    edge.send(call.0, call.1, &who.token, &call.2).await
}

/// Three who follow each other; each has posted a story, and has seen the others' and reacted.
async fn three(edge: &TestEdge) -> [Person; 3] {
    let mut people = Vec::new();
    for _ in 0..3 {
        let (id, token) = edge.user().await;
        let story = String::new();
        people.push(Person { id, token, story });
    }
    let ids: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
    let mut batch = Batch::new();
    for one in &ids {
        batch = batch.insert(&Profile {
            id: one.clone(),
            user_id: one.clone(),
            username: Some(format!("user-{one}")),
            ..Profile::default()
        });
        for other in ids.iter().filter(|other| *other != one) {
            batch = batch.insert(&Follow {
                id: format!("{}-{}", &one[24..], &other[24..]),
                follower_id: one.clone(),
                following_id: other.clone(),
                is_close_friend: true,
                ..Follow::default()
            });
        }
    }
    edge.store().commit(batch).await.unwrap();
    for person in &mut people {
        let sent =
            json!({"contentType": "text", "text": "hi", "privacy": "public", "mentions": ids});
        let posted = call(edge, person, (Method::POST, "/v1/stories", sent)).await;
        person.story = posted.expect(201)["id"].as_str().unwrap().to_owned();
    }
    for person in &people {
        for other in people.iter().filter(|other| other.id != person.id) {
            let path = format!("/v1/stories/{}/views", other.story);
            call(edge, person, (Method::POST, &path, Value::Null))
                .await
                .expect(201);
            let path = format!("/v1/stories/{}/reactions", other.story);
            let like = json!({"reaction": "like"});
            call(edge, person, (Method::PUT, &path, like))
                .await
                .expect(201);
        }
    }
    people.try_into().ok().unwrap()
}

/// Everybody has another name from here on.
async fn rename(edge: &TestEdge, people: &[Person]) {
    let rename = |batch: Batch, person: &Person| {
        let patch = Patch::new().set(Profile::DISPLAY_NAME, person.new_name());
        batch.update::<Profile>(&person.id, patch)
    };
    let batch = people.iter().fold(Batch::new(), rename);
    edge.store().commit(batch).await.unwrap();
}

/// Calls of every route about everybody; routes that take away stand last.
fn calls(people: &[Person]) -> Vec<(Method, String, Value)> {
    let mut calls = Vec::new();
    for endpoint in stories::api().endpoints() {
        let (method, path) = (endpoint.method().clone(), endpoint.path());
        let body = match (&method, path) {
            (&Method::PUT, "/v1/stories/{storyId}/reactions") => json!({"reaction": "wow"}),
            _ => Value::Null,
        };
        match (&method, path) {
            (&Method::POST, "/v1/stories") => {
                for person in people {
                    let sent =
                        json!({"contentType": "text", "text": "hi", "mentions": [person.id]});
                    calls.push((method.clone(), path.to_owned(), sent));
                }
            }
            (&Method::GET, "/v1/stories") => {
                for person in people {
                    calls.push((
                        method.clone(),
                        format!("{path}?userId={}", person.id),
                        Value::Null,
                    ));
                }
            }
            (_, path) if path.contains("{storyId}") => {
                for person in people {
                    let path = path.replace("{storyId}", &person.story);
                    calls.push((method.clone(), path, body.clone()));
                }
            }
            (_, path) => calls.push((method.clone(), path.to_owned(), body)),
        }
    }
    calls.sort_by_key(|(method, ..)| method == Method::DELETE);
    calls
}

/// Calls every route as `who`; gives the calls whose answer has this name.
async fn shown(edge: &TestEdge, who: &Person, people: &[Person], name: &str) -> Vec<String> {
    let mut shown = Vec::new();
    for (method, path, body) in calls(people) {
        let what = format!("{method} {path}");
        let answer = call(edge, who, (method, &path, body)).await;
        assert_ne!(answer.response.status().as_u16(), 500, "{what}");
        if answer.body.to_string().contains(name) {
            shown.push(what);
        }
    }
    shown
}

#[test]
fn a_block_hides_everything_on_every_route_both_ways() {
    block_on(async {
        for caller in 0..2 {
            let edge = TestEdge::new(&stories::api(), &[]);
            let people = three(&edge).await;
            let [blocker, blocked, third] = &people;
            let block = Contact {
                id: "block".into(),
                user_id: blocker.id.clone(),
                contact_user_id: blocked.id.clone(),
                is_blocked: true,
                ..Contact::default()
            };
            edge.store()
                .commit(Batch::new().insert(&block))
                .await
                .unwrap();
            rename(&edge, &people).await;
            let (who, other) = (&people[caller], &people[1 - caller]);
            for path in [
                format!("/v1/stories/{}", other.story),
                format!("/v1/stories?userId={}", other.id),
            ] {
                let answer = call(&edge, who, (Method::GET, &path, Value::Null)).await;
                answer.expect_problem(404, "not_found");
            }
            let sent = json!({"contentType": "text", "text": "hi", "mentions": [other.id]});
            let refused = call(&edge, who, (Method::POST, "/v1/stories", sent)).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused["errors"][0]["field"], "mentions[0]");
            let seen = shown(&edge, third, &people, &other.new_name()).await;
            assert!(seen.len() >= 4, "a third person sees both: {seen:?}");
            let seen = shown(&edge, who, &people, &other.new_name()).await;
            assert_eq!(seen, [""; 0], "caller {caller}");
        }
    });
}

#[test]
fn a_disabled_account_is_hidden_on_every_route() {
    block_on(async {
        let edge = TestEdge::new(&stories::api(), &[]);
        let people = three(&edge).await;
        let [disabled, other, _] = &people;
        let patch = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        let batch = Batch::new().update::<Account>(&disabled.id, patch);
        edge.store().commit(batch).await.unwrap();
        rename(&edge, &people).await;
        let path = format!("/v1/stories/{}", disabled.story);
        let own = call(&edge, disabled, (Method::GET, &path, Value::Null)).await;
        own.expect_problem(401, "session_revoked");
        let theirs = call(&edge, other, (Method::GET, &path, Value::Null)).await;
        theirs.expect_problem(404, "not_found");
        let feed = call(&edge, other, (Method::GET, "/v1/stories/feed", Value::Null)).await;
        let feed = feed.expect(200);
        let authors = feed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|story| &story["userId"]);
        assert!(authors.clone().count() > 0 && authors.clone().all(|id| *id != disabled.id));
        let seen = shown(&edge, other, &people, &disabled.new_name()).await;
        assert_eq!(seen, [""; 0]);
    });
}
