//! Unread messages over all conversations, against the counts of each and a simple model.

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::ids::derived_id;
use whisper_messages::membership;
use whisper_schema::prelude::*;
use whisper_store::{Batch, Get, Patch};

use super::my_settings::mine;
use super::room::{Room, User};

const UNREAD: &str = "/v1/me/unread";

/// Notes that a message mentions somebody, as search does.
async fn mention(room: &Room, conversation: &str, message: &str, target: &str) {
    let found = Get::<Message>::id(message);
    let found = room.edge.store().read(found).await.unwrap().unwrap();
    let entry = MentionEntry {
        id: derived_id(&[message, target]),
        message_id: message.to_owned(),
        conversation_id: conversation.to_owned(),
        target: target.to_owned(),
        position: found.seq,
        expires_at: None,
    };
    room.commit(Batch::new().insert(&entry)).await;
}

#[test]
fn mentions_are_those_of_unread_messages() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&bob]).await;
        for (n, target) in [ann.id.as_str(), "@all", "@admins", bob.id.as_str()]
            .into_iter()
            .enumerate()
        {
            let message = format!("m{n}");
            room.message(&id, &bob, &message).await;
            mention(&room, &id, &message, target).await;
        }
        // Her own message with a mention of all doesn't count for her.
        room.message(&id, &ann, "own").await;
        mention(&room, &id, "own", "@all").await;
        let seen = room.get(&ann, UNREAD).await;
        assert_eq!(
            (&seen["messages"], &seen["conversations"], &seen["mentions"]),
            (&json!(4), &json!(1), &json!(3))
        );
        let read = json!({"messageId": "m0"});
        room.post(&ann, &format!("/v1/conversations/{id}/read"), read)
            .await
            .expect(200);
        let seen = room.get(&ann, UNREAD).await;
        assert_eq!(
            (&seen["messages"], &seen["mentions"]),
            (&json!(3), &json!(2))
        );
        // Bob is no admin: Ann's message counts as unread and as a mention for him, and his own messages don't.
        let seen = room.get(&bob, UNREAD).await;
        assert_eq!(
            (&seen["messages"], &seen["mentions"]),
            (&json!(1), &json!(1))
        );
        room.block(&ann, &bob).await;
        let seen = room.get(&ann, UNREAD).await;
        assert_eq!(
            (&seen["messages"], &seen["mentions"]),
            (&json!(0), &json!(0))
        );
    });
}

#[test]
fn requests_and_what_was_left_do_not_count_and_nobody_is_told_without_a_token() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let request = room.direct(&bob, &ann).await;
        room.message(&request, &bob, "m1").await;
        assert_eq!(room.get(&ann, UNREAD).await["messages"], 0);
        room.post(
            &ann,
            &format!("/v1/conversations/{request}/accept"),
            json!({}),
        )
        .await
        .expect(200);
        assert_eq!(room.get(&ann, UNREAD).await["messages"], 1);
        let group = room.group(&bob, &[&ann]).await;
        room.message(&group, &bob, "m2").await;
        assert_eq!(room.get(&ann, UNREAD).await["messages"], 2);
        room.post(&ann, &format!("/v1/conversations/{group}/leave"), json!({}))
            .await
            .expect(204);
        assert_eq!(room.get(&ann, UNREAD).await["messages"], 1);
        let nobody = User {
            id: ann.id.clone(),
            token: String::new(),
        };
        room.send(Method::GET, &nobody, UNREAD, &Value::Null)
            .await
            .expect_problem(401, "unauthenticated");
    });
}

#[test]
fn statements_are_as_many_for_two_as_for_two_hundred_and_a_thousand_are_counted() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        let (mut places, mut costs) = (0, Vec::new());
        for (count, expected) in [(2, 2), (200, 2), (1_000, 2), (1_001, 1)] {
            let mut batch = Batch::new();
            for n in places..count {
                let id = format!("place-{n}");
                batch = batch.insert(&Conversation {
                    id: id.clone(),
                    kind: ConversationKind::Group,
                    participant_count: 2,
                    last_message_at: Some(Timestamp::AT_COMMIT),
                    ..Conversation::default()
                });
                let role = ConversationMemberRole::Member;
                let member = membership(&id, &ann.id, role, None, Timestamp::AT_COMMIT);
                batch = batch.insert(&member);
                if n % 100 == 99 {
                    room.commit(std::mem::take(&mut batch)).await;
                }
            }
            room.commit(batch).await;
            // The two that are asked for last.
            if places == 0 {
                for n in [0, 1] {
                    let id = format!("place-{n}");
                    room.message(&id, &bob, &format!("m{n}")).await;
                }
            }
            places = count;
            room.edge.statements();
            let seen = room.get(&ann, UNREAD).await;
            costs.push(room.edge.statements().len());
            assert_eq!(
                (&seen["messages"], &seen["isPartial"]),
                (&json!(expected), &json!(count > 1_000)),
                "{count}"
            );
        }
        assert_eq!(costs[0], costs[1]);
        assert!(costs[0] <= 4 && costs[3] <= 5 * costs[0], "{costs:?}");
    });
}

#[test]
fn beyond_ten_thousand_unread_messages_no_more_conversations_are_looked_at() {
    block_on(async {
        let room = Room::new();
        let (ann, bob) = (room.user().await, room.user().await);
        // One more than are looked at together.
        const PLACES: usize = 201;
        const EACH: usize = 999;
        for n in 0..PLACES {
            let id = format!("place-{n}");
            let conversation = Conversation {
                id: id.clone(),
                kind: ConversationKind::Group,
                participant_count: 2,
                last_message_at: Some(Timestamp::AT_COMMIT),
                ..Conversation::default()
            };
            let role = ConversationMemberRole::Member;
            let member = membership(&id, &ann.id, role, None, Timestamp::AT_COMMIT);
            let batch = Batch::new().insert(&conversation).insert(&member);
            room.commit(batch).await;
            room.edge.advance(1);
        }
        // The one active longest ago, which is looked at last.
        room.message("place-0", &bob, "first").await;
        let long_ago = Patch::new().set(Conversation::LAST_MESSAGE_AT, Timestamp::from_millis(0));
        room.commit(Batch::new().update("place-0", long_ago)).await;
        let looked_at = async |full: usize| {
            let place = format!("place-{}", PLACES - 1 - full);
            let message = |n: usize| Message {
                id: format!("{place}-{n}"),
                conversation_id: place.clone(),
                sender_id: bob.id.clone(),
                created_at: Some(Timestamp::AT_COMMIT),
                ..Message::default()
            };
            let messages = (0..EACH).map(message);
            let batch = messages.fold(Batch::new(), |batch, one| batch.insert(&one));
            room.commit(batch).await;
            let seen = room.get(&ann, UNREAD).await;
            (seen["messages"].as_u64(), seen["isPartial"].as_bool())
        };
        for full in 0..10 {
            let count = (full as u64 + 1) * EACH as u64 + 1;
            assert_eq!(looked_at(full).await, (Some(count), Some(false)));
        }
        assert_eq!(looked_at(10).await, (Some(11 * EACH as u64), Some(true)));
    });
}

const PLACES: usize = 4;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Somebody else writes; whether it mentions the reader.
    Say(usize, bool),
    /// The reader writes.
    Answer(usize),
    Read(usize),
    Mute(usize, bool),
    Archive(usize, bool),
    Mark(usize, bool),
    Clear(usize),
    Delete(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let which = || 0..PLACES;
    prop_oneof![
        5 => (which(), any::<bool>()).prop_map(|(which, is)| Step::Say(which, is)),
        1 => which().prop_map(Step::Answer),
        2 => which().prop_map(Step::Read),
        1 => (which(), any::<bool>()).prop_map(|(which, is)| Step::Mute(which, is)),
        1 => (which(), any::<bool>()).prop_map(|(which, is)| Step::Archive(which, is)),
        1 => (which(), any::<bool>()).prop_map(|(which, is)| Step::Mark(which, is)),
        1 => which().prop_map(Step::Clear),
        1 => which().prop_map(Step::Delete),
    ]
}

#[derive(Clone, Debug, Default)]
struct Place {
    id: String,
    unread: u64,
    mentions: u64,
    muted: bool,
    archived: bool,
    marked: bool,
    gone: bool,
}

impl Place {
    fn empty(&mut self) {
        (self.unread, self.mentions, self.marked) = (0, 0, false);
    }
}

struct Model {
    room: Room,
    me: User,
    other: User,
    places: Vec<Place>,
    said: usize,
}

impl Model {
    async fn new() -> Self {
        let room = Room::with(&[("list_change_rate_per_minute", "0")]);
        let (me, other) = (room.user().await, room.user().await);
        let mut places = Vec::new();
        for _ in 0..PLACES {
            let id = room.group(&other, &[&me]).await;
            places.push(Place {
                id,
                ..Place::default()
            });
        }
        Model {
            room,
            me,
            other,
            places,
            said: 0,
        }
    }

    async fn take(&mut self, step: Step) {
        let (room, me, other) = (&self.room, &self.me, &self.other);
        let set = async |place: &Place, body: Value| room.patch(me, &mine(&place.id), body).await;
        match step {
            Step::Say(which, mentions) => {
                self.said += 1;
                let (message, place) = (format!("m{}", self.said), &mut self.places[which]);
                room.message_now(&place.id, other, &message).await;
                if mentions {
                    mention(room, &place.id, &message, &me.id).await;
                }
                place.unread += 1;
                place.mentions += u64::from(mentions);
                place.gone = false;
            }
            Step::Answer(which) => {
                self.said += 1;
                let place = &mut self.places[which];
                room.message_now(&place.id, me, &format!("m{}", self.said))
                    .await;
                place.gone = false;
            }
            Step::Read(which) => {
                let read = format!("/v1/conversations/{}/read", self.places[which].id);
                room.post(me, &read, json!({})).await.expect(200);
                self.places[which].empty();
            }
            Step::Mute(which, is) => {
                self.places[which].muted = is;
                set(&self.places[which], json!({"isMuted": is})).await;
            }
            Step::Archive(which, is) => {
                self.places[which].archived = is;
                set(&self.places[which], json!({"isArchived": is})).await;
            }
            Step::Mark(which, is) => {
                self.places[which].marked = is;
                set(&self.places[which], json!({"isMarkedUnread": is})).await;
            }
            Step::Clear(which) => {
                let clear = format!("/v1/conversations/{}/clear", self.places[which].id);
                room.post(me, &clear, json!({})).await.expect(200);
                self.places[which].empty();
            }
            Step::Delete(which) => {
                let path = mine(&self.places[which].id);
                room.send(Method::DELETE, me, &path, &Value::Null)
                    .await
                    .expect(204);
                let place = &mut self.places[which];
                place.empty();
                (place.archived, place.gone) = (false, true);
            }
        }
    }

    fn part(&self, fits: impl Fn(&Place) -> bool) -> [u64; 3] {
        let places = self
            .places
            .iter()
            .filter(|place| !place.gone && fits(place));
        places.fold([0; 3], |[messages, conversations, mentions], place| {
            let is_unread = place.unread > 0 || place.marked;
            [
                messages + place.unread,
                conversations + u64::from(is_unread),
                mentions + place.mentions,
            ]
        })
    }
}

fn counts(of: &Value) -> [u64; 3] {
    ["messages", "conversations", "mentions"].map(|key| of[key].as_u64().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn totals_are_those_of_the_model_and_of_the_conversations(
        steps in prop::collection::vec(step(), 0..24),
    ) {
        block_on(async {
            let mut model = Model::new().await;
            for step in steps {
                model.take(step).await;
                let seen = model.room.get(&model.me, UNREAD).await;
                prop_assert_eq!(counts(&seen), model.part(|p| !p.muted && !p.archived));
                prop_assert_eq!(counts(&seen["muted"]), model.part(|p| p.muted && !p.archived));
                prop_assert_eq!(counts(&seen["archived"]), model.part(|p| p.archived));
            }
            let mut single = 0;
            for place in model.places.iter().filter(|place| !place.gone) {
                let one = model.room.get(&model.me, &format!("/v1/conversations/{}", place.id)).await;
                single += one["my"]["unreadCount"].as_u64().unwrap();
            }
            let seen = model.room.get(&model.me, UNREAD).await;
            let total = [&seen, &seen["muted"], &seen["archived"]].map(counts);
            prop_assert_eq!(total.iter().map(|part| part[0]).sum::<u64>(), single);
            Ok(())
        })?;
    }
}
