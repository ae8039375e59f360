//! A conversation that a stranger began.

use serde_json::json;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use whisper_messages::testing::{Person, Scene};

#[test]
fn an_answer_accepts_it_and_what_the_stranger_writes_does_not() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    scene.name(&bob, "bob");
    // Bob declined it before.
    let asked = Patch::<ConversationMember>::new()
        .set(ConversationMember::IS_REQUEST, true)
        .set(ConversationMember::IS_ARCHIVED, true);
    scene.change(&member_id(&talk, &bob.id), asked);
    let of_bob = || {
        let member: ConversationMember = scene.get(&member_id(&talk, &bob.id));
        (member.is_request, member.is_archived)
    };
    let changes = || scene.events(&["my_conversation.changed"]);
    scene.say(&ann, &talk, "Hi");
    assert_eq!(of_bob(), (true, true));
    assert_eq!(changes(), []);
    scene.say(&bob, &talk, "Hello");
    assert_eq!(of_bob(), (false, false));
    // Bob's other devices hear of it, once.
    scene.say(&bob, &talk, "How are you?");
    let [(told, what)] = &changes()[..] else {
        panic!("{:?}", changes());
    };
    assert_eq!(
        (&told.subject, &told.user_id),
        (&bob.id, &Some(bob.id.clone()))
    );
    assert_eq!(*what, json!({"conversationId": talk}));
}

/// Says who may write to somebody.
fn allow(scene: &Scene, who: &Person, circle: &str) {
    let settings = json!({"messages": circle}).to_string();
    let patch = Patch::<Profile>::new().set(Profile::PRIVACY_SETTINGS, settings);
    scene.change(&who.id, patch);
}

#[test]
fn a_stranger_whose_request_waits_is_held_to_what_the_other_wants_now() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    scene.name(&bob, "bob");
    let asked = Patch::<ConversationMember>::new().set(ConversationMember::IS_REQUEST, true);
    scene.change(&member_id(&talk, &bob.id), asked);
    let body = json!({"id": "m", "content": "Hi"});
    scene.send(&ann, &talk, &body).expect(201);
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, true);
    let of_ann = member_id(&talk, &ann.id);
    scene.change(&of_ann, blocked);
    let again = || scene.send(&ann, &talk, &json!({"content": "Hi?"}));
    let as_blocked = again().expect_problem(403, "forbidden");
    let blocked = Patch::<ConversationMember>::new().set(ConversationMember::IS_BLOCKED, false);
    scene.change(&of_ann, blocked);
    for circle in ["contacts", "nobody"] {
        allow(&scene, &bob, circle);
        let refused = again().expect_problem(403, "forbidden");
        assert_eq!(refused["detail"], as_blocked["detail"], "{circle}");
        scene.send(&ann, &talk, &body).expect(200);
    }
    assert_eq!(scene.all::<Message>().len(), 1);
    scene.put(&Contact {
        id: "known".into(),
        user_id: bob.id.clone(),
        contact_user_id: ann.id.clone(),
        ..Contact::default()
    });
    allow(&scene, &bob, "contacts");
    again().expect(201);
    // Bob answers: his setting for strangers is not about Ann any more.
    allow(&scene, &bob, "nobody");
    scene.say(&bob, &talk, "Hello");
    again().expect(201);
}

#[test]
fn a_stranger_is_not_told_that_their_request_was_read() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    scene.name(&bob, "bob");
    let is_request = |is: bool| {
        let asked = Patch::<ConversationMember>::new().set(ConversationMember::IS_REQUEST, is);
        scene.change(&member_id(&talk, &bob.id), asked);
    };
    is_request(true);
    let message = scene.say(&ann, &talk, "Hi");
    scene.mark(&talk, &bob, &message);
    let alone = format!("/{message}");
    let seen_by = |who: &Person| {
        let list = scene.read(who, &talk, "").expect(200);
        let one = scene.read(who, &talk, &alone).expect(200);
        for key in ["readBy", "deliveredTo", "status"] {
            assert_eq!(list["items"][0][key], one[key], "{one}");
        }
        assert_eq!(list["users"][&bob.id].is_null(), one["readBy"] == json!([]));
        (one["readBy"].clone(), one["status"].clone())
    };
    assert_eq!(seen_by(&ann), (json!([]), json!("sent")));
    // Bob knows his own reading.
    assert_eq!(seen_by(&bob), (json!([bob.id]), json!("read")));
    is_request(false);
    assert_eq!(seen_by(&ann), (json!([bob.id]), json!("read")));
}
