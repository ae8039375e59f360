//! Opening a database that others open and close at the same time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::rc::Rc;
use std::sync::Barrier;

use futures::executor::block_on;
use whisper_schema::prelude::{StoryView, Timestamp};
use whisper_store::native::NativeDriver;
use whisper_store::{Batch, Query, Store};

/// Opens the database so often, each time to write and read a document.
fn come_and_go(file: &Path, name: &str, times: usize) {
    for n in 0..times {
        let clock = Rc::new(|| Timestamp::from_millis(0));
        let store = Store::new(NativeDriver::new(file), clock);
        let view = StoryView {
            id: format!("{name}-{n}"),
            story_id: name.into(),
            viewer_id: n.to_string(),
            ..StoryView::default()
        };
        let written = block_on(store.commit(Batch::new().insert(&view)));
        assert!(written.is_ok(), "{name}-{n}: {written:?}");
        let read = block_on(store.read(Query::<StoryView>::new().count(1)));
        assert_eq!(read, Ok(1), "{name}-{n}");
    }
}

#[test]
fn a_database_opens_while_others_make_it_or_are_the_last_to_close_it() {
    for _ in 0..30 {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("test.db");
        let start = Barrier::new(3);
        std::thread::scope(|scope| {
            for name in ["a", "b", "c"] {
                let (file, start) = (&file, &start);
                scope.spawn(move || {
                    start.wait();
                    come_and_go(file, name, 3);
                });
            }
        });
    }
}
