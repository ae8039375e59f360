//! The right to tell is asked again when a turn comes: when pushes are made, sent and tried again, and by the inbox.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::ids::derived_id;
use whisper_messages::ids::mark_id;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Patch};
use whisper_testkit::push::Device;

use crate::scene::{Person, Scene, two};

/// A conversation of two with a push on its way to the second one's device, which was busy.
struct Waiting {
    scene: Scene,
    ann: Person,
    bob: Person,
    _device: Device,
}

impl Waiting {
    /// The push that waits is about the doing of `cause`.
    fn of(cause: impl FnOnce(&Scene, &Person, &Person)) -> Self {
        let (scene, ann, bob, device) = two();
        scene.service.answer("/0", 503, "");
        cause(&scene, &ann, &bob);
        assert_eq!(scene.react().len(), 1, "it is tried once");
        scene.service.answer("/0", 201, "");
        Self {
            scene,
            ann,
            bob,
            _device: device,
        }
    }

    fn message() -> Self {
        Self::of(|scene, ann, bob| drop(scene.message("c1", ann, Some(bob), &[])))
    }

    /// How many pushes go out when the device takes them again, after `meanwhile`.
    #[track_caller]
    fn sent_after(self, meanwhile: impl FnOnce(&Self)) -> usize {
        meanwhile(&self);
        self.scene.edge.advance(60_000);
        let sent = self.scene.job().len();
        assert_eq!(self.scene.all::<Push>(), [], "it comes to an end");
        sent
    }

    fn change_member(&self, patch: Patch<ConversationMember>) {
        self.scene.change(&member_id("c1", &self.bob.id), patch);
    }

    fn change_message(&self, patch: Patch<Message>) {
        let message = self.scene.only::<Message>();
        self.scene.change(&message.id, patch);
    }
}

#[test]
fn a_push_that_nothing_stands_against_goes_out_when_it_is_tried_again() {
    assert_eq!(Waiting::message().sent_after(|_| {}), 1);
}

#[test]
fn a_conversation_that_is_muted_for_a_time_rings_when_it_is_over() {
    let muted_for = |millis: i64| {
        move |w: &Waiting| {
            let patch = Patch::new().set(ConversationMember::IS_MUTED, true);
            let then = w.scene.edge.ctx().now().plus(millis);
            w.change_member(patch.set(ConversationMember::MUTED_UNTIL, then));
        }
    };
    assert_eq!(Waiting::message().sent_after(muted_for(3_600_000)), 0);
    assert_eq!(Waiting::message().sent_after(muted_for(60_000)), 1);
}

#[test]
fn a_message_that_became_pointless_while_it_waited_is_not_pushed() {
    type Meanwhile = fn(&Waiting);
    let cases: [(&str, Meanwhile); 16] = [
        ("bob blocks ann", |w| w.scene.block(&w.bob, &w.ann)),
        ("ann blocks bob", |w| w.scene.block(&w.ann, &w.bob)),
        ("ann is disabled", |w| w.scene.disable(&w.ann)),
        ("bob is disabled", |w| w.scene.disable(&w.bob)),
        ("it expires", |w| {
            let soon = w.scene.edge.ctx().now().plus(1000);
            w.change_message(Patch::new().set(Message::EXPIRES_AT, soon));
        }),
        ("it is deleted", |w| {
            w.change_message(Patch::new().set(Message::DELETED_AT, Timestamp::AT_COMMIT));
        }),
        ("it is removed", |w| {
            let id = w.scene.only::<Message>().id;
            let batch = Batch::new().delete::<Message>(&id);
            futures::executor::block_on(w.scene.edge.store().commit(batch)).unwrap();
        }),
        ("bob deletes it for himself", |w| {
            let message = w.scene.only::<Message>();
            w.scene.put(&MessageMark {
                id: mark_id(MessageMarkKind::Deleted, &w.bob.id, &message.id),
                user_id: w.bob.id.clone(),
                message_id: message.id,
                ..MessageMark::default()
            });
        }),
        ("bob clears the conversation", |w| {
            w.change_member(Patch::new().set(ConversationMember::CLEARED_POSITION, 1));
        }),
        ("bob reads it", |w| {
            w.change_member(Patch::new().set(ConversationMember::READ_POSITION, 1));
        }),
        ("bob leaves", |w| {
            let left = ConversationMemberStatus::Left;
            w.change_member(Patch::new().set(ConversationMember::STATUS, left));
        }),
        ("bob leaves and comes again", |w| {
            w.change_member(Patch::new().set(ConversationMember::JOINED_POSITION, 1));
        }),
        ("bob mutes it", |w| {
            w.change_member(Patch::new().set(ConversationMember::IS_MUTED, true));
        }),
        ("it is a request", |w| {
            w.change_member(Patch::new().set(ConversationMember::IS_REQUEST, true));
        }),
        ("bob signs out", |w| {
            let batch = w.scene.all::<Session>().into_iter();
            let batch = batch.filter(|session| session.user_id == w.bob.id);
            let batch = batch.fold(Batch::new(), |b, s| b.delete::<Session>(&s.id));
            futures::executor::block_on(w.scene.edge.store().commit(batch)).unwrap();
        }),
        ("bob mutes the kind", |w| {
            w.scene.settings(&w.bob, json!({"mutedKinds": ["message"]}));
        }),
    ];
    for (case, meanwhile) in cases {
        assert_eq!(Waiting::message().sent_after(meanwhile), 0, "{case}");
    }
}

#[test]
fn a_notification_that_became_pointless_while_it_waited_is_not_pushed() {
    type Meanwhile = fn(&Waiting);
    let cases: [(&str, Meanwhile); 7] = [
        ("bob blocks ann", |w| w.scene.block(&w.bob, &w.ann)),
        ("ann blocks bob", |w| w.scene.block(&w.ann, &w.bob)),
        ("ann is disabled", |w| w.scene.disable(&w.ann)),
        ("bob reads it", |w| {
            let path = "/v1/notifications/read-all";
            let read = w.scene.send(Method::POST, path, &w.bob.token, Value::Null);
            assert_eq!(read.expect(200)["marked"], 1);
        }),
        ("bob deletes it", |w| {
            let id = w.scene.only::<Notification>().id;
            let path = format!("/v1/notifications/{id}");
            let delete = w
                .scene
                .send(Method::DELETE, &path, &w.bob.token, Value::Null);
            delete.expect(204);
        }),
        ("its time is over", |w| {
            let soon = w.scene.edge.ctx().now().plus(1000);
            let id = w.scene.only::<Notification>().id;
            let patch = Patch::new().set(Notification::EXPIRES_AT, soon);
            w.scene.change(&id, patch);
        }),
        ("bob mutes the kind", |w| {
            let kinds = json!({"mutedKinds": ["follow", "story_reaction"]});
            w.scene.settings(&w.bob, kinds);
        }),
    ];
    for (case, meanwhile) in cases {
        let follow = Waiting::of(|scene, ann, bob| scene.follow(ann, bob));
        assert_eq!(follow.sent_after(meanwhile), 0, "{case}");
        let reaction = Waiting::of(|scene, ann, bob| scene.reacted(ann, bob));
        assert_eq!(reaction.sent_after(meanwhile), 0, "{case}");
    }
}

#[test]
fn what_was_undone_while_it_waited_is_not_pushed() {
    let follow = Waiting::of(|scene, ann, bob| scene.follow(ann, bob));
    let sent = follow.sent_after(|w| {
        let batch = Batch::new().delete::<Follow>(&derived_id(&["follow", &w.ann.id, &w.bob.id]));
        futures::executor::block_on(w.scene.edge.store().commit(batch)).unwrap();
    });
    assert_eq!(sent, 0);
    for is_story in [false, true] {
        let reaction = Waiting::of(|scene, ann, bob| scene.reacted(ann, bob));
        let sent = reaction.sent_after(|w| {
            let batch = match is_story {
                true => Batch::new().delete::<Story>("s1"),
                false => Batch::new().delete::<StoryReaction>(&w.scene.only::<StoryReaction>().id),
            };
            futures::executor::block_on(w.scene.edge.store().commit(batch)).unwrap();
        });
        assert_eq!(sent, 0, "the story: {is_story}");
    }
}

#[test]
fn a_reaction_to_a_message_that_became_pointless_while_it_waited_is_not_pushed() {
    type Meanwhile = fn(&Waiting);
    let waiting = || Waiting::of(|scene, ann, bob| scene.reacted_to_message(ann, bob));
    assert_eq!(waiting().sent_after(|_| {}), 1);
    let cases: [(&str, Meanwhile); 7] = [
        ("it is taken back", |w| {
            let id = w.scene.only::<MessageReaction>().id;
            let batch = Batch::new().delete::<MessageReaction>(&id);
            futures::executor::block_on(w.scene.edge.store().commit(batch)).unwrap();
        }),
        ("bob mutes the conversation", |w| {
            w.change_member(Patch::new().set(ConversationMember::IS_MUTED, true));
        }),
        ("bob leaves", |w| {
            let left = ConversationMemberStatus::Left;
            w.change_member(Patch::new().set(ConversationMember::STATUS, left));
        }),
        ("the message is deleted", |w| {
            let now = w.scene.edge.ctx().now();
            w.change_message(Patch::new().set(Message::DELETED_AT, now));
        }),
        ("bob blocks ann", |w| w.scene.block(&w.bob, &w.ann)),
        ("ann is disabled", |w| w.scene.disable(&w.ann)),
        ("bob mutes the kind", |w| {
            w.scene.settings(&w.bob, json!({"mutedKinds": ["like"]}));
        }),
    ];
    for (case, meanwhile) in cases {
        assert_eq!(waiting().sent_after(meanwhile), 0, "{case}");
    }
}

/// A group of three with a device each.
fn group() -> (Scene, [Person; 3]) {
    let scene = Scene::new();
    let people = [scene.person(), scene.person(), scene.person()];
    for person in &people {
        scene.member("c1", person);
        scene.device(person);
    }
    (scene, people)
}

fn ends(sent: &[notification_push::web_push::transport::Outgoing]) -> Vec<&str> {
    let end = |address: &'_ str| address.rfind('/').map_or(0, |at| at);
    let mut ends: Vec<&str> = sent
        .iter()
        .map(|sent| &sent.endpoint[end(&sent.endpoint)..])
        .collect();
    ends.sort_unstable();
    ends
}

#[test]
fn in_a_group_nobody_is_told_of_a_message_by_whom_a_block_parts_them_from() {
    for is_blocker in [true, false] {
        let (scene, [_, a, b]) = group();
        match is_blocker {
            true => scene.block(&a, &b),
            false => scene.block(&b, &a),
        }
        scene.message("c1", &b, None, &[&a]);
        assert_eq!(ends(&scene.react()), ["/0"], "the third one's alone");
        let inbox = scene.get(&a, "/v1/notifications");
        assert_eq!(inbox["items"], json!([]), "nor is the mention there");
    }
}

#[test]
fn accounts_out_of_use_are_told_nothing_and_nobody_is_told_of_them() {
    let (scene, [o, a, b]) = group();
    scene.disable(&a);
    scene.message("c1", &o, None, &[]);
    scene.follow(&o, &a);
    assert_eq!(ends(&scene.react()), ["/2"]);
    scene.disable(&b);
    scene.message("c1", &b, None, &[&o]);
    scene.follow(&b, &o);
    assert!(scene.react().is_empty());
    assert_eq!(scene.all::<Notification>(), []);
}

#[test]
fn a_strangers_request_rings_nobody() {
    let (scene, ann, bob, _device) = two();
    let request = Patch::new().set(ConversationMember::IS_REQUEST, true);
    scene.change(&member_id("c1", &bob.id), request);
    scene.message("c1", &ann, Some(&bob), &[&bob]);
    assert!(scene.react().is_empty());
    let count = |path: &str| scene.get(&bob, path)["count"].clone();
    assert_eq!(
        count("/v1/notifications/unread-count"),
        0,
        "nor the mention"
    );
}
