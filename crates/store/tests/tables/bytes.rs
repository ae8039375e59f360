//! Collections with bytes aren't there: nothing of theirs is read or written, and no call of the server is made for it.

use futures::executor::block_on;
use whisper_schema::{Collection, Document};
use whisper_store::{Batch, Get, Query, StoreError};

use crate::scripted::{Scripted, none};

/// A piece of something large.
#[derive(Clone, Debug, PartialEq, Collection)]
#[collection(database = "systemDB", id = "pieces", name = "Pieces", system)]
#[access(server = "Nobody asks.")]
#[retention(forever = "Nothing is kept.")]
struct Piece {
    /// Id of the document.
    id: String,
    /// Its bytes.
    #[attr(bytes = 4)]
    bytes: Vec<u8>,
}

#[test]
fn every_read_and_commit_of_bytes_is_refused() {
    let server = Scripted::new(|_| none());
    let store = server.store();
    assert!(!store.keeps_bytes());
    let piece = Piece {
        id: "p".into(),
        bytes: vec![1],
    };
    let refusals = [
        block_on(store.read(Get::<Piece>::id("p"))).map(drop),
        block_on(store.read(Query::<Piece>::new().limit(1))).map(drop),
        block_on(store.read(Query::<Piece>::new().count(1))).map(drop),
        block_on(store.commit(Batch::new().insert(&piece))).map(drop),
        block_on(store.commit(Batch::new().delete::<Piece>("p"))).map(drop),
    ];
    for refused in refusals {
        match refused {
            Err(StoreError::Internal(why)) => assert!(why.contains(Piece::COLLECTION.id), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}
