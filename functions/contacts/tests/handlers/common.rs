//! People, and their requests.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_kit::testing::{Answer, TestEdge};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Filter, Query};

/// Somebody who is signed in.
pub struct User {
    pub id: String,
    pub token: String,
}

pub fn edge() -> TestEdge {
    TestEdge::new(&contacts::api(), &[])
}

/// A user with a profile.
pub async fn user(edge: &TestEdge, name: &str) -> User {
    let (id, token) = edge.user().await;
    let profile = Profile {
        id: id.clone(),
        user_id: id.clone(),
        username: Some(format!("{name}_{}", &id[24..])),
        display_name: Some(name.to_owned()),
        ..Profile::default()
    };
    put(edge, Batch::new().insert(&profile)).await;
    User { id, token }
}

pub async fn users<const N: usize>(edge: &TestEdge, names: [&str; N]) -> [User; N] {
    let mut made = Vec::new();
    for name in names {
        made.push(user(edge, name).await);
    }
    made.try_into().unwrap_or_else(|_| panic!("{N} users"))
}

pub async fn put(edge: &TestEdge, batch: Batch) {
    edge.store().commit(batch).await.unwrap();
}

impl User {
    pub async fn call(&self, edge: &TestEdge, method: Method, path: &str, body: Value) -> Answer {
        edge.send(method, path, &self.token, &body).await
    }

    pub async fn get(&self, edge: &TestEdge, path: &str) -> Answer {
        self.call(edge, Method::GET, path, Value::Null).await
    }

    pub async fn keep(&self, edge: &TestEdge, other: &str, details: Value) -> Answer {
        let path = format!("/v1/contacts/{other}");
        self.call(edge, Method::PUT, &path, details).await
    }

    pub async fn edit(&self, edge: &TestEdge, other: &str, details: Value) -> Answer {
        let path = format!("/v1/contacts/{other}");
        self.call(edge, Method::PATCH, &path, details).await
    }

    pub async fn remove(&self, edge: &TestEdge, other: &str) -> Answer {
        let path = format!("/v1/contacts/{other}");
        self.call(edge, Method::DELETE, &path, Value::Null).await
    }

    /// Ids of the contacts that a list gives.
    pub async fn listed(&self, edge: &TestEdge, query: &str) -> Vec<String> {
        ids(&self
            .get(edge, &format!("/v1/contacts{query}"))
            .await
            .expect(200))
    }
}

/// Ids of the users of a list's items.
pub fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["userId"].as_str().unwrap().to_owned())
        .collect()
}

/// A block, as `accounts` makes it.
pub fn block(by: &User, whom: &User) -> Contact {
    Contact {
        id: whisper_people::contact_id(&by.id, &whom.id),
        user_id: by.id.clone(),
        contact_user_id: whom.id.clone(),
        relationship: ContactRelationship::Blocked,
        is_blocked: true,
        ..Contact::default()
    }
}

/// The events of a kind, as pairs of their user and the details.
pub async fn events(edge: &TestEdge, kind: &str) -> Vec<(String, Value)> {
    let query = Query::<Event>::new().filter(Filter::eq(Event::KIND, kind));
    let found = edge.store().read(query.limit(100)).await.unwrap();
    let events = found.into_iter().map(|event| {
        let payload = serde_json::from_str(&event.payload).unwrap();
        (event.user_id.clone().unwrap_or_default(), payload)
    });
    events.collect()
}

/// How many contacts stand in somebody's address book; none where there is no book.
pub async fn counted(edge: &TestEdge, user: &User) -> Option<i64> {
    let book = edge.store().get::<ContactBook>(&user.id).await.unwrap();
    book.map(|book| book.contacts)
}

/// The row that one user keeps about another.
pub async fn row(edge: &TestEdge, user: &User, other: &User) -> Option<Contact> {
    let query = Query::<Contact>::new()
        .filter(Filter::eq(Contact::USER_ID, user.id.as_str()))
        .filter(Filter::eq(Contact::CONTACT_USER_ID, other.id.as_str()));
    let found = edge.store().read(query.first()).await.unwrap();
    found.map(whisper_store::Doc::into_inner)
}

/// The fields that a refusal names.
pub fn fields(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect()
}

pub fn nothing() -> Value {
    json!({})
}
