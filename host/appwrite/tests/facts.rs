//! The facts as they stand are refused by a server; the same violations were found with Appwrite's own
//! database library.
#![allow(clippy::unwrap_used, missing_docs)]

use whisper_appwrite::{Options, Severity, check, read};

fn found(options: Options) -> Vec<(String, String, Option<u64>)> {
    let config = read(include_str!("../../../schema/tests/facts.json")).unwrap();
    let found = check(&config, options);
    assert!(found.iter().all(|v| v.severity == Severity::Violation));
    let line = |v: &whisper_appwrite::Violation| (v.place.clone(), v.rule.to_string(), v.has);
    found.iter().map(line).collect()
}

const IN_THE_SCHEMA: [(&str, &str, Option<u64>); 11] = [
    ("mainDB.profiles.privacySettings", "row-width", Some(81_062)),
    ("mainDB.conversations.settings", "row-width", Some(78_028)),
    ("mainDB.messages.metadata", "row-width", Some(94_414)),
    ("mainDB.messages.reactions", "row-width", Some(97_535)),
    ("mainDB.typingIndicators.isTyping", "required-default", None),
    ("socialDB.posts.idx_hashtags", "array-index", None),
    ("web3DB.nfts.metadata", "row-width", Some(67_204)),
    ("contentDB.stickers.idx_tags", "array-index", None),
    ("contentDB.gifs.idx_tags", "array-index", None),
    ("contentDB.polls.votes", "row-width", Some(66_151)),
    ("analyticsDB.errorLogs.context", "row-width", Some(70_500)),
];

const BUCKETS: [(&str, u64); 7] = [
    ("messages", 100_000_000),
    ("stories", 50_000_000),
    ("posts", 100_000_000),
    ("nfts", 50_000_000),
    ("voice", 50_000_000),
    ("video", 500_000_000),
    ("documents", 100_000_000),
];

#[test]
fn the_facts_have_eleven_violations_and_seven_large_buckets() {
    let mut expected: Vec<_> = IN_THE_SCHEMA
        .iter()
        .map(|(place, rule, has)| ((*place).to_owned(), (*rule).to_owned(), *has))
        .collect();
    expected.extend(BUCKETS.iter().map(|(bucket, size)| {
        let rule = "storage-limit".to_owned();
        (format!("bucket {bucket}"), rule, Some(*size))
    }));
    assert_eq!(found(Options::default()), expected);
}

#[test]
fn a_server_with_more_storage_takes_the_buckets() {
    for (limit, refused) in [(499_999_999, 1), (500_000_000, 0)] {
        let options = Options {
            storage_limit: limit,
        };
        assert_eq!(found(options).len(), IN_THE_SCHEMA.len() + refused);
    }
}

#[test]
fn the_mends_are_the_seven_columns_that_a_server_then_accepted() {
    let config = read(include_str!("../../../schema/tests/facts.json")).unwrap();
    let found = check(&config, Options::default());
    let mut mends: Vec<(String, String)> = found
        .into_iter()
        .filter(|v| v.rule.to_string() == "row-width")
        .map(|v| {
            let table = v.place.rsplit_once('.').unwrap().0.to_owned();
            let columns = v.mend.split(" for ").nth(1).unwrap();
            (table, columns.split(',').next().unwrap().to_owned())
        })
        .collect();
    mends.dedup();
    let expected = [
        ("mainDB.profiles", "preferences"),
        ("mainDB.conversations", "unreadCount"),
        ("mainDB.messages", "content and metadata"),
        ("web3DB.nfts", "attributes"),
        ("contentDB.polls", "votes"),
        ("analyticsDB.errorLogs", "stackTrace"),
    ];
    let expected = expected.map(|(table, columns)| (table.to_owned(), columns.to_owned()));
    assert_eq!(mends, expected);
}
