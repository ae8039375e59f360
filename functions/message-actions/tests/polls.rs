//! Votes: the rights to them, their tallies, and their readers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures::executor::block_on;
use futures::future::{join, join_all, maybe_done};
use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::testing::Answer;
use whisper_kit::{Method, Request};
use whisper_messages::testing::{Person, Scene};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

const KEY: &str = "a-secret-of-the-voter-0001";

fn scene() -> Scene {
    let free = [
        ("message_rate_per_minute", "0"),
        ("stranger_message_rate_per_hour", "0"),
        ("vote_rate_per_minute", "0"),
    ];
    Scene::of(&message_send::api(), &message_actions::api(), &free)
}

/// A poll of three options; gives where it is.
fn ask(scene: &Scene, who: &Person, conversation: &str, metadata: Value) -> String {
    let mut details = json!({"options": ["a", "b", "c"]});
    for (key, value) in metadata.as_object().unwrap() {
        details[key] = value.clone();
    }
    let body = json!({"contentType": "poll", "content": "Which?", "metadata": details});
    let sent = scene.send(who, conversation, &body).expect(201);
    format!(
        "/v1/conversations/{conversation}/messages/{}",
        sent["id"].as_str().unwrap()
    )
}

async fn call(
    scene: &Scene,
    who: &Person,
    method: Method,
    path: String,
    key: Option<&str>,
    body: Value,
) -> Answer {
    let mut request = Request::new(method, &path);
    let mut headers = vec![("authorization", format!("Bearer {}", who.token))];
    if let Some(key) = key {
        headers.push(("vote-key", key.to_owned()));
    }
    if !body.is_null() {
        headers.push(("content-type", "application/json".to_owned()));
        request.body = body.to_string().into();
    }
    for (name, value) in headers {
        request.headers.insert(name, value.parse().unwrap());
    }
    scene.actions.request(request).await
}

fn vote(scene: &Scene, who: &Person, at: &str, options: &[i64]) -> Answer {
    vote_with(scene, who, at, None, options)
}

fn vote_with(scene: &Scene, who: &Person, at: &str, key: Option<&str>, options: &[i64]) -> Answer {
    let (path, body) = (format!("{at}/vote"), json!({"options": options}));
    block_on(call(scene, who, Method::PUT, path, key, body))
}

fn withdraw(scene: &Scene, who: &Person, at: &str, key: Option<&str>) -> Answer {
    let path = format!("{at}/vote");
    block_on(call(scene, who, Method::DELETE, path, key, Value::Null))
}

fn get(scene: &Scene, who: &Person, path: String) -> Answer {
    block_on(call(scene, who, Method::GET, path, None, Value::Null))
}

fn results(scene: &Scene, who: &Person, at: &str) -> Value {
    get(scene, who, format!("{at}/poll")).expect(200)
}

/// The same person, signed in once more.
fn anew(scene: &Scene, who: &Person) -> Person {
    let (id, token) = (who.id.clone(), block_on(scene.actions.session(&who.id)));
    Person { id, token }
}

fn counts(poll: &Value) -> Vec<i64> {
    let options = poll["options"].as_array().unwrap();
    options
        .iter()
        .map(|o| o["votes"].as_i64().unwrap())
        .collect()
}

fn close(scene: &Scene, who: &Person, at: &str) -> Answer {
    let path = format!("{at}/poll/close");
    block_on(call(scene, who, Method::POST, path, None, Value::Null))
}

#[test]
fn a_vote_counts_once_changes_and_is_taken_back() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let at = ask(&scene, &ann, &group, json!({}));
    let poll = results(&scene, &bob, &at);
    assert_eq!(
        (counts(&poll), &poll["hasVoted"], &poll["choices"]),
        (vec![0, 0, 0], &json!(false), &json!([]))
    );
    for _ in 0..2 {
        let poll = vote(&scene, &bob, &at, &[1]).expect(200);
        assert_eq!(
            (counts(&poll), &poll["totalVotes"]),
            (vec![0, 1, 0], &json!(1))
        );
        assert_eq!(
            (&poll["hasVoted"], &poll["choices"]),
            (&json!(true), &json!([1]))
        );
    }
    let poll = vote(&scene, &bob, &at, &[2]).expect(200);
    assert_eq!(
        (counts(&poll), &poll["totalVotes"]),
        (vec![0, 0, 1], &json!(1))
    );
    vote(&scene, &ann, &at, &[2]).expect(200);
    for _ in 0..2 {
        let poll = withdraw(&scene, &bob, &at, None).expect(200);
        assert_eq!(
            (counts(&poll), &poll["totalVotes"]),
            (vec![0, 0, 1], &json!(1))
        );
        assert_eq!(
            (&poll["hasVoted"], &poll["choices"]),
            (&json!(false), &json!([]))
        );
    }
    // The history and the message alone carry the same.
    let alone = get(&scene, &ann, at.clone()).expect(200);
    let history = scene.read(&ann, &group, "").expect(200);
    assert_eq!(alone["poll"], results(&scene, &ann, &at));
    assert_eq!(history["items"][0]["poll"], alone["poll"]);
    assert_eq!(alone["poll"]["choices"], json!([2]));
}

#[test]
fn a_choice_must_fit_the_poll() {
    let scene = scene();
    let ann = scene.person();
    let group = scene.group(&[&ann]);
    let single = ask(&scene, &ann, &group, json!({}));
    let multiple = ask(&scene, &ann, &group, json!({"allowMultiple": true}));
    let refused = |at: &str, body: Value| {
        let path = format!("{at}/vote");
        let answer = block_on(call(&scene, &ann, Method::PUT, path, None, body));
        let problem = answer.expect_problem(422, "validation_failed");
        let error = problem["errors"][0].clone();
        format!(
            "{}:{}",
            error["field"].as_str().unwrap(),
            error["rule"].as_str().unwrap()
        )
    };
    assert_eq!(refused(&single, json!({"options": [0, 1]})), "options:size");
    assert_eq!(refused(&single, json!({"options": []})), "options:size");
    assert_eq!(
        refused(&single, json!({"options": [3]})),
        "options:reference"
    );
    assert_eq!(
        refused(&single, json!({"options": [-1]})),
        "options[0]:range"
    );
    assert_eq!(
        refused(&multiple, json!({"options": [0, 0]})),
        "options[1]:unique"
    );
    assert_eq!(refused(&single, json!({})), "options:required");
    let poll = vote(&scene, &ann, &multiple, &[2, 0]).expect(200);
    assert_eq!(
        (counts(&poll), &poll["totalVotes"]),
        (vec![1, 0, 1], &json!(1))
    );
    assert_eq!(counts(&results(&scene, &ann, &single)), [0, 0, 0]);
}

#[test]
fn strangers_learn_nothing_and_the_blocked_dont_vote() {
    let scene = scene();
    let (ann, bob, eve) = (scene.person(), scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let at = ask(&scene, &ann, &group, json!({}));
    let words = scene.say(&ann, &group, "no poll");
    let plain = format!("/v1/conversations/{group}/messages/{words}");
    for (who, at) in [(&eve, &at), (&bob, &plain)] {
        vote(&scene, who, at, &[0]).expect_problem(404, "not_found");
        withdraw(&scene, who, at, None).expect_problem(404, "not_found");
        close(&scene, who, at).expect_problem(404, "not_found");
        get(&scene, who, format!("{at}/poll")).expect_problem(404, "not_found");
        let voters = format!("{at}/poll/voters?option=0");
        get(&scene, who, voters).expect_problem(404, "not_found");
    }
    let nobody = Person {
        id: String::new(),
        token: "x".into(),
    };
    vote(&scene, &nobody, &at, &[0]).expect(401);
    // A poll of one conversation isn't reached through another.
    let other = scene.group(&[&bob]);
    vote(&scene, &bob, &at.replace(&group, &other), &[0]).expect_problem(404, "not_found");

    let talk = scene.direct(&ann, &bob);
    let at = ask(&scene, &ann, &talk, json!({}));
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    scene.change(&member_id(&talk, &bob.id), blocked);
    vote(&scene, &bob, &at, &[0]).expect_problem(403, "forbidden");
    assert_eq!(counts(&results(&scene, &ann, &at)), [0, 0, 0]);
}

#[test]
fn voters_are_listed_without_blocked_ones_and_in_anonymous_polls_nobody_is() {
    let scene = scene();
    let people: Vec<Person> = (0..4).map(|_| scene.person()).collect();
    let group = scene.group(&people.iter().collect::<Vec<_>>());
    let at = ask(&scene, &people[0], &group, json!({}));
    for who in &people {
        vote(&scene, who, &at, &[1]).expect(200);
    }
    scene.block(&people[3], &people[0]);
    let seen = |query: &str| {
        let page = get(&scene, &people[0], format!("{at}/poll/voters?{query}")).expect(200);
        let items = page["items"].as_array().unwrap().clone();
        let ids = items
            .iter()
            .map(|v| v["user"]["id"].as_str().unwrap().to_owned());
        (
            ids.collect::<Vec<_>>(),
            page["next"].as_str().map(str::to_owned),
        )
    };
    let (first, next) = seen("option=1&limit=2");
    assert_eq!(first, [people[2].id.clone(), people[1].id.clone()]);
    let (rest, end) = seen(&format!("option=1&limit=2&after={}", next.unwrap()));
    assert_eq!((rest, end), (vec![people[0].id.clone()], None));
    assert_eq!(seen("option=0").0, [""; 0]);
    for wrong in ["", "?option=-1", "?option=12"] {
        get(&scene, &people[0], format!("{at}/poll/voters{wrong}"))
            .expect_problem(400, "invalid_query");
    }

    let secret = ask(&scene, &people[0], &group, json!({"isAnonymous": true}));
    let voters = format!("{secret}/poll/voters?option=0");
    get(&scene, &people[0], voters).expect_problem(403, "forbidden");
}

#[test]
fn an_anonymous_choice_is_nowhere_but_in_the_voters_hands() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let at = ask(
        &scene,
        &ann,
        &group,
        json!({"isAnonymous": true, "allowMultiple": true}),
    );
    vote(&scene, &bob, &at, &[0]).expect_problem(400, "invalid_header");
    vote_with(&scene, &bob, &at, Some("short"), &[0]).expect_problem(400, "invalid_header");
    let poll = vote_with(&scene, &bob, &at, Some(KEY), &[1, 2]).expect(200);
    assert_eq!(
        (counts(&poll), &poll["choices"]),
        (vec![0, 1, 1], &json!([1, 2]))
    );
    let without = results(&scene, &bob, &at);
    assert_eq!(
        (&without["hasVoted"], without.get("choices")),
        (&json!(true), None)
    );

    // The rows that the operator could look at.
    let ballots = scene.all::<PollBallot>();
    assert_eq!(ballots.len(), 1);
    assert_eq!((&ballots[0].choices, ballots[0].voted_at), (&None, None));
    assert_eq!(scene.all::<PollChoice>(), []);
    let events = scene.all::<Event>();
    let voted: Vec<&Event> = events.iter().filter(|e| e.kind == "poll.voted").collect();
    assert_eq!((voted.len(), &voted[0].user_id), (1, &None));
    assert!(!voted[0].payload.contains(&bob.id), "{}", voted[0].payload);
    let sealed = ballots[0].sealed.clone().unwrap();
    // All tallies were there before the first vote, so no row tells by its place which vote made it.
    let tallies = scene.all::<PollTally>();
    let options: Vec<(i64, i64)> = tallies.iter().map(|of| (of.option, of.votes)).collect();
    assert_eq!(options, [(0, 0), (1, 1), (2, 1)]);

    // Sealed choices have the same length, whatever was chosen.
    let poll = vote_with(&scene, &bob, &at, Some(KEY), &[0]).expect(200);
    assert_eq!(counts(&poll), [1, 0, 0]);
    let other = scene.all::<PollBallot>()[0].sealed.clone().unwrap();
    assert_eq!((other.len(), other == sealed), (sealed.len(), false));

    let wrong = Some("another-secret-of-somebody");
    vote_with(&scene, &bob, &at, wrong, &[2]).expect_problem(403, "forbidden");
    withdraw(&scene, &bob, &at, wrong).expect_problem(403, "forbidden");
    assert_eq!(
        counts(&withdraw(&scene, &bob, &at, Some(KEY)).expect(200)),
        [0, 0, 0]
    );
    assert_eq!(scene.all::<PollBallot>(), []);
}

#[test]
fn a_poll_ends_at_its_time_or_when_it_is_closed() {
    let scene = scene();
    let people: Vec<Person> = (0..3).map(|_| scene.person()).collect();
    let (ann, bob, mod_) = (&people[0], &people[1], &people[2]);
    let group = scene.group(&[ann, bob, mod_]);
    let end = scene.actions.ctx().now().plus(60_000);
    let at = ask(&scene, ann, &group, json!({"expiresAt": end.to_string()}));
    vote(&scene, bob, &at, &[0]).expect(200);
    scene.actions.advance(60_000);
    vote(&scene, bob, &at, &[1]).expect_problem(409, "poll_closed");
    withdraw(&scene, bob, &at, None).expect_problem(409, "poll_closed");
    let poll = results(&scene, bob, &at);
    assert_eq!(
        (counts(&poll), &poll["isClosed"]),
        (vec![1, 0, 0], &json!(true))
    );

    let at = ask(&scene, ann, &group, json!({}));
    close(&scene, bob, &at).expect_problem(403, "forbidden");
    for _ in 0..2 {
        assert_eq!(close(&scene, ann, &at).expect(200)["isClosed"], json!(true));
    }
    vote(&scene, bob, &at, &[1]).expect_problem(409, "poll_closed");
    let at = ask(&scene, ann, &group, json!({}));
    let moderator = Patch::<ConversationMember>::new()
        .set(ConversationMember::ROLE, ConversationMemberRole::Moderator);
    scene.change(&member_id(&group, &mod_.id), moderator);
    close(&scene, mod_, &at).expect(200);
    let closed = scene.all::<Event>();
    assert_eq!(closed.iter().filter(|e| e.kind == "poll.closed").count(), 2);
}

#[test]
fn a_poll_that_was_closed_while_the_clock_was_ahead_stays_closed() {
    const YEAR: i64 = 365 * 24 * 3_600_000;
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let at = ask(&scene, &ann, &group, json!({}));
    vote(&scene, &bob, &at, &[0]).expect(200);
    scene.actions.advance(YEAR);
    close(&scene, &anew(&scene, &ann), &at).expect(200);
    // Times of commits stay ahead for two days at most.
    scene.actions.advance(3 * 24 * 3_600_000 - YEAR);
    let (ann, bob) = (anew(&scene, &ann), anew(&scene, &bob));
    assert_eq!(results(&scene, &bob, &at)["isClosed"], json!(true));
    vote(&scene, &bob, &at, &[1]).expect_problem(409, "poll_closed");
    assert_eq!(
        close(&scene, &ann, &at).expect(200)["isClosed"],
        json!(true)
    );
}

/// However far a vote has come when the poll is closed, the results that the closing gave stay.
#[test]
fn a_vote_that_meets_the_closing_counts_before_it_or_not_at_all() {
    let scene = scene();
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    let mut outcomes = BTreeSet::new();
    for steps in 0..40 {
        let at = ask(&scene, &ann, &group, json!({}));
        let choice = json!({"options": [1]});
        let path = format!("{at}/vote");
        let voting = call(&scene, &bob, Method::PUT, path, None, choice);
        let path = format!("{at}/poll/close");
        let closing = call(&scene, &ann, Method::POST, path, None, Value::Null);
        let (closed, voted) = block_on(async {
            let mut voting = pin!(maybe_done(voting));
            for _ in 0..steps {
                let _ = futures::poll!(voting.as_mut());
            }
            scene.actions.advance(1000);
            let (closed, ()) = join(closing, voting.as_mut()).await;
            (closed, voting.take_output().unwrap())
        });
        let (closed, voted) = (closed.expect(200), voted.response.status().as_u16());
        let after = results(&scene, &bob, &at);
        assert_eq!(
            (counts(&after), &after["totalVotes"]),
            (counts(&closed), &closed["totalVotes"]),
            "after {steps} steps: {voted}"
        );
        let counted = i64::from(voted == 200);
        assert_eq!(after["totalVotes"], json!(counted), "after {steps} steps");
        outcomes.insert(voted);
    }
    assert_eq!(outcomes, BTreeSet::from([200, 409]), "both were met");
}

#[test]
fn many_votes_at_once_are_all_counted() {
    let scene = scene();
    let people: Vec<Person> = (0..60).map(|_| scene.person()).collect();
    let group = scene.group(&people.iter().collect::<Vec<_>>());
    let at = ask(&scene, &people[0], &group, json!({}));
    // Each twice, at the same time as all others: two devices of one user don't make two votes.
    let votes = people.iter().enumerate().flat_map(|(n, who)| {
        [n % 3, (n + 1) % 3].map(|option| {
            let body = json!({"options": [option]});
            call(&scene, who, Method::PUT, format!("{at}/vote"), None, body)
        })
    });
    let answers = block_on(join_all(votes.collect::<Vec<_>>()));
    answers.into_iter().for_each(|answer| {
        answer.expect(200);
    });
    let poll = results(&scene, &people[0], &at);
    assert_eq!(poll["totalVotes"], json!(60));
    assert_eq!(counts(&poll).iter().sum::<i64>(), 60);
    assert_eq!(scene.all::<PollChoice>().len(), 60);
}

#[test]
fn a_vote_costs_the_same_in_a_large_poll() {
    let scene = scene();
    let people: Vec<Person> = (0..30).map(|_| scene.person()).collect();
    let group = scene.group(&people.iter().collect::<Vec<_>>());
    let at = ask(&scene, &people[0], &group, json!({}));
    let cost = |who: &Person| {
        scene.actions.statements();
        scene.actions.rows_written();
        vote(&scene, who, &at, &[0]).expect(200);
        (
            scene.actions.statements().len(),
            scene.actions.rows_written(),
        )
    };
    results(&scene, &people[0], &at);
    cost(&people[0]);
    let early = cost(&people[1]);
    for who in &people[2..29] {
        vote(&scene, who, &at, &[0]).expect(200);
    }
    assert_eq!(cost(&people[29]), early);
    // The read, the commit, and the results.
    assert_eq!(early.0, 3);
}

#[test]
fn votes_go_with_their_message() {
    let scene = scene();
    let people: Vec<Person> = (0..30).map(|_| scene.person()).collect();
    let group = scene.group(&people.iter().collect::<Vec<_>>());
    let end = scene.actions.ctx().now().plus(60_000);
    let body = json!({"contentType": "poll", "content": "Which?", "expiresAt": end.to_string(), "metadata": {"options": ["a", "b"]}});
    let sent = scene.send(&people[0], &group, &body).expect(201);
    let stays = ask(&scene, &people[0], &group, json!({}));
    let at = format!(
        "/v1/conversations/{group}/messages/{}",
        sent["id"].as_str().unwrap()
    );
    for who in &people {
        vote(&scene, who, &at, &[1]).expect(200);
    }
    vote(&scene, &people[0], &stays, &[2]).expect(200);
    close(&scene, &people[0], &at).expect(200);
    scene.actions.advance(60_000);
    scene.say(&people[0], &group, "the clock is right");
    // Fewer rows a commit than there are votes.
    let bounds = whisper_kit::jobs::Bounds {
        rows_per_commit: 8,
        ..Default::default()
    };
    let tally = whisper_kit::jobs::Tally::default();
    let ctx = scene.actions.ctx();
    let messages = &message_actions::Messages;
    block_on(whisper_kit::jobs::expire(&ctx, messages, bounds, &tally)).unwrap();
    assert_eq!(tally.report().done, 1);
    vote(&scene, &people[0], &at, &[0]).expect_problem(404, "not_found");
    assert_eq!(scene.all::<Poll>().len(), 1);
    assert_eq!(scene.all::<PollBallot>().len(), 1);
    assert_eq!(scene.all::<PollChoice>().len(), 1);
    assert_eq!(scene.all::<PollTally>().len(), 1);
    assert_eq!(scene.all::<PollClosing>(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The tallies are those of the last votes, for any votes in any order.
    #[test]
    fn tallies_follow_the_last_votes(
        multiple: bool,
        anonymous: bool,
        acts in prop::collection::vec((0..3_usize, prop::collection::btree_set(0..3_i64, 0..=3)), 1..20),
    ) {
        let scene = scene();
        let people: Vec<Person> = (0..3).map(|_| scene.person()).collect();
        let group = scene.group(&people.iter().collect::<Vec<_>>());
        let how = json!({"allowMultiple": multiple, "isAnonymous": anonymous});
        let at = ask(&scene, &people[0], &group, how);
        let mut model: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
        for (who, options) in acts {
            let chosen: Vec<i64> = options.iter().copied().collect();
            let fits = multiple || chosen.len() <= 1;
            if chosen.is_empty() {
                withdraw(&scene, &people[who], &at, Some(KEY)).expect(200);
                model.remove(&who);
            } else {
                let answer = vote_with(&scene, &people[who], &at, Some(KEY), &chosen);
                answer.expect(if fits { 200 } else { 422 });
                if fits {
                    model.insert(who, options);
                }
            }
            let expected: Vec<i64> = (0..3)
                .map(|option| model.values().filter(|chosen| chosen.contains(&option)).count() as i64)
                .collect();
            let poll = results(&scene, &people[0], &at);
            prop_assert_eq!(counts(&poll), expected);
            prop_assert_eq!(&poll["totalVotes"], &json!(model.len()));
        }
    }
}
