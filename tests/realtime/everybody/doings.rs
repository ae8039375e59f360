//! Doings, each of which makes an event of one type. Each gives a text that this event has and no other one of its type.

use whisper_testkit::{Value, json};

use super::scene::Scene;
use crate::realtime::say;

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

impl Scene {
    /// A path in the conversation.
    fn at(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.place)
    }

    /// A call of Ann's.
    fn ann(&self, method: &'static str, path: &str, body: Value) -> Value {
        self.done(&self.ann, method, path, body)
    }
}

pub fn said(scene: &mut Scene) -> String {
    scene.sent = say(&scene.app, &scene.ann, &scene.place, "hello");
    id(&scene.sent)
}

pub fn edited(scene: &mut Scene) -> String {
    let message = id(&scene.sent);
    let path = scene.at(&format!("/messages/{message}"));
    scene.ann("PATCH", &path, json!({"content": "better"}));
    message
}

pub fn mentioned(scene: &mut Scene) -> String {
    let body = json!({"content": "@ann", "mentions": [scene.ann.id]});
    let sent = scene.done(&scene.bob, "POST", &scene.at("/messages"), body);
    if scene.app.has_operator_key() {
        scene.app.run_job("notification-push").expect(200);
    }
    scene.mention = id(&sent);
    scene.mention.clone()
}

pub fn read(scene: &mut Scene) -> String {
    let message = scene.mention.clone();
    scene.ann("POST", &scene.at("/read"), json!({"messageId": message}));
    message
}

pub fn notifications_read(scene: &mut Scene) -> String {
    scene.ann("POST", "/v1/notifications/read-all", json!({}));
    String::new()
}

pub fn deleted_for_oneself(scene: &mut Scene) -> String {
    let message = id(&scene.sent);
    let path = scene.at(&format!("/messages/{message}?for=me"));
    scene.ann("DELETE", &path, Value::Null);
    message
}

pub fn muted(scene: &mut Scene) -> String {
    scene.ann("PATCH", &scene.at("/me"), json!({"isMuted": true}));
    "\"isMuted\":true".to_owned()
}

pub fn pinned(scene: &mut Scene) -> String {
    let order = json!({"conversationIds": [scene.place]});
    scene.ann("PUT", "/v1/me/pinned-conversations", order);
    scene.place.clone()
}

pub fn drafted(scene: &mut Scene) -> String {
    scene.ann("PUT", &scene.at("/draft"), json!({"content": "I"}));
    scene.place.clone()
}

pub fn put_in_a_folder(scene: &mut Scene) -> String {
    let folder = json!({"name": "Work", "includedConversationIds": [scene.place]});
    id(&scene.ann("POST", "/v1/me/folders", folder))
}

pub fn scheduled(scene: &mut Scene) -> String {
    let sent_at = scene.sent["createdAt"].as_str().unwrap();
    let soon = sent_at.replace('Z', "-00:05");
    let later = json!({"sendAt": soon, "message": {"content": "later"}});
    id(&scene.ann("POST", &scene.at("/scheduled-messages"), later))
}

pub fn renamed(scene: &mut Scene) -> String {
    scene.ann("PATCH", &scene.at(""), json!({"name": "Good friends"}));
    scene.place.clone()
}

pub fn founded(scene: &mut Scene) -> String {
    let others = [&scene.bob.id, &scene.mia.id];
    let body = json!({"type": "group", "name": "Room", "participantIds": others});
    scene.room = id(&scene.ann("POST", "/v1/conversations", body));
    scene.room.clone()
}

pub fn cleared(scene: &mut Scene) -> String {
    say(&scene.app, &scene.ann, &scene.room, "soon gone");
    let path = format!("/v1/conversations/{}/clear", scene.room);
    scene.ann("POST", &path, Value::Null);
    scene.room.clone()
}

pub fn sent_away(scene: &mut Scene) -> String {
    let path = format!("/v1/conversations/{}/members/{}", scene.room, scene.bob.id);
    scene.ann("DELETE", &path, Value::Null);
    scene.room.clone()
}

pub fn story_posted(scene: &mut Scene) -> String {
    let story = json!({"contentType": "text", "text": "Now", "privacy": "public"});
    scene.story = id(&scene.ann("POST", "/v1/stories", story));
    scene.story.clone()
}

pub fn story_reacted(scene: &mut Scene) -> String {
    let path = format!("/v1/stories/{}/reactions", scene.story);
    scene.done(&scene.bob, "PUT", &path, json!({"reaction": "👍"}));
    scene.story.clone()
}

pub fn story_deleted(scene: &mut Scene) -> String {
    let path = format!("/v1/stories/{}", scene.story);
    scene.ann("DELETE", &path, Value::Null);
    scene.story.clone()
}

fn follow(scene: &Scene, method: &'static str) -> String {
    let path = format!("/v1/follows/{}", scene.mia.id);
    scene.ann(method, &path, Value::Null);
    scene.mia.id.clone()
}

pub fn followed(scene: &mut Scene) -> String {
    follow(scene, "PUT")
}

pub fn unfollowed(scene: &mut Scene) -> String {
    follow(scene, "DELETE")
}

pub fn asked(scene: &mut Scene) -> String {
    let path = format!("/v1/contact-requests/{}", scene.mia.id);
    scene.ann("PUT", &path, Value::Null);
    "\"state\":\"sent\"".to_owned()
}

pub fn kept_as_a_contact(scene: &mut Scene) -> String {
    let path = format!("/v1/contacts/{}", scene.mia.id);
    scene.ann("PUT", &path, json!({"nickname": "Mimi"}));
    scene.mia.id.clone()
}

pub fn named_otherwise(scene: &mut Scene) -> String {
    scene.ann("PATCH", "/v1/me", json!({"displayName": "Annie"}));
    scene.ann.id.clone()
}

pub fn typing(scene: &mut Scene) -> String {
    scene.ann("POST", &scene.at("/typing"), json!({"kind": "text"}));
    scene.place.clone()
}

pub fn busy(scene: &mut Scene) -> String {
    let word = json!({"status": "busy"});
    scene.done(&scene.desk, "PUT", "/v1/me/presence", word);
    "\"status\":\"busy\"".to_owned()
}

pub fn signed_in(scene: &mut Scene) -> String {
    scene.ann.sign_in(&scene.app);
    String::new()
}

/// Ann has more points than anybody else by now, so no event of theirs has the same sum.
pub fn earning(scene: &mut Scene) -> String {
    let points = || {
        let progress = scene.ann.get(&scene.app, "/v1/me/progress").expect(200);
        progress["xp"].as_i64().unwrap()
    };
    let before = points();
    say(&scene.app, &scene.ann, &scene.place, "once more");
    if scene.app.has_operator_key() {
        scene.app.run_job("xp-badges").expect(200);
    }
    let after = scene
        .app
        .eventually(|| Some(points()).filter(|points| *points > before));
    format!("\"xp\":{after}")
}

pub fn blocked(scene: &mut Scene) -> String {
    let path = format!("/v1/blocks/{}", scene.eve.id);
    scene.ann("PUT", &path, Value::Null);
    scene.eve.id.clone()
}
