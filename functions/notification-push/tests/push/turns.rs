//! Senders take turns: after any number of one's messages the next one's waits for few steps.

use futures::executor::block_on;
use notification_push::web_push::transport::Outgoing;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Batch;
use whisper_testkit::push::Device;

use crate::scene::{Person, Scene};
use crate::silence::{KEPT, at_device};

/// Members of a group; each of them has a device if `with_devices`.
fn crowd(scene: &Scene, conversation: &str, size: usize, with_devices: bool) {
    let members: Vec<usize> = (0..size).collect();
    for some in members.chunks(500) {
        let mut batch = Batch::new();
        for n in some {
            let user = format!("{conversation}-user-{n}");
            batch = batch.insert(&ConversationMember {
                id: member_id(conversation, &user),
                conversation_id: conversation.into(),
                user_id: user.clone(),
                ..ConversationMember::default()
            });
            if with_devices {
                batch = batch.insert(&device(&user));
            }
        }
        block_on(scene.edge.store().commit(batch)).unwrap();
    }
}

fn device(user: &str) -> PushSubscription {
    let device = Device::new(&format!("https://fcm.googleapis.com/of/{user}"));
    let keys = device.subscription()["keys"].clone();
    PushSubscription {
        id: format!("d-{user}"),
        user_id: user.into(),
        endpoint: device.endpoint,
        p256dh: keys["p256dh"].as_str().unwrap().into(),
        auth: keys["auth"].as_str().unwrap().into(),
        ..PushSubscription::default()
    }
}

/// Somebody who floods a group, and two strangers who write to each other; one of them has a device, the scene's first.
fn three(scene: &Scene) -> [Person; 3] {
    let people = [scene.person(), scene.person(), scene.person()];
    scene.member("crowd", &people[0]);
    scene.member("c1", &people[1]);
    scene.member("c1", &people[2]);
    scene.device(&people[2]);
    people
}

/// How many statements run until the device of the stranger is told, and how many pushes are sent before.
#[track_caller]
fn until_told(scene: &Scene) -> (usize, usize) {
    let (after, sent) = scene.react_once();
    let is_strangers = |sent: &Outgoing| sent.endpoint.ends_with("/device/0");
    let place = sent.iter().position(is_strangers);
    let place = place.expect("the stranger is told at the first call");
    (after[place], place)
}

#[test]
fn a_flood_into_a_large_group_without_devices_holds_up_nobody() {
    let scene = Scene::new();
    let [flooder, ann, bob] = three(&scene);
    crowd(&scene, "crowd", 2_900, false);
    scene.message("c1", &ann, Some(&bob), &[]);
    let (idle, _) = until_told(&scene);
    for _ in 0..300 {
        scene.message("crowd", &flooder, None, &[]);
    }
    scene.message("c1", &ann, Some(&bob), &[]);
    let (busy, before) = until_told(&scene);
    assert_eq!(before, 0);
    // Six portions of entries before it, at any size of the group: about ten statements each.
    assert!(busy < idle + 120, "{busy} instead of {idle}");
    scene.react();
    let open = whisper_store::Filter::ne(QueuedMessage::STATUS, QueuedMessageStatus::Delivered);
    assert_eq!(scene.count(open), 0);
    assert_eq!(scene.all::<FanOut>(), [], "nobody in it has a device");
}

#[test]
fn a_flood_of_pushes_is_sent_in_turns_with_those_of_others() {
    let scene = Scene::new();
    let [flooder, ann, bob] = three(&scene);
    crowd(&scene, "crowd", 120, true);
    for _ in 0..4 {
        scene.message("crowd", &flooder, None, &[]);
    }
    scene.message("c1", &ann, Some(&bob), &[]);
    let (_, before) = until_told(&scene);
    assert!(before <= 100, "{before} pushes of the flood before it");
    scene.react();
    let delivered = QueuedMessageStatus::Delivered;
    let done = whisper_store::Filter::eq(QueuedMessage::STATUS, delivered);
    assert_eq!(scene.count(done), 5);
    assert_eq!(
        (scene.all::<FanOut>(), scene.all::<Push>()),
        (vec![], vec![])
    );
}

#[test]
fn a_message_behind_a_flood_in_line_has_its_turn_before_the_flood_is_over() {
    let scene = Scene::new();
    let [flooder, ann, bob] = three(&scene);
    crowd(&scene, "crowd", 120, true);
    crowd(&scene, "small", 3, true);
    scene.member("small", &ann);
    scene.member("small", &bob);
    // Both are in line, the flood before the small one.
    for (n, (sender, conversation)) in [
        (&flooder, "crowd"),
        (&flooder, "crowd"),
        (&flooder, "crowd"),
        (&ann, "small"),
    ]
    .into_iter()
    .enumerate()
    {
        let message = scene.message(conversation, sender, None, &[]);
        let entry = format!("q-{}", &message[..30]);
        let in_hand = QueuedMessageStatus::Processing;
        let patch = whisper_store::Patch::new().set(QueuedMessage::STATUS, in_hand);
        scene.change(&entry, patch);
        scene.put(&FanOut {
            id: entry,
            sender_id: sender.id.clone(),
            position: 0,
            updated_at: Timestamp::from_millis(n as i64),
        });
    }
    let (_, before) = until_told(&scene);
    assert!(before <= 100, "{before} pushes of the flood before it");
    scene.react();
    let delivered = QueuedMessageStatus::Delivered;
    let done = whisper_store::Filter::eq(QueuedMessage::STATUS, delivered);
    assert_eq!(scene.count(done), 4);
}

#[test]
fn a_place_whose_entry_is_gone_is_forgotten() {
    let scene = Scene::new();
    scene.put(&FanOut {
        id: "gone".into(),
        sender_id: "nobody".into(),
        position: 7,
        updated_at: Timestamp::from_millis(1),
    });
    scene.react();
    assert_eq!(scene.all::<FanOut>(), []);
}

#[test]
fn members_without_a_device_are_skipped_by_the_index_of_subscriptions() {
    let scene = Scene::new();
    let [flooder, ..] = three(&scene);
    scene.message("crowd", &flooder, None, &[]);
    scene.edge.statements();
    scene.react();
    // Without a condition of its own: SQLite answers it from the index then, for one member at a time.
    let by_index = r#""userId" IN (SELECT "userId" FROM "pushSubscriptions")"#;
    let statements = scene.edge.statements();
    assert!(statements.iter().any(|sql| sql.contains(by_index)));
}

#[test]
fn a_message_does_not_wait_for_a_large_group_whose_silence_is_over() {
    let scene = Scene::new();
    let [flooder, ann, bob] = three(&scene);
    crowd(&scene, "crowd", 200, true);
    for n in 0..200 {
        let user = format!("crowd-user-{n}");
        at_device(&scene, &user, DeviceStatus::Online, KEPT);
    }
    scene.message("crowd", &flooder, None, &[]);
    assert!(scene.react().is_empty());
    scene.edge.advance(10_001);
    scene.message("c1", &ann, Some(&bob), &[]);
    let (_, before) = until_told(&scene);
    assert!(before <= 32, "{before} pushes of the group before it");
    scene.react();
    assert_eq!(scene.all::<Push>(), []);
}
