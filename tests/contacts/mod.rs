//! Address books.

mod access;
mod keeping;
mod requests;

use whisper_testkit::{Person, Reply, TestApp, Value};

/// Adds a contact, or changes the notes about one.
pub fn keep(app: &TestApp, who: &Person, whom: &Person, details: &Value) -> Reply {
    who.put(app, &format!("/v1/contacts/{}", whom.id), details)
}

/// Ids of the users of a list's items.
pub fn users(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["userId"].as_str().unwrap().to_owned())
        .collect()
}

/// The contacts of somebody, in the order of their list.
pub fn kept(app: &TestApp, who: &Person, query: &str) -> Vec<String> {
    users(&who.get(app, &format!("/v1/contacts{query}")).expect(200))
}

pub fn block(app: &TestApp, who: &Person, whom: &Person) {
    let path = format!("/v1/blocks/{}", whom.id);
    who.call(app, "PUT", &path).send().expect(204);
}

pub fn unblock(app: &TestApp, who: &Person, whom: &Person) {
    let path = format!("/v1/blocks/{}", whom.id);
    who.delete(app, &path).expect(204);
}
