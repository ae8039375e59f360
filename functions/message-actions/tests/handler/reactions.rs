//! Reactions: the rights to them, their number, and their readers.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::testing::{Person, Scene, fields};
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};

use crate::{Place, both};

fn react(scene: &Scene, who: &Person, place: &Place, reaction: &str) -> Answer {
    let edge = &scene.actions;
    let path = place.reaction(reaction);
    futures::executor::block_on(edge.send(Method::PUT, &path, &who.token, &Value::Null))
}

fn unreact(scene: &Scene, who: &Person, place: &Place, reaction: &str) -> Answer {
    let edge = &scene.actions;
    let path = place.reaction(reaction);
    futures::executor::block_on(edge.send(Method::DELETE, &path, &who.token, &Value::Null))
}

/// The users who reacted and their reactions, as somebody is told, the latest first.
fn listed(scene: &Scene, who: &Person, place: &Place, query: &str) -> Vec<(String, String)> {
    let rest = format!("/reactions{query}");
    let page = place.act(scene, who, Method::GET, &rest).expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| (text(&item["userId"]), text(&item["reaction"])))
        .collect()
}

struct Group {
    scene: Scene,
    ann: Person,
    bob: Person,
    cat: Person,
    place: Place,
}

fn group() -> Group {
    let scene = crate::scene();
    let (ann, bob, cat) = (scene.person(), scene.person(), scene.person());
    for (who, name) in [(&ann, "ann"), (&bob, "bob"), (&cat, "cat")] {
        scene.name(who, name);
    }
    let group = scene.group(&[&ann, &bob, &cat]);
    let place = Place::new(&scene, &ann, &group);
    Group {
        scene,
        ann,
        bob,
        cat,
        place,
    }
}

#[test]
fn a_message_carries_counts_and_the_viewers_own() {
    let Group {
        scene,
        ann,
        bob,
        cat,
        place,
    } = group();
    assert_eq!(place.seen(&scene, &ann)["reactionCounts"], json!([]));
    let set = react(&scene, &bob, &place, "🎉").expect(200);
    assert_eq!(
        (&set["reaction"], &set["userId"], &set["messageId"]),
        (&json!("🎉"), &json!(bob.id), &json!(place.message))
    );
    react(&scene, &bob, &place, "👍").expect(200);
    react(&scene, &cat, &place, "👍").expect(200);
    let seen = place.seen(&scene, &bob);
    assert_eq!(
        seen["reactionCounts"],
        json!([{"reaction": "👍", "count": 2}, {"reaction": "🎉", "count": 1}])
    );
    assert_eq!(seen["myReactions"], json!(["🎉", "👍"]));
    assert_eq!(
        seen["reactions"],
        json!({"👍": [bob.id, cat.id], "🎉": [bob.id]})
    );
    assert_eq!(place.seen(&scene, &ann)["myReactions"], json!([]));
    let page = scene.read(&ann, &place.conversation, "").expect(200);
    assert_eq!(page["users"][&cat.id]["username"], "cat");
}

#[test]
fn twice_is_once_and_is_answered_alike() {
    let Group {
        scene, bob, place, ..
    } = group();
    let first = react(&scene, &bob, &place, "❤️").expect(200);
    scene.actions.advance(60_000);
    // The same picture without its selector.
    for again in ["❤️", "❤"] {
        assert_eq!(react(&scene, &bob, &place, again).expect(200), first);
    }
    assert_eq!(scene.all::<MessageReaction>().len(), 1);
    assert_eq!(scene.all::<MessageReactionCount>()[0].count, 1);
    assert_eq!(scene.events(&["reaction.set"]).len(), 1);
    for _ in 0..2 {
        unreact(&scene, &bob, &place, "❤").expect(204);
    }
    assert_eq!(scene.all::<MessageReaction>(), []);
    assert_eq!(scene.all::<MessageReactionCount>(), []);
    assert_eq!(scene.get::<Message>(&place.message).reactions, None);
    assert_eq!(scene.events(&["reaction.removed"]).len(), 1);
}

#[test]
fn an_event_tells_who_did_what_to_whose_message() {
    let Group {
        scene,
        ann,
        bob,
        place,
        ..
    } = group();
    react(&scene, &bob, &place, "👍").expect(200);
    unreact(&scene, &bob, &place, "👍").expect(204);
    let events = scene.events(&["reaction.set", "reaction.removed"]);
    assert_eq!(events.len(), 2);
    for (event, payload) in events {
        assert_eq!(
            (event.subject, event.user_id),
            (place.message.clone(), Some(bob.id.clone()))
        );
        assert_eq!(
            payload,
            json!({"conversationId": place.conversation, "messageId": place.message, "authorId": ann.id,
                   "reaction": "👍", "tellsAuthor": true})
        );
    }
}

#[test]
fn a_user_has_three_reactions_to_a_message() {
    let Group {
        scene,
        ann,
        bob,
        place,
        ..
    } = group();
    for reaction in ["👍", "🎉", "👨‍👩‍👧‍👦"] {
        react(&scene, &bob, &place, reaction).expect(200);
    }
    react(&scene, &bob, &place, "🇨🇭").expect_problem(409, "too_many_reactions");
    react(&scene, &bob, &place, "🎉").expect(200);
    unreact(&scene, &bob, &place, "🎉").expect(204);
    react(&scene, &bob, &place, "🇨🇭").expect(200);
    react(&scene, &ann, &place, "🎉").expect(200);
    // The later of two at once is one too many.
    unreact(&scene, &bob, &place, "👍").expect(204);
    let edges = (&scene.actions, &scene.actions);
    let (one, other) = (place.reaction("🥳"), place.reaction("5️⃣"));
    let (one, other) = both(
        edges,
        (Method::PUT, &one, &bob),
        (Method::PUT, &other, &bob),
    );
    let mut statuses = [one, other].map(|answer| answer.response.status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[test]
fn the_operator_sets_how_many() {
    let scene = crate::scene_with(&[("reactions_per_user", "1")]);
    let ann = scene.person();
    let place = Place::new(&scene, &ann, &scene.group(&[&ann]));
    react(&scene, &ann, &place, "👍").expect(200);
    react(&scene, &ann, &place, "🎉").expect_problem(409, "too_many_reactions");
}

#[test]
fn only_who_sees_the_message_reacts() {
    let Group {
        scene,
        ann,
        bob,
        cat,
        place,
    } = group();
    let eve = scene.person();
    let gone = Patch::<ConversationMember>::new().set(
        ConversationMember::STATUS,
        ConversationMemberStatus::Removed,
    );
    scene.change(&member_id(&place.conversation, &cat.id), gone);
    let nobody = Person {
        id: String::new(),
        token: String::new(),
    };
    let elsewhere = Place::new(&scene, &ann, &scene.group(&[&ann, &bob]));
    let mixed = Place {
        conversation: place.conversation.clone(),
        message: elsewhere.message.clone(),
    };
    let unknown = Place {
        message: "nothing".into(),
        ..place.clone()
    };
    for method in [Method::PUT, Method::DELETE] {
        let act = |who: &Person, place: &Place| {
            let path = place.reaction("👍");
            let edge = &scene.actions;
            futures::executor::block_on(edge.send(method.clone(), &path, &who.token, &Value::Null))
        };
        act(&nobody, &place).expect_problem(401, "unauthenticated");
        for (who, place) in [
            (&eve, &place),
            (&cat, &place),
            (&bob, &mixed),
            (&bob, &unknown),
        ] {
            act(who, place).expect_problem(404, "not_found");
        }
    }
    for (who, place) in [
        (&eve, &place),
        (&cat, &place),
        (&bob, &mixed),
        (&bob, &unknown),
    ] {
        let list = place.act(&scene, who, Method::GET, "/reactions");
        list.expect_problem(404, "not_found");
    }
    assert_eq!(scene.all::<MessageReaction>(), []);
    assert_eq!(scene.events(&["reaction.set"]), []);
}

#[test]
fn nobody_reacts_to_what_is_not_there_for_them() {
    let Group {
        scene, bob, place, ..
    } = group();
    react(&scene, &bob, &place, "👍").expect(200);
    let now = scene.actions.ctx().now();
    let message = || Patch::<Message>::new();
    let none = Option::<Timestamp>::None;
    let refused = || {
        react(&scene, &bob, &place, "🎉").expect_problem(404, "not_found");
        unreact(&scene, &bob, &place, "👍").expect_problem(404, "not_found");
        let list = place.act(&scene, &bob, Method::GET, "/reactions");
        list.expect_problem(404, "not_found");
    };
    for (hidden, shown) in [
        (
            message().set(Message::DELETED_AT, now),
            message().set(Message::DELETED_AT, none),
        ),
        (
            message().set(Message::EXPIRES_AT, now),
            message().set(Message::EXPIRES_AT, none),
        ),
    ] {
        scene.change(&place.message, hidden);
        refused();
        scene.change(&place.message, shown);
    }
    react(&scene, &bob, &place, "🎉").expect(200);
    let (conversation, message) = (&place.conversation, &place.message);
    scene.hide(&bob, conversation, message).expect(204);
    refused();
}

#[test]
fn whoever_was_blocked_sets_nothing_and_may_take_back() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    let place = Place::new(&scene, &ann, &talk);
    react(&scene, &bob, &place, "👍").expect(200);
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    scene.change(&member_id(&talk, &bob.id), blocked);
    react(&scene, &bob, &place, "🎉").expect_problem(403, "forbidden");
    unreact(&scene, &bob, &place, "👍").expect(204);
    assert_eq!(scene.all::<MessageReaction>(), []);
}

#[test]
fn a_block_hides_reactions_both_ways() {
    let Group {
        scene,
        ann,
        bob,
        cat,
        place,
    } = group();
    for who in [&ann, &bob, &cat] {
        react(&scene, who, &place, "👍").expect(200);
    }
    react(&scene, &bob, &place, "🎉").expect(200);
    scene.block(&ann, &bob);
    for (viewer, shown) in [(&ann, [&ann, &cat]), (&bob, [&bob, &cat])] {
        let seen = place.seen(&scene, viewer);
        let ids = json!(shown.map(|who| &who.id));
        assert_eq!(seen["reactions"]["👍"], ids);
        assert_eq!(
            seen["reactionCounts"][0],
            json!({"reaction": "👍", "count": 2})
        );
        let mut users: Vec<String> = listed(&scene, viewer, &place, "?reaction=%F0%9F%91%8D")
            .into_iter()
            .map(|(user, _)| user)
            .collect();
        users.reverse();
        assert_eq!(json!(users), ids);
    }
    assert_eq!(place.seen(&scene, &ann)["reactions"].get("🎉"), None);
    let of_cat = place.seen(&scene, &cat);
    assert_eq!(of_cat["reactionCounts"][0]["count"], 3, "others see all");
}

#[test]
fn only_emoji_and_stickers_that_one_may_use_are_reactions() {
    let Group {
        scene,
        ann,
        bob,
        place,
        ..
    } = group();
    let sticker = |id: &str, is_public: bool| Sticker {
        id: id.into(),
        name: "Cat".into(),
        creator_id: Some(ann.id.clone()),
        image_url: "https://cdn.example/cat.webp".into(),
        is_public,
        ..Sticker::default()
    };
    scene.commit(
        Batch::new()
            .insert(&sticker("open", true))
            .insert(&sticker("own", false)),
    );
    for odd in ["👍👍", "a b", "🇽🇽", "👍🎉", "1\u{20e3}x"] {
        let refused = react(&scene, &bob, &place, odd);
        assert_eq!(fields(refused), ["reaction:format"], "{odd}");
    }
    for absent in ["nothing", "own", "1"] {
        let refused = react(&scene, &bob, &place, absent);
        assert_eq!(fields(refused), ["reaction:reference"], "{absent}");
    }
    react(&scene, &bob, &place, "open").expect(200);
    react(&scene, &ann, &place, "own").expect(200);
    let counts = place.seen(&scene, &bob)["reactionCounts"].clone();
    assert_eq!(
        counts,
        json!([{"reaction": "open", "count": 1}, {"reaction": "own", "count": 1}])
    );
    let list = place.act(&scene, &bob, Method::GET, "/reactions?reaction=a%20b");
    list.expect_problem(400, "invalid_query");
}

#[test]
fn the_list_is_paged_and_names_people() {
    let Group {
        scene,
        ann,
        bob,
        cat,
        place,
    } = group();
    react(&scene, &ann, &place, "👍").expect(200);
    react(&scene, &bob, &place, "🎉").expect(200);
    react(&scene, &cat, &place, "👍").expect(200);
    let thumb = "👍".to_owned();
    let all = [
        (cat.id.clone(), thumb.clone()),
        (bob.id.clone(), "🎉".to_owned()),
        (ann.id.clone(), thumb),
    ];
    assert_eq!(listed(&scene, &bob, &place, ""), all);
    assert_eq!(
        listed(&scene, &bob, &place, "?reaction=%F0%9F%8E%89"),
        all[1..2]
    );
    let page = place
        .act(&scene, &bob, Method::GET, "/reactions?limit=2")
        .expect(200);
    assert_eq!(page["users"][&cat.id]["username"], "cat");
    let next = page["next"].as_str().unwrap();
    let rest = listed(&scene, &bob, &place, &format!("?limit=2&after={next}"));
    assert_eq!(rest, all[2..]);
}

#[test]
fn whoever_may_not_see_the_members_sees_numbers() {
    let Group {
        scene,
        ann,
        bob,
        cat,
        place,
    } = group();
    let settings = json!({"seeMembers": "admins"}).to_string();
    let settings = Patch::<Conversation>::new().set(Conversation::SETTINGS, settings);
    scene.change(&place.conversation, settings);
    let admin = Patch::<ConversationMember>::new()
        .set(ConversationMember::ROLE, ConversationMemberRole::Admin);
    scene.change(&member_id(&place.conversation, &ann.id), admin);
    react(&scene, &bob, &place, "👍").expect(200);
    let list = place.act(&scene, &cat, Method::GET, "/reactions");
    list.expect_problem(403, "forbidden");
    let seen = place.seen(&scene, &cat);
    assert_eq!(seen.get("reactions"), None);
    assert_eq!(seen["reactionCounts"][0]["count"], 1);
    assert_eq!(place.seen(&scene, &bob)["myReactions"], json!(["👍"]));
    assert_eq!(listed(&scene, &ann, &place, "").len(), 1);
    assert_eq!(place.seen(&scene, &ann)["reactions"]["👍"], json!([bob.id]));
}

#[test]
fn encrypted_conversations_have_reactions_too() {
    let Group {
        scene, bob, place, ..
    } = group();
    let encrypted = Patch::<Conversation>::new().set(Conversation::IS_ENCRYPTED, true);
    scene.change(&place.conversation, encrypted);
    react(&scene, &bob, &place, "👍").expect(200);
    assert_eq!(place.seen(&scene, &bob)["myReactions"], json!(["👍"]));
}

#[test]
fn setting_and_taking_back_have_a_rate() {
    let scene = crate::scene_with(&[("reaction_rate_per_minute", "2")]);
    let ann = scene.person();
    let place = Place::new(&scene, &ann, &scene.group(&[&ann]));
    react(&scene, &ann, &place, "👍").expect(200);
    react(&scene, &ann, &place, "👍").expect(200);
    unreact(&scene, &ann, &place, "👍").expect(204);
    react(&scene, &ann, &place, "👍").expect_problem(429, "rate_limited");
    scene.actions.advance(60_000);
    react(&scene, &ann, &place, "👍").expect(200);
}

/// The statements of one request, and the rows that it writes.
fn cost(scene: &Scene, who: &Person, place: &Place, method: Method) -> (usize, u64) {
    scene.actions.statements();
    scene.actions.rows_written();
    let path = place.reaction("👍");
    let answer = scene.actions.send(method, &path, &who.token, &Value::Null);
    let answer = futures::executor::block_on(answer);
    assert!(answer.response.status().is_success(), "{}", answer.body);
    let rows = scene.actions.rows_written().iter().sum();
    (scene.actions.statements().len(), rows)
}

#[test]
fn a_reaction_costs_one_read_and_one_commit_in_a_crowd_as_well() {
    let scene = crate::scene_with(&[("reaction_rate_per_minute", "1000")]);
    let (ann, bob) = (scene.person(), scene.person());
    let (small, large) = (scene.group(&[&ann, &bob]), scene.group(&[&ann, &bob]));
    let many = Patch::<Conversation>::new().set(Conversation::PARTICIPANT_COUNT, 200_000);
    scene.change(&large, many);
    let small = Place::new(&scene, &ann, &small);
    let large = Place::new(&scene, &ann, &large);
    cost(&scene, &ann, &small, Method::PUT);
    // The reaction, its count, the event, the rate, and in the small one the message.
    assert_eq!(cost(&scene, &bob, &small, Method::PUT), (2, 5));
    cost(&scene, &ann, &large, Method::PUT);
    assert_eq!(cost(&scene, &bob, &large, Method::PUT), (2, 4));
    assert_eq!(cost(&scene, &bob, &large, Method::DELETE), (2, 4));
    assert_eq!(scene.get::<Message>(&large.message).reactions, None);
    let seen = large.seen(&scene, &ann);
    assert_eq!(
        seen["reactionCounts"],
        json!([{"reaction": "👍", "count": 1}])
    );
    let told = scene.events(&["reaction.set"]);
    assert_eq!(told.last().unwrap().1["tellsAuthor"], false);
}

#[test]
fn a_message_with_a_thousand_kinds_takes_nothing_from_its_neighbours() {
    let Group {
        scene,
        ann,
        bob,
        place,
        ..
    } = group();
    let row = |n: usize| MessageReactionCount {
        id: format!("count-{n}"),
        message_id: place.message.clone(),
        reaction: format!("sticker-{n}"),
        count: 9,
    };
    for start in [0, 500, 1_000] {
        let rows = (start..start + 500).map(row);
        scene.commit(rows.fold(Batch::new(), |batch, row| batch.insert(&row)));
    }
    let other = Place::new(&scene, &ann, &place.conversation);
    react(&scene, &bob, &other, "👍").expect(200);
    let page = scene.read(&ann, &place.conversation, "").expect(200);
    let counts = |n: usize| page["items"][n]["reactionCounts"].as_array().unwrap().len();
    assert_eq!((counts(0), counts(1)), (1, 20));
}
