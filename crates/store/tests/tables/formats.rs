//! Addresses that our checks take are taken by servers too: addresses put together of good and bad
//! parts.

use std::collections::HashSet;

use whisper_schema::content_db::Sticker;
use whisper_schema::system::Account;
use whisper_schema::validate::{is_email, is_url};
use whisper_store::Batch;

use crate::batches::{store, wait};
use crate::server::{self, OPTIONS};

/// Hosts of both kinds.
fn hosts() -> Vec<String> {
    let labels = [
        "a",
        "a-b",
        "a--b",
        "xn--bcher-kva",
        "0",
        "9a",
        "-a",
        "a-",
        "my_site",
        "_",
        "",
        "A",
        "aaa.b",
    ];
    let long = [
        "a".repeat(63),
        "a".repeat(64),
        vec!["a".repeat(61); 5].join("."),
    ];
    let ends = [
        "",
        ".com",
        ".com.",
        ".c",
        ".123",
        ".1a",
        ".a1",
        ".-x",
        ".x_y",
        ":80",
        ".de:99999",
    ];
    let labels = labels.iter().map(|label| (*label).to_owned()).chain(long);
    let mut hosts: Vec<String> = labels
        .flat_map(|label| ends.map(|end| format!("{label}{end}")))
        .collect();
    let others = [
        "1.2.3.4",
        "1.2.3",
        "256.1.1.1",
        "[::1]",
        "[::ffff:1.2.3.4]",
        "[v1.x]",
        "[v1f.a:b]",
        "[::1%25eth0]",
        "[1.2.3.4]",
        "[]",
    ];
    hosts.extend(others.map(str::to_owned));
    hosts
}

/// Commits these documents, all of which a server must take.
fn commit<D: whisper_schema::Document>(store: &whisper_store::Store, all: &[D]) {
    for some in all.chunks(90) {
        let batch = some
            .iter()
            .fold(Batch::new(), |batch, doc| batch.insert(doc));
        let done = wait(store.commit(batch));
        assert!(done.is_ok(), "{done:?}");
    }
}

#[test]
fn urls_that_are_good_are_taken() {
    let server = server::small(OPTIONS);
    let store = store(&server);
    let rests = [
        "", "/", "/a?b=c#d", "?x", "#x", "/%C3%A4", "/a|b", "/a'b(c)", "/[x]",
    ];
    let mut all = Vec::new();
    for scheme in ["https", "HTTP", "ftp", "ipfs", "mailto"] {
        for host in hosts() {
            all.extend(rests.map(|rest| format!("{scheme}://{host}{rest}")));
        }
    }
    let good: Vec<Sticker> = all
        .iter()
        .filter(|url| is_url(url))
        .enumerate()
        .map(|(n, url)| Sticker {
            id: format!("s{n}"),
            name: "s".to_owned(),
            image_url: url.clone(),
            ..Sticker::default()
        })
        .collect();
    assert!(
        good.len() > 500 && good.len() < all.len() / 2,
        "{} of {}",
        good.len(),
        all.len()
    );
    commit(&store, &good);
}

#[test]
fn addresses_that_are_good_are_taken() {
    let server = server::small(OPTIONS);
    let store = store(&server);
    let names = [
        "a", "a.b", "a+b", "o'hara", "a..b", ".a", "a.", "\"a\"", "\"a b\"", "a b", "{x}", "a/b",
        "A", "1",
    ];
    let long = ["a".repeat(64), "a".repeat(65)];
    let names = names.iter().map(|name| (*name).to_owned()).chain(long);
    let all: Vec<String> = names
        .flat_map(|name| {
            hosts()
                .into_iter()
                .map(move |host| format!("{name}@{host}"))
        })
        .collect();
    // An address is one user's, and MariaDB minds no case.
    let mut known = HashSet::new();
    let good: Vec<Account> = all
        .iter()
        .filter(|address| is_email(address) && known.insert(address.to_lowercase()))
        .enumerate()
        .map(|(n, address)| Account {
            id: format!("a{n}"),
            email: Some(address.clone()),
            ..Account::default()
        })
        .collect();
    assert!(
        good.len() > 100 && good.len() < all.len() / 2,
        "{} of {}",
        good.len(),
        all.len()
    );
    commit(&store, &good);
}
