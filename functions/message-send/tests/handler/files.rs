//! Messages with files: the refusals by field, the holds, and how the files are shown.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::desk::{Desk, HOUR};
use whisper_messages::testing::{Person, Scene, fields};

fn image(ids: &[&str]) -> Value {
    json!({"contentType": "image", "mediaFileIds": ids})
}

/// Ann and Bob, and a group of theirs.
fn two(scene: &Scene) -> (Person, Person, String) {
    let (ann, bob) = (scene.person(), scene.person());
    let group = scene.group(&[&ann, &bob]);
    (ann, bob, group)
}

fn id(sent: &Value) -> &str {
    sent["id"].as_str().unwrap()
}

#[test]
fn files_that_a_message_cant_have_are_refused_by_their_fields() {
    let scene = crate::scene();
    let (ann, bob, group) = two(&scene);
    scene.file(&ann, "own", FileBucket::Messages);
    scene.file(&ann, "avatar", FileBucket::Avatars);
    scene.file(&bob, "bobs", FileBucket::Messages);
    scene.file(&ann, "uploading", FileBucket::Messages);
    let part = Patch::<StoredFile>::new().unset(StoredFile::COMPLETED_AT);
    scene.change("uploading", part);
    let mut body = image(&["own", "avatar", "bobs", "uploading", "nothing"]);
    body["thumbnailFileId"] = json!("avatar");
    let refused = fields(scene.send(&ann, &group, &body));
    let wanted = [1, 2, 3, 4].map(|place| format!("mediaFileIds[{place}]:reference"));
    assert_eq!(refused[..4], wanted);
    assert_eq!(refused[4..], ["thumbnailFileId:reference"]);
    assert_eq!(
        fields(scene.send(&ann, &group, &image(&[]))),
        ["mediaUrls:required"]
    );
    let mut late =
        json!({"sendAt": scene.edge.ctx().now().plus(HOUR), "message": image(&["bobs"])});
    late["message"]["thumbnailFileId"] = json!("nothing");
    let path = format!("/v1/conversations/{group}/scheduled-messages");
    let sent = scene.edge.send(Method::POST, &path, &ann.token, &late);
    let refused = fields(futures::executor::block_on(sent));
    let wanted = [
        "message.mediaFileIds[0]:reference",
        "message.thumbnailFileId:reference",
    ];
    assert_eq!(refused, wanted);
    assert!(scene.all::<Message>().is_empty() && scene.all::<FileHold>().is_empty());
}

#[test]
fn each_kind_has_files_of_the_buckets_for_it() {
    let scene = crate::scene();
    let (ann, _, group) = two(&scene);
    for bucket in FileBucket::ALL {
        scene.file(&ann, bucket.as_str(), *bucket);
    }
    let taken = |kind: &str, metadata: &Value| -> Vec<&str> {
        let is_taken = |bucket: &&FileBucket| {
            let body = json!({"contentType": kind, "metadata": metadata, "mediaFileIds": [bucket.as_str()]});
            scene.send(&ann, &group, &body).response.status() == 201
        };
        let taken = FileBucket::ALL.iter().filter(is_taken);
        taken.map(|bucket| bucket.as_str()).collect()
    };
    for (kind, metadata, wanted) in [
        ("image", json!({}), &["messages"][..]),
        ("video", json!({}), &["messages", "video"]),
        ("audio", json!({}), &["messages", "voice"]),
        ("voice", json!({"durationMs": 5}), &["messages", "voice"]),
        (
            "file",
            json!({"fileName": "a.pdf"}),
            &["messages", "documents"],
        ),
        ("gif", json!({}), &["messages", "gifs"]),
        (
            "location",
            json!({"latitude": 1, "longitude": 1}),
            &["messages"],
        ),
    ] {
        assert_eq!(taken(kind, &metadata), wanted, "{kind}");
    }
}

#[test]
fn a_send_with_files_is_one_read_and_one_commit_and_holds_them() {
    let scene = crate::scene();
    let (ann, bob, group) = two(&scene);
    for id in ["one", "two", "small"] {
        scene.file(&ann, id, FileBucket::Messages);
    }
    // Keys are read once per instance.
    scene.send(&ann, &group, &image(&["one"])).expect(201);
    scene.edge.statements();
    let mut body = image(&["two", "one", "two"]);
    (body["id"], body["thumbnailFileId"]) = (json!("m"), json!("small"));
    let sent = scene.send(&ann, &group, &body).expect(201);
    assert_eq!(scene.edge.statements().len(), 2);
    for file in ["two", "small"] {
        assert_eq!(scene.holders(file), ["m"]);
    }
    assert_eq!(scene.holders("one").len(), 2);
    let of = |message: &Value, viewer: &Person| {
        let media = message["media"].as_array().unwrap();
        let names: Vec<&str> = media.iter().map(id).collect();
        assert_eq!(names, ["two", "one", "two"]);
        let own = format!("/v1/files/small/content?user={}&expires=", viewer.id);
        let thumbnail = &message["thumbnail"];
        assert!(
            thumbnail["url"].as_str().unwrap().starts_with(&own),
            "{thumbnail}"
        );
        assert!(thumbnail["urlExpiresAt"].is_string());
        assert_eq!(
            (
                &thumbnail["name"],
                &thumbnail["mimeType"],
                &thumbnail["size"]
            ),
            (&json!("small.jpg"), &json!("image/jpeg"), &json!(5))
        );
    };
    of(&sent, &ann);
    assert_eq!(scene.send(&ann, &group, &body).expect(200), sent);
    for who in [&ann, &bob] {
        of(
            &scene.read(who, &group, "?limit=1").expect(200)["items"][0],
            who,
        );
        of(&scene.read(who, &group, "/m").expect(200), who);
    }
}

#[test]
fn ids_from_before_there_were_files_show_nothing() {
    let scene = crate::scene();
    let (ann, bob, group) = two(&scene);
    scene.put(&Message {
        id: "old".into(),
        conversation_id: group.clone(),
        sender_id: ann.id.clone(),
        content_type: MessageContentType::Image,
        media_file_ids: vec!["what".into()],
        created_at: Some(Timestamp::AT_COMMIT),
        ..Message::default()
    });
    let old = scene.read(&bob, &group, "/old").expect(200);
    assert_eq!(
        (&old["media"], &old["mediaFileIds"]),
        (&json!([]), &json!(["what"]))
    );
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": "old", "forwardedFromConversationId": group});
    let copy = scene.send(&bob, &group, &copy).expect(201);
    assert_eq!(copy["mediaFileIds"], json!(["what"]));
    assert!(scene.all::<FileHold>().is_empty());
}

#[test]
fn a_copy_holds_the_files_of_its_origin() {
    let scene = crate::scene();
    let (ann, bob, group) = two(&scene);
    let own = scene.group(&[&bob]);
    for id in ["one", "other"] {
        scene.file(&ann, id, FileBucket::Messages);
    }
    let origin = scene.send(&ann, &group, &image(&["one"])).expect(201);
    let origin = id(&origin);
    let copy = |more: Value| {
        let mut copy = json!({"contentType": "forward", "forwardedFromMessageId": origin, "forwardedFromConversationId": group});
        copy.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        scene.send(&bob, &own, &copy)
    };
    let bare = copy(json!({})).expect(201);
    assert_eq!(bare["media"][0]["id"], "one");
    let with_words = copy(json!({"content": "Look", "mediaFileIds": ["one"]})).expect(201);
    assert_eq!(scene.holders("one"), [origin, id(&bare), id(&with_words)]);
    // Another file of the other one's is no part of that message.
    let refused = fields(copy(json!({"mediaFileIds": ["one", "other"]})));
    assert_eq!(refused, ["mediaFileIds[1]:reference"]);
    let refused = fields(scene.send(&bob, &own, &image(&["one"])));
    assert_eq!(refused, ["mediaFileIds[0]:reference"]);
    let again = json!({"contentType": "forward", "forwardedFromMessageId": id(&bare), "forwardedFromConversationId": own});
    let again = scene.send(&bob, &own, &again).expect(201);
    assert_eq!(scene.holders("one")[3..], [id(&again)]);
}

#[test]
fn nobody_learns_which_files_a_message_has_that_they_dont_see() {
    let scene = crate::scene();
    let (ann, bob) = (scene.person(), scene.person());
    let (hers, his) = (scene.group(&[&ann]), scene.group(&[&bob]));
    scene.file(&ann, "one", FileBucket::Messages);
    let origin = scene.send(&ann, &hers, &image(&["one"])).expect(201);
    for file in ["one", "nothing"] {
        let copy = json!({
            "contentType": "forward", "content": "x", "mediaFileIds": [file],
            "forwardedFromMessageId": id(&origin), "forwardedFromConversationId": hers,
        });
        let refused = fields(scene.send(&bob, &his, &copy));
        let wanted = [
            "forwardedFromMessageId:reference",
            "mediaFileIds[0]:reference",
        ];
        assert_eq!(refused, wanted, "{file}");
    }
}

#[test]
fn a_file_that_its_owner_gave_up_is_attached_to_nothing_new_but_copies() {
    let scene = crate::scene();
    let (ann, bob, group) = two(&scene);
    scene.file(&ann, "one", FileBucket::Messages);
    let origin = scene.send(&ann, &group, &image(&["one"])).expect(201);
    let given_up = Patch::<StoredFile>::new().set(StoredFile::REMOVED_AT, Timestamp::AT_COMMIT);
    scene.change("one", given_up);
    let refused = fields(scene.send(&ann, &group, &image(&["one"])));
    assert_eq!(refused, ["mediaFileIds[0]:reference"]);
    let copy = json!({"contentType": "forward", "forwardedFromMessageId": id(&origin), "forwardedFromConversationId": group});
    let copy = scene.send(&bob, &group, &copy).expect(201);
    assert_eq!(scene.holders("one"), [id(&origin), id(&copy)]);
}

#[test]
fn a_scheduled_message_holds_its_files_until_the_message_does() {
    let desk = Desk::new();
    let scene = &desk.scene;
    let (ann, bob, group) = two(scene);
    for id in ["one", "two", "three"] {
        scene.file(&ann, id, FileBucket::Messages);
    }
    let made = desk
        .schedule(&ann, &group, &image(&["one", "two"]))
        .expect(201);
    let late = id(&made);
    assert_eq!(
        (scene.holders("one"), scene.holders("two")),
        (vec![late.to_owned()], vec![late.to_owned()])
    );
    let change = json!({"message": image(&["two", "three"])});
    desk.change(&ann, late, &change).expect(200);
    assert!(scene.holders("one").is_empty());
    assert_eq!(
        (scene.holders("two"), scene.holders("three")),
        (vec![late.to_owned()], vec![late.to_owned()])
    );
    desk.change(&ann, late, &json!({"message": image(&["bobs"])}))
        .expect(422);
    desk.change(&ann, late, &json!({"sendAt": desk.ahead(2 * HOUR)}))
        .expect(200);
    let cancelled = desk.schedule(&ann, &group, &image(&["one"])).expect(201);
    assert_eq!(scene.holders("one"), [id(&cancelled)]);
    desk.cancel(&ann, id(&cancelled)).expect(204);
    assert!(scene.holders("one").is_empty());
    let ann = desk.later(2 * HOUR, &ann);
    assert_eq!(desk.run(), 1);
    for file in ["two", "three"] {
        assert_eq!(scene.holders(file), [late]);
    }
    let kinds = scene.all::<FileHold>().into_iter().map(|hold| hold.kind);
    assert!(kinds.into_iter().all(|kind| kind == FileHoldKind::Message));
    let bob = desk.later(0, &bob);
    for who in [&ann, &bob] {
        let sent = scene.read(who, &group, &format!("/{late}")).expect(200);
        assert_eq!(sent["media"].as_array().unwrap().len(), 2);
    }
}
