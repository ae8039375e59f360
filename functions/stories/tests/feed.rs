//! The feed against a simple model: with any follows, blocks and stories its pages together are
//! exactly the stories that the rule allows, latest first, and no page but the last is short.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::TestEdge;
use whisper_schema::Choice;
use whisper_schema::prelude::{
    Account, AccountStatus, Contact, Follow, Story, StoryAudience, StoryPrivacy,
};
use whisper_store::Batch;

/// The relation of an author to the viewer, and the other way round.
#[derive(Clone, Debug)]
struct Author {
    followed: bool,
    follows_back: bool,
    close: bool,
    blocks: bool,
    is_blocked: bool,
    is_disabled: bool,
}

/// A story: its author (the last one is the viewer), its audience, and its end.
#[derive(Clone, Debug)]
struct Posted {
    author: usize,
    privacy: StoryPrivacy,
    lifetime: i64,
}

const AUTHORS: usize = 5;

fn authors() -> impl Strategy<Value = Vec<Author>> {
    let author = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.15),
    )
        .prop_map(
            |(followed, follows_back, close, blocks, is_blocked, is_disabled)| Author {
                followed,
                follows_back,
                close,
                blocks,
                is_blocked,
                is_disabled,
            },
        );
    prop::collection::vec(author, AUTHORS)
}

fn stories() -> impl Strategy<Value = Vec<Posted>> {
    let levels = prop::sample::select(StoryPrivacy::ELEMENTS);
    let posted = (0..=AUTHORS, levels, 0..4i64).prop_map(|(author, privacy, lifetime)| Posted {
        author,
        privacy: StoryPrivacy::parse(privacy).unwrap(),
        lifetime,
    });
    prop::collection::vec(posted, 0..40)
}

fn name(author: usize, viewer: &str) -> String {
    if author == AUTHORS {
        viewer.to_owned()
    } else {
        format!("author{author}")
    }
}

fn rows(viewer: &str, authors: &[Author]) -> (Vec<Follow>, Vec<Contact>) {
    let (mut follows, mut contacts) = (Vec::new(), Vec::new());
    let mut follow = |one: &str, other: &str, is_close_friend| {
        follows.push(Follow {
            id: format!("f{}", follows.len()),
            follower_id: one.into(),
            following_id: other.into(),
            is_close_friend,
            ..Follow::default()
        });
    };
    let mut block = |one: &str, other: &str| {
        contacts.push(Contact {
            id: format!("c{}", contacts.len()),
            user_id: one.into(),
            contact_user_id: other.into(),
            is_blocked: true,
            ..Contact::default()
        });
    };
    for (i, author) in authors.iter().enumerate() {
        let id = name(i, viewer);
        if author.followed {
            follow(viewer, &id, false);
        }
        if author.follows_back {
            follow(&id, viewer, author.close);
        }
        if author.blocks {
            block(&id, viewer);
        }
        if author.is_blocked {
            block(viewer, &id);
        }
    }
    (follows, contacts)
}

async fn feed(edge: &TestEdge, token: &str, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut path = format!("/v1/stories/feed?limit={limit}");
    loop {
        let page = edge
            .send(Method::GET, &path, token, &Value::Null)
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|story| story["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            return ids;
        };
        assert_eq!(items.len(), limit, "a page with a next one is full");
        path = format!("/v1/stories/feed?limit={limit}&after={next}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn pages_are_exactly_what_the_rule_allows(authors in authors(), stories in stories(), limit in 1usize..9) {
        block_on(async {
            let edge = TestEdge::new(&stories::api(), &[]);
            let (viewer, token) = edge.user().await;
            let (follows, contacts) = rows(&viewer, &authors);
            let now = edge.ctx().now();
            let mut batch = Batch::new();
            for follow in &follows {
                batch = batch.insert(follow);
            }
            for contact in &contacts {
                batch = batch.insert(contact);
            }
            for (i, _) in authors.iter().enumerate().filter(|(_, author)| author.is_disabled) {
                let id = name(i, &viewer);
                batch = batch.insert(&Account { id, status: AccountStatus::Disabled, ..Account::default() });
            }
            let mut expected = Vec::new();
            for (i, posted) in stories.iter().enumerate() {
                let author = name(posted.author, &viewer);
                let story = Story {
                    id: format!("s{i}"),
                    user_id: author.clone(),
                    text: Some("x".into()),
                    privacy: posted.privacy,
                    created_at: Some(now),
                    // 0 expires at this very moment.
                    expires_at: now.plus(posted.lifetime),
                    ..Story::default()
                };
                batch = batch.insert(&story);
                let audience = StoryAudience::of(&viewer, &author, &follows, &contacts);
                let in_reach = posted.author == AUTHORS
                    || (authors[posted.author].followed && !authors[posted.author].is_disabled);
                if in_reach && story.is_visible(audience, now) {
                    expected.insert(0, story.id);
                }
            }
            edge.store().commit(batch).await.unwrap();
            assert_eq!(feed(&edge, &token, limit).await, expected);
        });
    }
}

#[test]
fn a_feed_of_more_people_than_one_condition_takes_is_whole() {
    block_on(async {
        let edge = TestEdge::new(&stories::api(), &[]);
        let (viewer, token) = edge.user().await;
        let now = edge.ctx().now();
        for chunk in 0..5 {
            let mut batch = Batch::new();
            for i in chunk * 500..(chunk + 1) * 500 {
                let author = format!("author{i}");
                let follow = |id: String, one: &str, other: &str| Follow {
                    id,
                    follower_id: one.into(),
                    following_id: other.into(),
                    created_at: Some(now),
                    ..Follow::default()
                };
                batch = batch
                    .insert(&follow(format!("there{i}"), &viewer, &author))
                    .insert(&follow(format!("back{i}"), &author, &viewer));
                let story = Story {
                    id: format!("s{i}"),
                    user_id: author,
                    privacy: StoryPrivacy::Friends,
                    created_at: Some(now),
                    expires_at: now.plus(1000),
                    ..Story::default()
                };
                batch = batch.insert(&story);
            }
            edge.store().commit(batch).await.unwrap();
        }
        let ids = feed(&edge, &token, 100).await;
        let expected: Vec<String> = (0..2500).rev().map(|i| format!("s{i}")).collect();
        assert_eq!(ids, expected);
    });
}

#[test]
fn a_story_posted_while_somebody_pages_shifts_nothing() {
    block_on(async {
        let edge = TestEdge::new(&stories::api(), &[]);
        let (_, token) = edge.user().await;
        let body = json!({"contentType": "text", "text": "hello"});
        for _ in 0..5 {
            edge.send(Method::POST, "/v1/stories", &token, &body)
                .await
                .expect(201);
        }
        let first = edge
            .send(
                Method::GET,
                "/v1/stories/feed?limit=3",
                &token,
                &Value::Null,
            )
            .await
            .expect(200);
        let newer = edge
            .send(Method::POST, "/v1/stories", &token, &body)
            .await
            .expect(201);
        let after = |parameter: &str, page: &Value, key: &str| {
            format!(
                "/v1/stories/feed?limit=3&{parameter}={}",
                page[key].as_str().unwrap()
            )
        };
        let second = edge
            .send(
                Method::GET,
                &after("after", &first, "next"),
                &token,
                &Value::Null,
            )
            .await
            .expect(200);
        assert_eq!(second["items"].as_array().unwrap().len(), 2, "{second}");
        let back = edge
            .send(
                Method::GET,
                &after("before", &second, "previous"),
                &token,
                &Value::Null,
            )
            .await
            .expect(200);
        assert_eq!(back["items"], first["items"]);
        let newest = edge
            .send(
                Method::GET,
                &after("before", &back, "previous"),
                &token,
                &Value::Null,
            )
            .await
            .expect(200);
        assert_eq!(newest["items"].as_array().unwrap().len(), 1);
        assert_eq!(newest["items"][0]["id"], newer["id"]);
    });
}
