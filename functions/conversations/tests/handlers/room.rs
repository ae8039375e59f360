//! Users and conversations of a test.

use serde_json::{Value, json};
use whisper_kit::testing::{Answer, TestEdge};
use whisper_kit::{Method, Request, ids};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Patch, Query};

/// The function with its users.
pub struct Room {
    pub edge: TestEdge,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct User {
    pub id: String,
    pub token: String,
}

impl Room {
    pub fn new() -> Self {
        Room::with(&[])
    }

    /// With these settings of the operator's.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        Room {
            edge: TestEdge::new(&conversations::api(), variables),
        }
    }

    pub async fn user(&self) -> User {
        let (id, token) = self.edge.user().await;
        self.named(User { id, token }, "somebody").await
    }

    pub async fn anonymous(&self) -> User {
        let (id, token) = self.edge.anonymous().await;
        self.named(User { id, token }, "nobody in particular").await
    }

    async fn named(&self, user: User, name: &str) -> User {
        let profile = Profile {
            id: user.id.clone(),
            user_id: user.id.clone(),
            display_name: Some(name.to_owned()),
            ..Profile::default()
        };
        self.commit(Batch::new().insert(&profile)).await;
        user
    }

    /// Gives somebody a name and a picture that no other text has.
    pub async fn rename(&self, user: &User, name: &str) {
        let patch = Patch::new().set(Profile::DISPLAY_NAME, name).set(
            Profile::AVATAR_URL,
            format!("https://example.com/{name}.png"),
        );
        self.commit(Batch::new().update(&user.id, patch)).await;
    }

    pub async fn commit(&self, batch: Batch) {
        self.edge.store().commit(batch).await.unwrap();
    }

    pub async fn block(&self, by: &User, whom: &User) {
        let block = Contact {
            id: ids::derived_id(&["block", &by.id, &whom.id]),
            user_id: by.id.clone(),
            contact_user_id: whom.id.clone(),
            is_blocked: true,
            ..Contact::default()
        };
        self.commit(Batch::new().insert(&block)).await;
    }

    /// Lets only some do something: a privacy setting.
    pub async fn allow(&self, user: &User, setting: &str, whom: &str) {
        let settings = json!({ setting: whom }).to_string();
        let patch = Patch::new().set(Profile::PRIVACY_SETTINGS, settings);
        self.commit(Batch::new().update(&user.id, patch)).await;
    }

    pub async fn follow(&self, by: &User, whom: &User) {
        let follow = Follow {
            id: ids::derived_id(&["follow", &by.id, &whom.id]),
            follower_id: by.id.clone(),
            following_id: whom.id.clone(),
            status: FollowStatus::Accepted,
            ..Follow::default()
        };
        self.commit(Batch::new().upsert(&follow)).await;
    }

    pub async fn send(&self, method: Method, who: &User, path: &str, body: &Value) -> Answer {
        self.edge.send(method, path, &who.token, body).await
    }

    /// Sends with `If-Match: *`, which every version meets.
    pub async fn send_matching(
        &self,
        method: Method,
        who: &User,
        path: &str,
        body: &Value,
    ) -> Answer {
        let mut request = Request::new(method, path);
        let token = format!("Bearer {}", who.token);
        for (name, value) in [("authorization", token.as_str()), ("if-match", "*")] {
            let value = value.parse().expect("a header");
            request.headers.insert(name, value);
        }
        if !body.is_null() {
            let value = "application/json".parse().expect("a header");
            request.headers.insert("content-type", value);
            request.body = body.to_string().into();
        }
        self.edge.request(request).await
    }

    pub async fn post(&self, who: &User, path: &str, body: Value) -> Answer {
        self.send(Method::POST, who, path, &body).await
    }

    pub async fn patch(&self, who: &User, path: &str, body: Value) -> Value {
        self.send(Method::PATCH, who, path, &body).await.expect(200)
    }

    pub async fn get(&self, who: &User, path: &str) -> Value {
        self.send(Method::GET, who, path, &Value::Null)
            .await
            .expect(200)
    }

    pub async fn try_group(&self, owner: &User, others: &[&User]) -> Answer {
        let ids: Vec<&str> = others.iter().map(|user| user.id.as_str()).collect();
        let body = json!({"type": "group", "name": "Room", "participantIds": ids});
        self.post(owner, "/v1/conversations", body).await
    }

    /// Makes a group, which those others accept; gives its id.
    pub async fn group(&self, owner: &User, others: &[&User]) -> String {
        let made = self.try_group(owner, others).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        for other in others {
            let accepted = Patch::new().set(ConversationMember::IS_REQUEST, false);
            let member = ids::member_id(&id, &other.id);
            self.commit(Batch::new().update(&member, accepted)).await;
        }
        id
    }

    pub async fn try_direct(&self, one: &User, other: &User) -> Answer {
        let body = json!({"type": "direct", "participantIds": [other.id]});
        self.post(one, "/v1/conversations", body).await
    }

    /// Makes a direct conversation; gives its id.
    pub async fn direct(&self, one: &User, other: &User) -> String {
        let made = self.try_direct(one, other).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Sends as the function message-send would, as far as it matters here, a second later.
    pub async fn message(&self, conversation: &str, sender: &User, id: &str) -> Timestamp {
        self.edge.advance(1000);
        self.message_now(conversation, sender, id).await
    }

    /// Sends without moving the clock.
    pub async fn message_now(&self, conversation: &str, sender: &User, id: &str) -> Timestamp {
        let now = self.edge.ctx().now();
        let message = Message {
            id: id.to_owned(),
            conversation_id: conversation.to_owned(),
            sender_id: sender.id.clone(),
            content: format!("words of {id}"),
            plain_text: Some(format!("words of {id}")),
            status: MessageStatus::Sent,
            created_at: Some(now),
            ..Message::default()
        };
        let patch = Patch::new()
            .set(Conversation::LAST_MESSAGE_ID, id)
            .set(Conversation::LAST_MESSAGE_TEXT, message.plain_text.clone())
            .set(Conversation::LAST_MESSAGE_SENDER_ID, sender.id.as_str())
            .set(Conversation::LAST_MESSAGE_AT, now);
        let batch = Batch::new()
            .insert(&message)
            .update::<Conversation>(conversation, patch);
        self.commit(batch).await;
        now
    }

    pub async fn count<D: Document>(&self, filter: Filter<D>) -> u64 {
        let counted = Query::new().filter(filter).count(1000);
        self.edge.store().read(counted).await.unwrap()
    }

    pub async fn events(&self, kind: &str) -> u64 {
        self.count(Filter::eq(Event::KIND, kind)).await
    }

    pub async fn participants(&self, id: &str) -> (i64, u64) {
        let stored = self
            .edge
            .store()
            .get::<Conversation>(id)
            .await
            .unwrap()
            .unwrap();
        let active = Filter::and([
            Filter::eq(ConversationMember::CONVERSATION_ID, id),
            Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        ]);
        (stored.participant_count, self.count(active).await)
    }
}

/// The ids of a list's items.
pub fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

/// The path of the page that a cursor of a list leads to.
pub fn page(limit: u32, way: &str, cursor: &Value) -> String {
    let cursor = cursor.as_str().expect("a cursor");
    format!("/v1/conversations?limit={limit}&{way}={cursor}")
}
