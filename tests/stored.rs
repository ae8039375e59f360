//! All documents of a database, however many they are.

use futures::executor::block_on;
use whisper_schema::Document;
use whisper_store::{Doc, MAX_LIMIT, Query, Store};

/// All documents that the query meets, page by page.
pub fn all<D: Document>(store: &Store, query: Query<D>) -> Vec<D> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = query.clone().limit(MAX_LIMIT).after(after).page();
        let page = block_on(store.read(page)).unwrap();
        all.extend(page.items.into_iter().map(Doc::into_inner));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}
