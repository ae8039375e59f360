//! Asking to be contacts of each other, and the answers.

use futures::executor::block_on;
use futures::join;
use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch, Query};

use crate::common::*;

const DAY: i64 = 24 * 3_600_000;

impl User {
    async fn ask(&self, edge: &TestEdge, other: &User) -> Answer {
        let path = format!("/v1/contact-requests/{}", other.id);
        self.call(edge, Method::PUT, &path, Value::Null).await
    }

    async fn withdraw(&self, edge: &TestEdge, other: &User) -> Answer {
        let path = format!("/v1/contact-requests/{}", other.id);
        self.call(edge, Method::DELETE, &path, Value::Null).await
    }

    async fn answer(&self, edge: &TestEdge, other: &User, how: &str) -> Answer {
        let path = format!("/v1/contact-requests/{}/{how}", other.id);
        self.call(edge, Method::POST, &path, Value::Null).await
    }

    async fn accept(&self, edge: &TestEdge, other: &User) -> Answer {
        self.answer(edge, other, "accept").await
    }

    async fn decline(&self, edge: &TestEdge, other: &User) -> Answer {
        self.answer(edge, other, "decline").await
    }

    /// Ids of the others of the requests in a direction.
    async fn asked(&self, edge: &TestEdge, direction: &str) -> Vec<String> {
        let path = format!("/v1/contact-requests?direction={direction}");
        let list = self.get(edge, &path).await.expect(200);
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| item["user"]["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn status(answer: &Answer) -> u16 {
    answer.response.status().as_u16()
}

async fn on_file(edge: &TestEdge) -> u64 {
    let all = Query::<ContactRequest>::new();
    edge.store().read(all.count(10)).await.unwrap()
}

async fn are_contacts(edge: &TestEdge, one: &User, other: &User) -> bool {
    let both = (one.listed(edge, "").await, other.listed(edge, "").await);
    let expected = (vec![other.id.clone()], vec![one.id.clone()]);
    assert!(
        both == expected || (both.0.is_empty() && both.1.is_empty()),
        "{both:?}"
    );
    both == expected
}

#[test]
fn a_request_waits_on_both_sides_until_it_is_accepted() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let sent = ann.ask(&edge, &bob).await.expect(201);
        assert_eq!(sent["status"], "pending");
        assert_eq!(sent["user"]["displayName"], "bob");
        assert_eq!(
            (&sent["requesterId"], &sent["recipientId"]),
            (&json!(ann.id), &json!(bob.id))
        );
        assert_eq!(
            ann.ask(&edge, &bob).await.expect(200),
            sent,
            "twice is once"
        );
        assert_eq!(ann.asked(&edge, "outgoing").await, [bob.id.as_str()]);
        assert_eq!(bob.asked(&edge, "incoming").await, [ann.id.as_str()]);
        assert!(ann.asked(&edge, "incoming").await.is_empty());
        assert!(bob.asked(&edge, "outgoing").await.is_empty());
        assert!(!are_contacts(&edge, &ann, &bob).await);
        let event = (
            ann.id.clone(),
            json!({"requesterId": ann.id, "recipientId": bob.id}),
        );
        assert_eq!(events(&edge, "contact_request.sent").await, [event]);

        let contact = bob.accept(&edge, &ann).await.expect(200);
        assert_eq!(contact["user"]["displayName"], "ann");
        assert!(contact["addedAt"].is_string());
        assert_eq!(
            bob.accept(&edge, &ann).await.expect(200),
            contact,
            "twice is once"
        );
        assert!(are_contacts(&edge, &ann, &bob).await);
        assert_eq!(on_file(&edge).await, 0);
        assert_eq!(
            (counted(&edge, &ann).await, counted(&edge, &bob).await),
            (Some(1), Some(1))
        );
        let event = (
            bob.id.clone(),
            json!({"requesterId": ann.id, "recipientId": bob.id}),
        );
        assert_eq!(events(&edge, "contact_request.accepted").await, [event]);
        let mut added = events(&edge, "contact.added").await;
        added.sort_by_key(|(owner, _)| *owner != ann.id);
        let expected = [
            (ann.id.clone(), json!({"userId": bob.id})),
            (bob.id.clone(), json!({"userId": ann.id})),
        ];
        assert_eq!(added, expected);
    });
}

#[test]
fn requests_that_cross_make_contacts() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let (one, other) = join!(ann.ask(&edge, &bob), bob.ask(&edge, &ann));
        let mut statuses = [status(&one), status(&other)];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201], "{} {}", one.body, other.body);
        let accepted = if status(&one) == 200 { one } else { other };
        assert_eq!(accepted.body["status"], "accepted");
        assert!(are_contacts(&edge, &ann, &bob).await);
        assert_eq!(events(&edge, "contact.added").await.len(), 2);
        assert_eq!(on_file(&edge).await, 0);
    });
}

#[test]
fn whoever_is_a_contact_already_stays_one_with_their_notes() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.keep(&edge, &bob.id, json!({"nickname": "B"}))
            .await
            .expect(201);
        ann.ask(&edge, &bob).await.expect(201);
        bob.accept(&edge, &ann).await.expect(200);
        let path = format!("/v1/contacts/{}", bob.id);
        assert_eq!(ann.get(&edge, &path).await.expect(200)["nickname"], "B");
        assert_eq!(events(&edge, "contact.added").await.len(), 2);
        assert!(are_contacts(&edge, &ann, &bob).await);
    });
}

#[test]
fn of_an_acceptance_and_a_withdrawal_at_once_one_wins() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.ask(&edge, &bob).await.expect(201);
        let (accepted, withdrawn) = join!(bob.accept(&edge, &ann), ann.withdraw(&edge, &bob));
        withdrawn.expect(204);
        let made = are_contacts(&edge, &ann, &bob).await;
        assert_eq!(status(&accepted), if made { 200 } else { 404 });
        assert_eq!(on_file(&edge).await, 0);
        ann.withdraw(&edge, &bob).await.expect(204);
        assert_eq!(
            events(&edge, "contact_request.withdrawn").await.len(),
            usize::from(!made)
        );
    });
}

#[test]
fn who_is_declined_does_not_learn_of_it_and_cannot_insist() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let sent = ann.ask(&edge, &bob).await.expect(201);
        bob.decline(&edge, &ann).await.expect(204);
        bob.decline(&edge, &ann).await.expect(204);
        assert_eq!(events(&edge, "contact_request.declined").await.len(), 1);
        assert!(bob.asked(&edge, "incoming").await.is_empty());
        assert_eq!(ann.asked(&edge, "outgoing").await, [bob.id.as_str()]);
        assert_eq!(ann.ask(&edge, &bob).await.expect(200), sent);
        ann.withdraw(&edge, &bob).await.expect(204);
        assert!(ann.asked(&edge, "outgoing").await.is_empty());
        assert!(events(&edge, "contact_request.withdrawn").await.is_empty());
        edge.advance(1_000);
        let again = ann.ask(&edge, &bob).await.expect(201);
        assert_ne!(
            again["createdAt"], sent["createdAt"],
            "it looks as a new one"
        );
        assert_eq!(again["status"], "pending");
        assert!(bob.asked(&edge, "incoming").await.is_empty());
        assert_eq!(events(&edge, "contact_request.sent").await.len(), 1);
        // Bob, who declined, accepts by asking Ann himself.
        assert_eq!(bob.ask(&edge, &ann).await.expect(200)["status"], "accepted");
        assert!(are_contacts(&edge, &ann, &bob).await);
    });
}

#[test]
fn what_was_taken_back_stands_in_nobodys_way() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.ask(&edge, &bob).await.expect(201);
        bob.decline(&edge, &ann).await.expect(204);
        ann.withdraw(&edge, &bob).await.expect(204);
        for how in ["accept", "decline"] {
            let refused = bob.answer(&edge, &ann, how).await;
            refused.expect_problem(404, "not_found");
        }
        bob.ask(&edge, &ann).await.expect(201);
        assert_eq!(ann.asked(&edge, "incoming").await, [bob.id.as_str()]);
        ann.accept(&edge, &bob).await.expect(200);
        assert!(are_contacts(&edge, &ann, &bob).await);
    });
}

#[test]
fn a_request_ends_after_ninety_days() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.ask(&edge, &bob).await.expect(201);
        bob.decline(&edge, &ann).await.expect(204);
        edge.advance(90 * DAY);
        let [ann, bob] = [ann, bob].map(|user| async {
            let token = edge.session(&user.id).await;
            User { token, ..user }
        });
        let (ann, bob) = join!(ann, bob);
        assert!(ann.asked(&edge, "outgoing").await.is_empty());
        bob.accept(&edge, &ann)
            .await
            .expect_problem(404, "not_found");
        ann.ask(&edge, &bob).await.expect(201);
        assert_eq!(bob.asked(&edge, "incoming").await, [ann.id.as_str()]);
    });
}

#[test]
fn nobody_blocked_people_and_oneself_are_refused_alike() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
        let batch = Batch::new()
            .insert(&block(&ann, &bob))
            .insert(&block(&cid, &ann))
            .update::<Account>(&dan.id, disabled);
        put(&edge, batch).await;
        let nobody = User {
            id: "nobody".into(),
            token: String::new(),
        };
        for other in [&bob, &cid, &dan, &nobody] {
            ann.ask(&edge, other).await.expect_problem(404, "not_found");
            for how in ["accept", "decline"] {
                let refused = ann.answer(&edge, other, how).await;
                refused.expect_problem(404, "not_found");
            }
            ann.withdraw(&edge, other).await.expect(204);
        }
        let oneself = ann.ask(&edge, &ann).await;
        let oneself = oneself.expect_problem(422, "validation_failed");
        assert_eq!(fields(&oneself), ["userId"]);
        assert_eq!(on_file(&edge).await, 0);
        // The one who asked can't accept for the other.
        let eve = user(&edge, "eve").await;
        ann.ask(&edge, &eve).await.expect(201);
        for how in ["accept", "decline"] {
            let refused = ann.answer(&edge, &eve, how).await;
            refused.expect_problem(404, "not_found");
        }
    });
}

#[test]
fn a_block_ends_the_request_whoever_asked() {
    block_on(async {
        let edge = edge();
        let accounts = edge.another(&accounts::api());
        for by_requester in [true, false] {
            let [ann, bob] = users(&edge, ["ann", "bob"]).await;
            ann.ask(&edge, &bob).await.expect(201);
            let (by, whom) = if by_requester {
                (&ann, &bob)
            } else {
                (&bob, &ann)
            };
            let path = format!("/v1/blocks/{}", whom.id);
            by.call(&accounts, Method::PUT, &path, Value::Null)
                .await
                .expect(204);
            assert_eq!(on_file(&edge).await, 0);
            bob.accept(&edge, &ann)
                .await
                .expect_problem(404, "not_found");
            assert!(bob.asked(&edge, "incoming").await.is_empty());
            assert!(ann.asked(&edge, "outgoing").await.is_empty());
            by.call(&accounts, Method::DELETE, &path, Value::Null)
                .await
                .expect(204);
            bob.accept(&edge, &ann)
                .await
                .expect_problem(404, "not_found");
        }
    });
}

#[test]
fn who_may_ask_is_everybodys_own_choice() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        let wants = |who: &str| {
            let settings = json!({"contactRequests": who}).to_string();
            let patch = Patch::new().set(Profile::PRIVACY_SETTINGS, settings);
            Batch::new().update::<Profile>(&bob.id, patch)
        };
        for who in ["nobody", "contacts"] {
            put(&edge, wants(who)).await;
            let refused = ann.ask(&edge, &bob).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(fields(&refused), ["userId"], "{who}");
        }
        bob.keep(&edge, &ann.id, nothing()).await.expect(201);
        ann.ask(&edge, &bob).await.expect(201);
        // A request that was sent before the setting changed stays.
        put(&edge, wants("nobody")).await;
        ann.ask(&edge, &bob).await.expect(200);
        bob.accept(&edge, &ann).await.expect(200);
        assert!(are_contacts(&edge, &ann, &bob).await);
    });
}

#[test]
fn asking_has_a_rate_of_which_anonymous_accounts_have_a_tenth() {
    block_on(async {
        let variables = [("contact_request_rate_per_day", "20")];
        let edge = TestEdge::new(&contacts::api(), &variables);
        let [bob, cid, dan] = users(&edge, ["bob", "cid", "dan"]).await;
        let (id, token) = edge.anonymous().await;
        let guest = User { id, token };
        for other in [&bob, &cid] {
            guest.ask(&edge, other).await.expect(201);
        }
        guest
            .ask(&edge, &dan)
            .await
            .expect_problem(429, "rate_limited");
        guest.ask(&edge, &bob).await.expect(200);
        guest.withdraw(&edge, &bob).await.expect(204);
        guest
            .ask(&edge, &bob)
            .await
            .expect_problem(429, "rate_limited");
    });
}

#[test]
fn nobody_without_room_becomes_a_contact_and_nothing_is_lost() {
    block_on(async {
        let edge = edge();
        let [ann, bob] = users(&edge, ["ann", "bob"]).await;
        ann.ask(&edge, &bob).await.expect(201);
        for full in [&ann, &bob] {
            let book = |contacts| ContactBook {
                id: full.id.clone(),
                contacts,
            };
            put(&edge, Batch::new().upsert(&book(10_000))).await;
            let refused = bob.accept(&edge, &ann).await;
            refused.expect_problem(409, "contacts_full");
            assert!(!are_contacts(&edge, &ann, &bob).await);
            put(&edge, Batch::new().upsert(&book(0))).await;
        }
        bob.accept(&edge, &ann).await.expect(200);
        assert!(are_contacts(&edge, &ann, &bob).await);
    });
}

#[test]
fn asking_and_accepting_cost_a_read_and_a_commit() {
    block_on(async {
        let edge = edge();
        let [ann, bob, cid, dan] = users(&edge, ["ann", "bob", "cid", "dan"]).await;
        for (one, other) in [(&ann, &bob), (&cid, &dan)] {
            // Address books are there, and forms of commits known, after the first ones.
            one.keep(&edge, &one_more(&edge).await.id, nothing())
                .await
                .expect(201);
            other
                .keep(&edge, &one_more(&edge).await.id, nothing())
                .await
                .expect(201);
            edge.statements();
            one.ask(&edge, other).await.expect(201);
            let sent = edge.statements();
            other.accept(&edge, one).await.expect(200);
            let accepted = edge.statements();
            assert_eq!(
                (sent.len(), accepted.len()),
                (2, 2),
                "{sent:#?} {accepted:#?}"
            );
        }
    });
}

async fn one_more(edge: &TestEdge) -> User {
    user(edge, "one").await
}

/// An action of one of two people.
#[derive(Clone, Copy, Debug)]
enum Step {
    Ask(usize),
    Withdraw(usize),
    Accept(usize),
    Decline(usize),
}

/// The model's knowledge: who asked, whether it was declined and taken back, and whether the two are contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Model {
    asked: Option<usize>,
    declined: bool,
    taken_back: bool,
    contacts: bool,
}

impl Model {
    /// The state after a step, and the status of the answer.
    fn after(self, step: Step) -> (Model, u16) {
        let other = |who: usize| 1 - who;
        let settled = Model {
            contacts: true,
            ..Model::default()
        };
        let wants = |who: usize| self.asked == Some(who) && !self.taken_back;
        match step {
            Step::Ask(who) if wants(who) => (self, 200),
            Step::Ask(who) if wants(other(who)) => (settled, 200),
            Step::Ask(who) => {
                let declined = self.declined && self.asked == Some(who);
                let asked = Some(who);
                (
                    Model {
                        asked,
                        declined,
                        taken_back: false,
                        ..self
                    },
                    201,
                )
            }
            Step::Withdraw(who) if wants(who) && self.declined => (
                Model {
                    taken_back: true,
                    ..self
                },
                204,
            ),
            Step::Withdraw(who) if wants(who) => (
                Model {
                    asked: None,
                    ..self
                },
                204,
            ),
            Step::Withdraw(_) => (self, 204),
            Step::Accept(who) if wants(other(who)) => (settled, 200),
            Step::Accept(_) => (self, if self.contacts { 200 } else { 404 }),
            Step::Decline(who) if wants(other(who)) => (
                Model {
                    declined: true,
                    ..self
                },
                204,
            ),
            Step::Decline(_) => (self, 404),
        }
    }

    /// Whether somebody sees that they wait for an answer, and whether they see that they were asked.
    fn seen_by(self, who: usize) -> (bool, bool) {
        let waits = self.asked == Some(who) && !self.taken_back;
        let is_asked = self.asked == Some(1 - who) && !self.taken_back && !self.declined;
        (waits, is_asked)
    }
}

fn step() -> impl Strategy<Value = Step> {
    let step = prop::sample::select(
        &[
            Step::Ask as fn(usize) -> Step,
            Step::Withdraw,
            Step::Accept,
            Step::Decline,
        ][..],
    );
    (step, 0..2_usize).prop_map(|(step, who)| step(who))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_two_do_they_see_what_the_model_says(steps in prop::collection::vec(step(), 1..12)) {
        block_on(async {
            let edge = TestEdge::new(&contacts::api(), &[("contact_request_rate_per_day", "0")]);
            let two = users::<2>(&edge, ["ann", "bob"]).await;
            let mut model = Model::default();
            for step in steps {
                let answer = match step {
                    Step::Ask(who) => two[who].ask(&edge, &two[1 - who]).await,
                    Step::Withdraw(who) => two[who].withdraw(&edge, &two[1 - who]).await,
                    Step::Accept(who) => two[who].accept(&edge, &two[1 - who]).await,
                    Step::Decline(who) => two[who].decline(&edge, &two[1 - who]).await,
                };
                let (next, expected) = model.after(step);
                prop_assert_eq!(status(&answer), expected, "{:?} in {:?}", step, model);
                model = next;
                for (who, one) in two.iter().enumerate() {
                    let seen = (
                        one.asked(&edge, "outgoing").await.len() == 1,
                        one.asked(&edge, "incoming").await.len() == 1,
                    );
                    prop_assert_eq!(seen, model.seen_by(who), "{:?} by {} in {:?}", step, who, model);
                }
                prop_assert_eq!(are_contacts(&edge, &two[0], &two[1]).await, model.contacts);
            }
            Ok(())
        })?;
    }
}
