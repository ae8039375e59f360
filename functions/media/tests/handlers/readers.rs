//! Readers of a file that a document holds: members, strangers, those sent away, blocked, and when the document has ended.

use serde_json::json;
use whisper_files::{Holder, hold};
use whisper_messages::ids::mark_id;
use whisper_messages::{OPENING, opening_id};
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Contact, Conversation, ConversationBan, ConversationKind, ConversationMember,
    ConversationMemberStatus, Follow, FollowStatus, Message, MessageContentType, MessageMark,
    MessageMarkKind, MessageOpening, Profile, StoredFile, Story, StoryPrivacy, Timestamp,
};
use whisper_store::{Batch, Patch};

use crate::scene::{JPEG, Person, Scene, content, header};

/// A database with Ann, who has a picture, and others.
struct Held {
    scene: Scene,
    ann: Person,
    bob: Person,
    file: String,
}

impl Held {
    fn new() -> Self {
        let scene = Scene::new();
        let (ann, bob) = (scene.person(), scene.person());
        let file = scene.picture(&ann);
        Self {
            scene,
            ann,
            bob,
            file,
        }
    }

    /// Has a document hold the picture.
    fn hold(&self, holder: &Holder<'_>) {
        let file: StoredFile = self.scene.get(&self.file).unwrap();
        self.scene.commit(hold(Batch::new(), [&file], holder));
    }

    /// The status of its content for somebody; the file itself has the same, but for its body.
    fn status(&self, who: &Person) -> u16 {
        let read = self.scene.read(&content(&self.file), &who.token);
        let file = self
            .scene
            .read(&format!("/v1/files/{}", self.file), &who.token);
        let status = read.response.status().as_u16();
        assert_eq!(file.response.status().as_u16(), status, "{}", file.body);
        status
    }

    fn now(&self) -> Timestamp {
        self.scene.edge.ctx().now()
    }

    /// A group with these members; gives its id.
    fn group(&self, members: &[&Person]) -> String {
        let group = "group";
        self.scene.put(&Conversation {
            id: group.into(),
            kind: ConversationKind::Group,
            creator_id: self.ann.id.clone(),
            ..Conversation::default()
        });
        for member in members {
            self.scene.put(&ConversationMember {
                id: member_id(group, &member.id),
                conversation_id: group.into(),
                user_id: member.id.clone(),
                joined_at: self.now(),
                ..ConversationMember::default()
            });
        }
        group.into()
    }

    /// A message of Ann's with the picture.
    fn message(&self, group: &str) -> Message {
        let message = Message {
            id: "message".into(),
            conversation_id: group.into(),
            sender_id: self.ann.id.clone(),
            content_type: MessageContentType::Image,
            media_file_ids: vec![self.file.clone()],
            created_at: Some(self.now()),
            ..Message::default()
        };
        self.scene.put(&message);
        self.hold(&Holder::message(&message));
        message
    }

    fn change_member(&self, group: &str, who: &Person, patch: Patch<ConversationMember>) {
        let id = member_id(group, &who.id);
        self.scene.commit(Batch::new().update(&id, patch));
    }
}

fn block(by: &Person, whom: &Person) -> Contact {
    Contact {
        id: "block".into(),
        user_id: by.id.clone(),
        contact_user_id: whom.id.clone(),
        is_blocked: true,
        ..Contact::default()
    }
}

#[test]
fn a_file_that_nothing_holds_is_its_owners() {
    let held = Held::new();
    assert_eq!((held.status(&held.ann), held.status(&held.bob)), (200, 404));
    let path = format!("/v1/files/{}", held.file);
    let own = held.scene.read(&path, &held.ann.token).expect(200);
    assert!(own.get("sha256").is_some());
    held.hold(&Holder::avatar(&held.ann.id));
    let others = held.scene.read(&path, &held.bob.token).expect(200);
    let mut keys: Vec<&str> = others
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    let wanted = [
        "bucket",
        "createdAt",
        "id",
        "mimeType",
        "name",
        "size",
        "state",
        "url",
        "urlExpiresAt",
    ];
    assert_eq!(keys, wanted);
}

#[test]
fn a_picture_of_a_profile_goes_with_the_person() {
    let held = Held::new();
    held.hold(&Holder::avatar(&held.ann.id));
    let private = Patch::new().set(
        Profile::PRIVACY_SETTINGS,
        json!({"profile": "nobody"}).to_string(),
    );
    held.scene
        .commit(Batch::new().update(&held.ann.id, private));
    assert_eq!(held.status(&held.bob), 200, "it goes with the name");
    for block in [block(&held.ann, &held.bob), block(&held.bob, &held.ann)] {
        held.scene.put(&block);
        assert_eq!(held.status(&held.bob), 404);
    }
}

#[test]
fn a_cover_goes_with_the_profile() {
    let held = Held::new();
    held.hold(&Holder::cover(&held.ann.id));
    for (audience, status) in [("everyone", 200), ("friends", 404), ("nobody", 404)] {
        let settings = json!({"profile": audience}).to_string();
        let patch = Patch::new().set(Profile::PRIVACY_SETTINGS, settings);
        held.scene.commit(Batch::new().update(&held.ann.id, patch));
        assert_eq!(held.status(&held.bob), status, "{audience}");
        assert_eq!(held.status(&held.ann), 200, "{audience}");
    }
    befriend(&held);
    let settings = json!({"profile": "friends"}).to_string();
    let patch = Patch::new().set(Profile::PRIVACY_SETTINGS, settings);
    held.scene.commit(Batch::new().update(&held.ann.id, patch));
    assert_eq!(held.status(&held.bob), 200);
}

/// Ann and Bob follow each other.
fn befriend(held: &Held) {
    for (id, one, other) in [("f1", &held.ann, &held.bob), ("f2", &held.bob, &held.ann)] {
        held.scene.put(&Follow {
            id: id.into(),
            follower_id: one.id.clone(),
            following_id: other.id.clone(),
            status: FollowStatus::Accepted,
            ..Follow::default()
        });
    }
}

#[test]
fn a_picture_of_a_conversation_is_its_members_or_everybodys() {
    let held = Held::new();
    let carl = held.scene.person();
    let group = held.group(&[&held.ann, &held.bob]);
    held.hold(&Holder::conversation_avatar(&group, &held.ann.id));
    assert_eq!((held.status(&held.bob), held.status(&carl)), (200, 404));
    let public = Patch::new().set(Conversation::IS_PUBLIC, true);
    held.scene
        .commit(Batch::new().update::<Conversation>(&group, public));
    assert_eq!(held.status(&carl), 200);
    held.scene.put(&ConversationBan {
        id: "ban".into(),
        conversation_id: group.clone(),
        user_id: carl.id.clone(),
        banned_by: held.ann.id.clone(),
        ..ConversationBan::default()
    });
    assert_eq!(held.status(&carl), 404, "banned");
    let private = Patch::new().set(Conversation::IS_PUBLIC, false);
    held.scene
        .commit(Batch::new().update::<Conversation>(&group, private));
    let gone = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Left);
    held.change_member(&group, &held.bob, gone);
    assert_eq!(held.status(&held.bob), 404, "left");
}

#[test]
fn a_file_of_a_message_is_for_members_who_see_it_now() {
    let held = Held::new();
    let carl = held.scene.person();
    let group = held.group(&[&held.ann, &held.bob]);
    let message = held.message(&group);
    assert_eq!((held.status(&held.bob), held.status(&carl)), (200, 404));
    let status = |patch: Patch<Message>, back: Patch<Message>| {
        held.scene.commit(Batch::new().update(&message.id, patch));
        let seen = held.status(&held.bob);
        held.scene.commit(Batch::new().update(&message.id, back));
        assert_eq!(held.status(&held.bob), 200);
        seen
    };
    let ended = Patch::new().set(Message::EXPIRES_AT, held.now());
    assert_eq!(
        status(ended, Patch::new().unset(Message::EXPIRES_AT)),
        404,
        "expired"
    );
    let deleted = Patch::new().set(Message::DELETED_AT, held.now());
    assert_eq!(
        status(deleted, Patch::new().unset(Message::DELETED_AT)),
        404,
        "deleted"
    );
    let later = Patch::new().set(ConversationMember::CLEARED_POSITION, 1_000);
    held.change_member(&group, &held.bob, later);
    assert_eq!(held.status(&held.bob), 404, "cleared since");
    held.change_member(
        &group,
        &held.bob,
        Patch::new().unset(ConversationMember::CLEARED_POSITION),
    );
    let gone = Patch::new().set(
        ConversationMember::STATUS,
        ConversationMemberStatus::Removed,
    );
    held.change_member(&group, &held.bob, gone);
    assert_eq!(held.status(&held.bob), 404, "sent away");
    let back = Patch::new().set(ConversationMember::STATUS, ConversationMemberStatus::Active);
    held.change_member(&group, &held.bob, back);
    assert_eq!(held.status(&held.bob), 200);
    held.scene.put(&MessageMark {
        id: mark_id(MessageMarkKind::Deleted, &held.bob.id, &message.id),
        user_id: held.bob.id.clone(),
        message_id: message.id.clone(),
        conversation_id: group,
        kind: MessageMarkKind::Deleted,
        ..MessageMark::default()
    });
    assert_eq!(held.status(&held.bob), 404, "deleted for themselves");
    assert_eq!(held.status(&held.ann), 200, "it is theirs");
}

#[test]
fn a_file_that_can_be_viewed_once_is_for_its_opening() {
    let held = Held::new();
    let group = held.group(&[&held.ann, &held.bob]);
    let message = held.message(&group);
    let once = Patch::new().set(Message::METADATA, json!({"viewOnce": true}).to_string());
    held.scene.commit(Batch::new().update(&message.id, once));
    assert_eq!(held.status(&held.bob), 404);
    held.scene.put(&MessageOpening {
        id: opening_id(&message.id, &held.bob.id),
        message_id: message.id.clone(),
        conversation_id: group,
        user_id: held.bob.id.clone(),
        opened_at: held.now(),
    });
    assert_eq!(held.status(&held.bob), 200);
    let read = held.scene.read(&content(&held.file), &held.bob.token);
    assert_eq!(
        header(&read, "cache-control"),
        "private, no-store, no-transform"
    );
    held.scene.edge.advance(OPENING);
    assert_eq!(held.status(&held.bob), 404);
}

#[test]
fn a_file_of_a_story_is_for_its_audience_until_it_ends() {
    let held = Held::new();
    let story = Story {
        id: "story".into(),
        user_id: held.ann.id.clone(),
        privacy: StoryPrivacy::Public,
        expires_at: held.now().plus(60_000),
        ..Story::default()
    };
    held.scene.put(&story);
    held.hold(&Holder::story(&story));
    assert_eq!(held.status(&held.bob), 200);
    let friends = Patch::new().set(Story::PRIVACY, StoryPrivacy::Friends);
    held.scene.commit(Batch::new().update(&story.id, friends));
    assert_eq!(held.status(&held.bob), 404, "a stranger");
    befriend(&held);
    assert_eq!(held.status(&held.bob), 200, "a friend");
    held.scene.edge.advance(60_000);
    assert_eq!(held.status(&held.bob), 404, "ended");
}

#[test]
fn a_scheduled_message_shows_nobody_its_file() {
    let held = Held::new();
    held.hold(&Holder::scheduled_message("s", &held.ann.id));
    assert_eq!((held.status(&held.ann), held.status(&held.bob)), (200, 404));
}

#[test]
fn any_of_many_documents_is_enough_and_none_that_is_out_of_reach_is_asked() {
    let held = Held::new();
    let group = held.group(&[&held.ann, &held.bob]);
    held.message(&group);
    for number in 0..200 {
        let copy = Message {
            id: format!("copy-{number}"),
            conversation_id: format!("elsewhere-{number}"),
            sender_id: held.ann.id.clone(),
            ..Message::default()
        };
        held.hold(&Holder::message(&copy));
    }
    held.scene.edge.statements();
    assert_eq!(held.status(&held.bob), 200);
    let file: StoredFile = held.scene.get(&held.file).unwrap();
    assert_eq!((file.ends_at, file.size), (None, JPEG.len() as i64));
}

#[test]
fn documents_that_give_no_right_crowd_out_none_that_does() {
    let held = Held::new();
    let group = held.group(&[&held.ann, &held.bob]);
    held.message(&group);
    for number in 0..31 {
        held.hold(&Holder::scheduled_message(
            &format!("s-{number}"),
            &held.ann.id,
        ));
    }
    held.scene.edge.statements();
    assert_eq!(held.status(&held.bob), 200);
    let statements = held.scene.edge.statements().len();
    for number in 0..70 {
        let story = Story {
            id: format!("story-{number}"),
            user_id: held.ann.id.clone(),
            ..Story::default()
        };
        held.hold(&Holder::story(&story));
    }
    assert_eq!(held.status(&held.bob), 200, "two portions later");
    let more = held.scene.edge.statements().len();
    assert!(more > statements, "{more} after {statements}");
    let carl = held.scene.person();
    assert_eq!(held.status(&carl), 404);
}

#[test]
fn a_stranger_costs_as_many_statements_as_nothing() {
    let held = Held::new();
    let count = |id: &str| {
        held.scene.edge.statements();
        held.scene
            .read(&content(id), &held.bob.token)
            .expect_problem(404, "not_found");
        held.scene.edge.statements().len()
    };
    assert_eq!(count(&held.file), count("nothing"));
}
