//! Readers of documents without the server between.

use whisper_schema::{Access, Collection, Kind, collections, system_collections};

fn all() -> impl Iterator<Item = &'static Collection> {
    collections().iter().chain(system_collections()).copied()
}

fn of(id: &str) -> Option<Access> {
    let found = whisper_schema::collection(id);
    found.map(|collection| collection.access)
}

fn readers(attributes: &'static [&'static str]) -> Option<Access> {
    let public = None;
    Some(Access::Readers { attributes, public })
}

#[test]
fn documents_are_for_those_whom_they_name() {
    assert_eq!(of("profiles"), readers(&["id"]));
    assert_eq!(of("notifications"), readers(&["userId"]));
    assert_eq!(of("contacts"), readers(&["userId"]));
    assert_eq!(of("wallets"), readers(&["userId"]));
    assert_eq!(of("tokenGifts"), readers(&["senderId", "recipientId"]));
    assert_eq!(of("gifs"), Some(Access::Users));
    let catalogue = Access::Readers {
        attributes: &["creatorId"],
        public: Some("isPublic"),
    };
    for id in ["stickers", "stickerPacks", "arFilters"] {
        assert_eq!(of(id), Some(catalogue), "{id}");
    }
}

#[test]
fn secrets_and_what_belongs_to_many_are_nobodys() {
    for id in [
        "accounts",
        "sessions",
        "signingKeys",
        "pushSubscriptions",
        "rateLimits",
        "idempotencyKeys",
        "conversationMembers",
        "conversations",
        "messages",
        "stories",
        "follows",
        "events",
    ] {
        let access = of(id);
        assert!(matches!(access, Some(Access::Server { .. })), "{id}");
    }
    // By the names of their attributes, so that a new one is noticed. Hashes of transactions stand
    // on their chain.
    let telling = ["hash", "secret", "auth", "p256dh", "ipaddress"];
    for collection in all() {
        let mut keys = collection.attributes.iter().map(|a| a.key.to_lowercase());
        let secret = keys
            .any(|key| telling.iter().any(|word| key.ends_with(word)) && !key.ends_with("txhash"));
        let closed = matches!(collection.access, Access::Server { .. });
        assert!(closed || !secret, "{}", collection.id);
    }
}

#[test]
fn every_collection_says_it_and_why_not() {
    for collection in all() {
        let id = collection.id;
        match collection.access {
            Access::Server { why } => {
                assert!(why.ends_with('.') && why.len() > 10, "{id}: {why}");
                assert!(!collection.document_security, "{id}");
            }
            Access::Users => assert!(!collection.document_security, "{id}"),
            Access::Readers { attributes, public } => {
                assert!(!attributes.is_empty(), "{id}");
                for key in attributes.iter().filter(|key| **key != "id") {
                    let kind = collection.attribute(key).map(|a| a.kind);
                    assert!(matches!(kind, Some(Kind::String { .. })), "{id}.{key}");
                }
                let kind = public
                    .and_then(|key| collection.attribute(key))
                    .map(|a| a.kind);
                assert_eq!(kind, public.map(|_| Kind::Boolean), "{id}");
            }
        }
    }
}
