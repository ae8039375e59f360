//! Channels: the sender that messages name, the facts that readers learn, views, and comments in the linked group.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_messages::testing::Person;
use whisper_people::ids::member_id;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::world::World;

/// A channel that Ann owns, with an admin and a reader.
pub struct Station {
    pub world: World,
    pub ann: Person,
    /// An admin.
    pub amy: Person,
    /// A reader.
    pub rob: Person,
    pub channel: String,
}

impl Station {
    pub fn new() -> Self {
        Station::with(&json!({}))
    }

    fn with(settings: &Value) -> Self {
        let world = World::with(&[
            ("post_view_rate_per_minute", "0"),
            ("comments_rate_per_minute", "0"),
        ]);
        let scene = &world.scene;
        let (ann, amy, rob) = (scene.person(), scene.person(), scene.person());
        for (who, name) in [(&ann, "ann"), (&amy, "amy"), (&rob, "rob")] {
            scene.name(who, name);
        }
        let body = json!({"type": "channel", "name": "News", "settings": settings});
        let made = world.ask_with(Method::POST, &ann, "", &body).expect(201);
        let channel = made["id"].as_str().unwrap().to_owned();
        scene.join(&channel, &amy.id);
        world.give(&amy, &channel, ConversationMemberRole::Admin);
        scene.join(&channel, &rob.id);
        Station {
            world,
            ann,
            amy,
            rob,
            channel,
        }
    }

    pub fn say(&self, who: &Person, words: &str) -> String {
        self.world.scene.say(who, &self.channel, words)
    }

    fn conversation(&self, who: &Person) -> Value {
        let path = format!("/{}", self.channel);
        self.world.ask(Method::GET, who, &path).expect(200)
    }

    pub fn message(&self, who: &Person, id: &str) -> Value {
        let rest = format!("/{id}");
        self.world.scene.read(who, &self.channel, &rest).expect(200)
    }

    fn see(&self, who: &Person, ids: &[&str]) -> Answer {
        let path = format!("/v1/conversations/{}/views", self.channel);
        let body = json!({"messageIds": ids});
        let actions = &self.world.scene.actions;
        futures::executor::block_on(actions.send(Method::POST, &path, &who.token, &body))
    }

    fn set(&self, settings: &Value) {
        let text = settings.to_string();
        let patch = Patch::new().set(Conversation::SETTINGS, text);
        self.world
            .scene
            .change::<Conversation>(&self.channel, patch);
    }

    /// A group of Ann's, linked to the channel.
    pub fn link(&self) -> String {
        let body = json!({"type": "group", "name": "Talk"});
        let made = self.world.ask_with(Method::POST, &self.ann, "", &body);
        let group = made.expect(201)["id"].as_str().unwrap().to_owned();
        let linked = self.try_link(&self.ann, &group).expect(200);
        assert_eq!(linked, json!({"conversationId": group}));
        group
    }

    fn try_link(&self, who: &Person, group: &str) -> Answer {
        let path = format!("/{}/linked-group", self.channel);
        let body = json!({"conversationId": group});
        self.world.ask_with(Method::PUT, who, &path, &body)
    }

    pub fn comments(&self, who: &Person, message: &str) -> Answer {
        let path = format!(
            "/v1/conversations/{}/messages/{message}/comments",
            self.channel
        );
        let edge = &self.world.scene.edge;
        futures::executor::block_on(edge.send(Method::POST, &path, &who.token, &Value::Null))
    }
}

#[test]
fn those_who_run_it_write_and_readers_read() {
    let station = Station::new();
    let Station { ann, amy, rob, .. } = &station;
    let refused = station
        .world
        .scene
        .send(rob, &station.channel, &json!({"content": "Me too"}));
    refused.expect_problem(403, "forbidden");
    let post = station.say(amy, "Hello");
    let seen = station.message(rob, &post);
    assert_eq!(seen["content"], "Hello");
    assert_eq!(seen["senderId"], station.channel.as_str());
    assert_eq!(seen["views"], 0);
    // The author is shown only to members who run the channel.
    for who in [ann, amy] {
        let seen = station.message(who, &post);
        assert_eq!(seen["senderId"], amy.id.as_str());
        assert_eq!(seen["users"][&amy.id]["username"], "amy");
    }
    let shown = station.conversation(rob);
    assert_eq!(shown["participantIds"], json!([rob.id]));
    assert_eq!(shown["adminIds"], json!([]));
    assert_eq!(shown["creatorId"], station.channel.as_str());
    assert_eq!(shown["settings"]["sendMessages"], "admins");
    assert_eq!(shown["settings"]["signatures"], false);
    let history = station
        .world
        .scene
        .read(rob, &station.channel, "")
        .expect(200);
    let list = json!(station.world.list(rob));
    for answer in [&shown, &history, &seen, &list] {
        let text = answer.to_string();
        for who in [ann, amy] {
            assert!(!text.contains(&who.id), "{text}");
        }
    }
    let members = format!("/{}/members", station.channel);
    let refused = station.world.ask(Method::GET, rob, &members);
    refused.expect_problem(403, "forbidden");
    let page = station.world.ask(Method::GET, amy, &members).expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_message_is_unread_to_others_and_not_to_its_author() {
    let station = Station::new();
    station.say(&station.amy, "Hello");
    let unread = |who| station.world.preview(who, &station.channel).1;
    assert_eq!(
        (
            unread(&station.ann),
            unread(&station.amy),
            unread(&station.rob)
        ),
        (1, 0, 1)
    );
}

#[test]
fn with_signatures_the_author_is_named() {
    let station = Station::with(&json!({"signatures": true}));
    let post = station.say(&station.amy, "Signed");
    let seen = station.message(&station.rob, &post);
    assert_eq!(seen["senderId"], station.amy.id.as_str());
    assert_eq!(seen["users"][&station.amy.id]["username"], "amy");
    assert_eq!(seen["views"], 0);
    // Messages keep the signature that they were sent with.
    station.set(&json!({"signatures": false}));
    let later = station.say(&station.amy, "Unsigned");
    let sender = |id: &str| station.message(&station.rob, id)["senderId"].clone();
    assert_eq!(sender(&later), station.channel.as_str());
    assert_eq!(sender(&post), station.amy.id.as_str());
}

#[test]
fn a_block_tells_nobody_who_wrote() {
    let station = Station::new();
    station.world.scene.block(&station.rob, &station.amy);
    station.say(&station.amy, "Hello");
    let seen = station.world.preview(&station.rob, &station.channel);
    assert_eq!(seen, (Some("Hello".to_owned()), 1));
}

#[test]
fn everybody_who_may_write_edits_and_deletes_what_the_channel_said() {
    let station = Station::new();
    let post = station.say(&station.amy, "Helo");
    let rest = format!("/{post}");
    let (scene, channel) = (&station.world.scene, &station.channel);
    let change = json!({"content": "Hello"});
    let refused = scene.act_with(&station.rob, Method::PATCH, channel, &rest, &change);
    refused.expect_problem(403, "forbidden");
    scene
        .act_with(&station.ann, Method::PATCH, channel, &rest, &change)
        .expect(200);
    assert_eq!(station.message(&station.rob, &post)["content"], "Hello");
    let refused = station.world.delete(&station.rob, channel, &post);
    refused.expect_problem(403, "forbidden");
    station
        .world
        .delete(&station.ann, channel, &post)
        .expect(204);
    assert!(scene.all::<ChannelPost>().is_empty());
}

#[test]
fn a_message_that_is_sent_again_is_the_same() {
    let station = Station::new();
    let body = json!({"id": "p1", "content": "Once"});
    let scene = &station.world.scene;
    scene
        .send(&station.amy, &station.channel, &body)
        .expect(201);
    scene
        .send(&station.amy, &station.channel, &body)
        .expect(200);
    assert_eq!(scene.all::<ChannelPost>().len(), 1);
}

#[test]
fn nobody_learns_who_read_reacted_or_voted() {
    let station = Station::new();
    let (scene, channel) = (&station.world.scene, &station.channel);
    let post = station.say(&station.amy, "Hello");
    scene.mark(channel, &station.ann, &post);
    let seen = station.message(&station.amy, &post);
    assert_eq!(
        (&seen["readBy"], &seen["status"]),
        (&json!([]), &json!("sent"))
    );
    let rest = format!("/{post}/receipts");
    let refused = scene.act(&station.amy, Method::GET, channel, &rest);
    refused.expect_problem(409, "wrong_kind");
    scene
        .act(
            &station.rob,
            Method::PUT,
            channel,
            &format!("/{post}/reactions/%F0%9F%91%8D"),
        )
        .expect(200);
    let seen = station.message(&station.rob, &post);
    assert_eq!(
        seen["reactionCounts"],
        json!([{"reaction": "👍", "count": 1}])
    );
    let rest = format!("/{post}/reactions");
    let refused = scene.act(&station.rob, Method::GET, channel, &rest);
    refused.expect_problem(403, "forbidden");
    let told = scene.events(&["reaction.set"]);
    assert_eq!(told[0].1["tellsAuthor"], false);
    let poll =
        json!({"contentType": "poll", "content": "Tea?", "metadata": {"options": ["yes", "no"]}});
    let poll = scene.send(&station.amy, channel, &poll).expect(201);
    let rest = format!("/{}/poll/voters?option=0", poll["id"].as_str().unwrap());
    let refused = scene.act(&station.amy, Method::GET, channel, &rest);
    refused.expect_problem(403, "forbidden");
}

#[test]
fn views_are_counted_once_for_each_viewer() {
    let station = Station::new();
    let posts = [
        station.say(&station.amy, "a"),
        station.say(&station.amy, "b"),
    ];
    let ids: Vec<&str> = posts.iter().map(String::as_str).collect();
    let counted = station.see(&station.rob, &ids).expect(200);
    let of = |id: &str, views| json!({"messageId": id, "views": views});
    assert_eq!(counted["items"], json!([of(ids[0], 1), of(ids[1], 1)]));
    station.see(&station.rob, &ids[..1]).expect(200);
    station
        .see(&station.ann, &[ids[0], ids[0], "gone"])
        .expect(200);
    let seen = |id: &str| station.message(&station.rob, id)["views"].clone();
    assert_eq!((seen(ids[0]), seen(ids[1])), (json!(2), json!(1)));
    // Of three requests that counted, one counted two.
    let told = station.world.scene.events(&["channel.viewed"]);
    let told: Vec<&Value> = told.iter().map(|(_, what)| &what["messageIds"]).collect();
    let (both, first) = (json!(ids), json!(ids[..1]));
    assert_eq!(told, [&both, &first]);
    // A message that is deleted takes its viewers along.
    station
        .world
        .delete(&station.ann, &station.channel, ids[0])
        .expect(204);
    let counted = station.see(&station.amy, &ids).expect(200);
    assert_eq!(counted["items"], json!([of(ids[1], 2)]));
    assert_eq!(station.world.scene.all::<PostViewer>().len(), 2);
}

#[test]
fn who_is_not_counted() {
    let station = Station::new();
    let post = station.say(&station.amy, "a");
    let eve = station.world.scene.person();
    station.see(&eve, &[&post]).expect_problem(404, "not_found");
    let gone = Patch::new().set(
        ConversationMember::STATUS,
        ConversationMemberStatus::Removed,
    );
    let rob = member_id(&station.channel, &station.rob.id);
    station.world.scene.change::<ConversationMember>(&rob, gone);
    station
        .see(&station.rob, &[&post])
        .expect_problem(404, "not_found");
    let many: Vec<String> = (0..101).map(|n| format!("m{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for wrong in [&[][..], &many] {
        station
            .see(&station.ann, wrong)
            .expect_problem(422, "validation_failed");
    }
    let group = station.world.scene.group(&[&station.ann, &station.amy]);
    let path = format!("/v1/conversations/{group}/views");
    let body = json!({"messageIds": ["m"]});
    let actions = &station.world.scene.actions;
    let refused = actions.send(Method::POST, &path, &station.ann.token, &body);
    futures::executor::block_on(refused).expect_problem(409, "wrong_kind");
    assert!(station.world.scene.all::<PostViewer>().is_empty());
}

#[test]
fn a_hundred_views_cost_what_one_does() {
    let station = Station::new();
    let posts: Vec<String> = (0..101)
        .map(|n| station.say(&station.amy, &format!("{n}")))
        .collect();
    let ids: Vec<&str> = posts.iter().map(String::as_str).collect();
    let cost = |ids: &[&str]| {
        station.world.scene.actions.statements();
        station.see(&station.rob, ids).expect(200);
        station.world.scene.actions.statements().len()
    };
    cost(&ids[..1]);
    assert_eq!(cost(&ids[1..2]), cost(&ids[2..]));
}

#[test]
fn comments_stand_in_the_linked_group() {
    let station = Station::new();
    let scene = &station.world.scene;
    let post = station.say(&station.amy, "What do you think?");
    station
        .comments(&station.rob, &post)
        .expect_problem(409, "wrong_kind");
    let group = station.link();
    assert_eq!(
        station.conversation(&station.rob)["linkedGroupId"],
        group.as_str()
    );
    assert!(
        station
            .message(&station.rob, &post)
            .get("comments")
            .is_none()
    );
    let opened = station.comments(&station.rob, &post).expect(201);
    let copy = opened["messageId"].as_str().unwrap().to_owned();
    assert_eq!(
        opened,
        json!({"conversationId": group, "messageId": copy, "count": 0})
    );
    assert_eq!(station.comments(&station.ann, &post).expect(200), opened);
    let stored: Message = scene.get(&copy);
    assert_eq!(stored.sender_id, station.channel);
    assert_eq!(
        stored.forwarded_from_message_id.as_deref(),
        Some(post.as_str())
    );
    // A subscriber comes into the group, which isn't public, and answers.
    let eve = scene.person();
    let path = format!("/{group}/join");
    let refused = station.world.ask(Method::POST, &eve, &path);
    refused.expect_problem(404, "not_found");
    station
        .world
        .ask(Method::POST, &station.rob, &path)
        .expect(201);
    let answer = json!({"content": "I like it", "replyToMessageId": copy});
    scene.send(&station.rob, &group, &answer).expect(201);
    let seen = station.message(&station.ann, &post);
    assert_eq!(
        seen["comments"],
        json!({"conversationId": group, "messageId": copy, "count": 1})
    );
}

#[test]
fn the_copy_follows_its_origin() {
    let station = Station::new();
    let scene = &station.world.scene;
    station.link();
    let post = station.say(&station.amy, "What do you think?");
    let opened = station.comments(&station.rob, &post).expect(201);
    let copy = opened["messageId"].as_str().unwrap();
    let (rest, change) = (format!("/{post}"), json!({"content": "Well?"}));
    scene
        .act_with(
            &station.amy,
            Method::PATCH,
            &station.channel,
            &rest,
            &change,
        )
        .expect(200);
    assert_eq!(scene.get::<Message>(copy).content, "Well?");
    station
        .world
        .delete(&station.amy, &station.channel, &post)
        .expect(204);
    let stored: Message = scene.get(copy);
    assert!(stored.deleted_at.is_some() && stored.content.is_empty());
    station
        .comments(&station.rob, &post)
        .expect_problem(404, "not_found");
}

#[test]
fn two_who_open_comments_at_once_open_one_thread() {
    let station = Station::new();
    let group = station.link();
    let post = station.say(&station.amy, "Go");
    let path = format!(
        "/v1/conversations/{}/messages/{post}/comments",
        station.channel
    );
    let edge = &station.world.scene.edge;
    let other = edge.another(&message_send::api());
    let (one, two) = crate::both(
        (edge, &other),
        (Method::POST, &path, &station.rob),
        (Method::POST, &path, &station.ann),
    );
    let mut statuses = [&one, &two].map(|answer| answer.response.status().as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    let copies = station.world.scene.all::<Message>().into_iter();
    let copies = copies.filter(|m| m.conversation_id == group && !m.is_system_message);
    assert_eq!(copies.count(), 1);
}

#[test]
fn groups_are_linked_by_the_owner_of_both() {
    let station = Station::new();
    let scene = &station.world.scene;
    let group = station.link();
    station.try_link(&station.ann, &group).expect(200);
    station
        .try_link(&station.amy, &group)
        .expect_problem(403, "forbidden");
    let eve = scene.person();
    station
        .try_link(&eve, &group)
        .expect_problem(404, "not_found");
    let theirs = scene.group(&[&station.amy, &station.ann]);
    for wrong in [theirs.as_str(), "nothing", station.channel.as_str()] {
        let refused = station.try_link(&station.ann, wrong);
        refused.expect_problem(422, "validation_failed");
    }
    let path = format!("/{}/linked-group", station.channel);
    for _ in 0..2 {
        station
            .world
            .ask(Method::DELETE, &station.ann, &path)
            .expect(204);
    }
    let post = station.say(&station.amy, "Hello");
    station
        .comments(&station.rob, &post)
        .expect_problem(409, "wrong_kind");
    let path = format!("/{group}/linked-group");
    let refused = station.world.ask(Method::DELETE, &station.ann, &path);
    refused.expect_problem(409, "wrong_kind");
}
