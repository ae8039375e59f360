//! A group that users join by links and from the directory.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::Answer;
use whisper_schema::prelude::*;
use whisper_store::{Filter, Get, Query};

use super::room::{Room, User};

/// A group of an owner and a member.
pub struct Hall {
    pub room: Room,
    pub ann: User,
    pub mia: User,
    pub id: String,
}

impl Hall {
    pub async fn new() -> Self {
        Hall::with(&[]).await
    }

    /// With these settings of the operator's.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let room = Room::with(variables);
        let (ann, mia) = (room.user().await, room.user().await);
        let id = room.group(&ann, &[&mia]).await;
        Hall { room, ann, mia, id }
    }

    /// A group of the owner alone that may have so many members.
    pub async fn small(most: i64) -> Self {
        let hall = Hall::new().await;
        let body = json!({"type": "group", "name": "Small", "maxParticipants": most});
        let made = hall.room.post(&hall.ann, "/v1/conversations", body).await;
        let id = made.expect(201)["id"].as_str().unwrap().to_owned();
        Hall { id, ..hall }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.id)
    }

    pub async fn call(&self, method: Method, who: &User, rest: &str, body: Value) -> Answer {
        self.room.send(method, who, &self.path(rest), &body).await
    }

    pub async fn set(&self, settings: Value) {
        let body = json!({ "settings": settings });
        let path = self.path("");
        let answer = self
            .room
            .send_matching(Method::PATCH, &self.ann, &path, &body);
        answer.await.expect(200);
    }

    pub async fn give(&self, to: &User, role: &str) {
        let path = self.path(&format!("/members/{}", to.id));
        self.room
            .patch(&self.ann, &path, json!({ "role": role }))
            .await;
    }

    pub async fn try_invite(&self, by: &User, body: Value) -> Answer {
        self.call(Method::POST, by, "/invitations", body).await
    }

    /// Makes a link; gives its id and its code.
    pub async fn invite(&self, by: &User, body: Value) -> (String, String) {
        let made = self.try_invite(by, body).await.expect(201);
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        (text("id"), text("code"))
    }

    pub async fn preview(&self, who: &User, code: &str) -> Answer {
        let path = format!("/v1/invitations/{code}");
        self.room.send(Method::GET, who, &path, &Value::Null).await
    }

    pub async fn come(&self, who: &User, code: &str) -> Answer {
        let path = format!("/v1/invitations/{code}/join");
        self.room.post(who, &path, Value::Null).await
    }

    pub async fn join(&self, who: &User) -> Answer {
        self.call(Method::POST, who, "/join", Value::Null).await
    }

    pub async fn answer(&self, by: &User, whom: &User, verdict: &str) -> Answer {
        let path = format!("/join-requests/{}/{verdict}", whom.id);
        self.call(Method::POST, by, &path, Value::Null).await
    }

    pub async fn ban(&self, whom: &User) {
        let path = format!("/bans/{}", whom.id);
        let answer = self.call(Method::PUT, &self.ann, &path, Value::Null);
        assert!(status(&answer.await) < 300);
    }

    /// The users who wait, as the owner sees them.
    pub async fn waiting(&self) -> Vec<String> {
        let list = self.room.get(&self.ann, &self.path("/join-requests")).await;
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| item["userId"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The ids of somebody's own requests.
    pub async fn asked(&self, who: &User) -> Vec<String> {
        let list = self.room.get(who, "/v1/me/join-requests").await;
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn withdraw(&self, who: &User, request: &str) -> Answer {
        let path = format!("/v1/me/join-requests/{request}");
        self.room
            .send(Method::DELETE, who, &path, &Value::Null)
            .await
    }

    pub async fn publish(&self, body: Value) -> Answer {
        self.call(Method::PUT, &self.ann, "/listing", body).await
    }

    pub async fn invitation(&self, id: &str) -> ConversationInvitation {
        self.one(id).await.expect("an invitation")
    }

    pub async fn one<D: Document + Clone>(&self, id: &str) -> Option<D> {
        let found = self.room.edge.store().read(Get::<D>::id(id)).await.unwrap();
        found.map(|doc| doc.value.clone())
    }

    pub async fn member(&self, who: &User) -> ConversationMember {
        let id = whisper_people::ids::member_id(&self.id, &who.id);
        self.one(&id).await.expect("a membership")
    }

    /// The metadata of the newest system message.
    pub async fn told(&self) -> Value {
        let newest = Query::<Message>::new()
            .filter(Filter::eq(Message::CONVERSATION_ID, self.id.as_str()))
            .order(whisper_store::Order::desc(Column::seq()))
            .first();
        let newest = self.room.edge.store().read(newest).await.unwrap();
        let newest = newest.expect("a message");
        assert!(newest.is_system_message);
        let mut told: Value = serde_json::from_str(newest.metadata.as_deref().unwrap()).unwrap();
        told["by"] = newest.sender_id.as_str().into();
        told
    }

    /// Somebody with a new session: theirs has ended as the clock went on.
    pub async fn again(&self, who: &User) -> User {
        User {
            token: self.room.edge.session(&who.id).await,
            ..who.clone()
        }
    }
}

pub fn status(answer: &Answer) -> u16 {
    answer.response.status().as_u16()
}

/// A problem document without the parts that differ from request to request.
pub fn problem(answer: Answer, status: u16, code: &str) -> Value {
    let mut problem = answer.expect_problem(status, code);
    problem["instance"] = Value::Null;
    problem
}
