//! Pages of a search, and their cost.

use serde_json::{Value, json};
use whisper_messages::testing::Person;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Batch;

use crate::{World, contents};

/// Walks a search forwards and back again; gives the finds each way.
fn walk(world: &World, who: &Person, path: &str) -> (Vec<String>, Vec<String>) {
    let mut page = world.get(who, path).expect(200);
    assert_eq!(page["previous"], Value::Null);
    let mut forwards = contents(&page);
    while let Some(next) = page["next"].as_str() {
        page = world.get(who, &format!("{path}&after={next}")).expect(200);
        forwards.extend(contents(&page));
    }
    let mut back = contents(&page);
    while let Some(previous) = page["previous"].as_str() {
        page = world
            .get(who, &format!("{path}&before={previous}"))
            .expect(200);
        back.splice(0..0, contents(&page));
    }
    (forwards, back)
}

#[test]
fn pages_are_full_though_some_of_it_is_gone() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let words: Vec<String> = (0..40).map(|n| format!("hello {n}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ids = world.say(&ann, &room, &words);
    // Deletes every second message, and ten in a row.
    for (n, id) in ids.iter().enumerate() {
        if n % 2 == 0 || (20..30).contains(&n) {
            world.delete(id);
        }
    }
    let left = (0..40)
        .filter(|n| n % 2 == 1 && !(20..30).contains(n))
        .rev();
    let left: Vec<String> = left.map(|n| format!("hello {n}")).collect();
    for limit in [1, 4, 15, 16, 100] {
        for path in [
            format!("/v1/conversations/{room}/search?query=hello&limit={limit}"),
            format!("/v1/search/messages?query=hello&limit={limit}"),
        ] {
            let (forwards, back) = walk(&world, &ann, &path);
            assert_eq!(forwards, left, "{path}");
            assert_eq!(back, left, "{path}");
        }
    }
    let first = world.ask(&ann, &room, "query=hello&limit=4").expect(200);
    assert_eq!(contents(&first).len(), 4);
}

/// Among so much that isn't for the caller, a page may be short, and leads on.
#[test]
fn a_page_that_meets_little_for_the_caller_leads_on() {
    let world = World::new();
    let ann = world.scene.person();
    let room = world.scene.group(&[&ann]);
    let words = vec!["hello"; 30];
    let mut all = vec!["hello first"];
    all.extend(&words);
    let ids = world.say(&ann, &room, &all);
    ids[1..].iter().for_each(|id| world.delete(id));
    let first = world.ask(&ann, &room, "query=hello&limit=2").expect(200);
    assert_eq!(contents(&first), [""; 0]);
    let (forwards, back) = walk(
        &world,
        &ann,
        &format!("/v1/conversations/{room}/search?query=hello&limit=2"),
    );
    assert_eq!(forwards, ["hello first"]);
    assert_eq!(back, ["hello first"]);
}

#[test]
fn cursors_belong_to_their_search() {
    let world = World::new();
    let (ann, bob) = (world.scene.person(), world.scene.person());
    let room = world.scene.group(&[&ann, &bob]);
    world.say(&ann, &room, &["hello 1", "hello 2"]);
    let page = world.ask(&ann, &room, "query=hello&limit=1").expect(200);
    let next = page["next"].as_str().unwrap();
    for (who, query) in [
        (&ann, format!("query=hell&after={next}")),
        (&bob, format!("query=hello&after={next}")),
        (&ann, "query=hello&after=x".to_owned()),
    ] {
        world
            .ask(who, &room, &query)
            .expect_problem(400, "invalid_cursor");
    }
    world.search.advance(60_000);
    assert_eq!(
        contents(
            &world
                .ask(&ann, &room, &format!("query=hello&limit=1&after={next}"))
                .expect(200)
        ),
        ["hello 1"]
    );
}

/// The statements of a request.
fn cost(world: &World, who: &Person, path: &str) -> usize {
    world.get(who, path).expect(200);
    world.search.statements();
    world.get(who, path).expect(200);
    world.search.statements().len()
}

#[test]
fn a_search_costs_the_same_however_large_the_group_is() {
    let world = World::with(&[]);
    let ann = world.scene.person();
    let (small, large) = (world.scene.group(&[&ann]), world.scene.group(&[&ann]));
    let members = (0..3_000).map(|n| ConversationMember {
        id: member_id(&large, &format!("u{n}")),
        conversation_id: large.clone(),
        user_id: format!("u{n}"),
        joined_at: Timestamp::AT_COMMIT,
        ..ConversationMember::default()
    });
    world
        .scene
        .commit(members.fold(Batch::new(), |batch, member| batch.insert(&member)));
    world.say(&ann, &small, &["hello"]);
    for _ in 0..5 {
        world.say(&ann, &large, &["hello"; 40]);
    }
    let search = |room: &str| {
        cost(
            &world,
            &ann,
            &format!("/v1/conversations/{room}/search?query=hello"),
        )
    };
    // Membership; counter; conversation and receipts; entries; messages; people.
    assert_eq!((search(&small), search(&large)), (6, 6));
    let media = |room: &str| {
        cost(
            &world,
            &ann,
            &format!("/v1/conversations/{room}/media?kind=links,images"),
        )
    };
    world.send(
        &ann,
        &small,
        json!({"content": "a", "links": ["https://example.com"]}),
    );
    for _ in 0..100 {
        world.send(
            &ann,
            &large,
            json!({"content": "a", "links": ["https://example.com"]}),
        );
    }
    world.take_in();
    assert_eq!((media(&small), media(&large)), (5, 5));
    // Memberships; counter; entries; conversations; messages; receipts of conversations of two (none); people.
    assert_eq!(cost(&world, &ann, "/v1/search/messages?query=hello"), 6);
}
