//! A conversation that a stranger began.

use whisper_kit::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::scene::Scene;

#[test]
fn an_answer_accepts_it_and_what_the_stranger_writes_does_not() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let talk = scene.direct(&ann, &bob);
    // Bob declined it before.
    let asked = Patch::<ConversationMember>::new()
        .set(ConversationMember::IS_REQUEST, true)
        .set(ConversationMember::IS_ARCHIVED, true);
    scene.change(&member_id(&talk, &bob.id), asked);
    let of_bob = || {
        let member: ConversationMember = scene.get(&member_id(&talk, &bob.id));
        (member.is_request, member.is_archived)
    };
    scene.say(&ann, &talk, "Hi");
    assert_eq!(of_bob(), (true, true));
    scene.say(&bob, &talk, "Hello");
    assert_eq!(of_bob(), (false, false));
}
