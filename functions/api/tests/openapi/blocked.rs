//! Reads that name people: of each, a test holds that a block hides the people in it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::made;

/// The schema by which answers name somebody.
const NAMES: &str = "#/components/schemas/UserSummary";

/// Files of tests, their test, and the reads that it holds for: it makes a block and looks for the other in the answers.
const TESTS: &[(&str, &str, &[&str])] = &[
    (
        "accounts/tests/handlers/people.rs",
        "the_new_name_of_somebody_who_blocked_is_in_no_answer",
        &["/v1/users"],
    ),
    (
        "contacts/tests/handlers/blocked.rs",
        "a_block_hides_the_new_name_on_every_route_both_ways",
        &[
            "/v1/contacts",
            "/v1/contacts/{userId}",
            "/v1/contact-requests",
        ],
    ),
    (
        "follows/tests/handlers.rs",
        "a_block_hides_the_new_name_on_every_route_both_ways",
        &["/v1/follows"],
    ),
    (
        "conversations/tests/handlers/blocked.rs",
        "neither_sees_what_the_other_is_called_now",
        &[
            "/v1/conversations",
            "/v1/conversations/{conversationId}",
            "/v1/conversations/{conversationId}/bans",
            "/v1/conversations/{conversationId}/invitations",
            "/v1/conversations/{conversationId}/invitations/{invitationId}/members",
            "/v1/conversations/{conversationId}/join-requests",
            "/v1/conversations/{conversationId}/members",
            "/v1/conversations/{conversationId}/recipients",
        ],
    ),
    (
        "integrations/tests/handlers/belonging.rs",
        "a_block_hides_the_new_name_of_a_bot_both_ways",
        &["/v1/conversations/{conversationId}/commands"],
    ),
    (
        "message-send/tests/handler/views.rs",
        "a_block_hides_names_and_reading_both_ways",
        &["/v1/conversations/{conversationId}/messages"],
    ),
    (
        "message-actions/tests/handler/blocked.rs",
        "a_block_hides_everything_on_every_route_both_ways",
        &[
            "/v1/conversations/{conversationId}/messages/{messageId}",
            "/v1/conversations/{conversationId}/messages/{messageId}/poll/voters",
            "/v1/conversations/{conversationId}/messages/{messageId}/reactions",
            "/v1/conversations/{conversationId}/messages/{messageId}/receipts",
            "/v1/conversations/{conversationId}/messages/{messageId}/replies",
            "/v1/conversations/{conversationId}/messages/{messageId}/views",
            "/v1/conversations/{conversationId}/pins",
            "/v1/me/starred-messages",
        ],
    ),
    (
        "search/tests/search/access.rs",
        "a_block_hides_names_both_ways",
        &[
            "/v1/conversations/{conversationId}/media",
            "/v1/conversations/{conversationId}/search",
            "/v1/me/mentions",
            "/v1/search/messages",
        ],
    ),
    (
        "notification-push/tests/push/inbox.rs",
        "whom_a_block_parts_one_from_is_neither_listed_nor_counted_nor_there",
        &["/v1/notifications"],
    ),
    (
        "realtime/tests/handlers/typing.rs",
        "signs_of_people_who_left_or_are_parted_are_not_shown",
        &["/v1/conversations/{conversationId}/typing"],
    ),
    (
        "realtime/tests/handlers/parted.rs",
        "a_doing_names_nobody_to_members_whom_a_block_parts_from_the_doer",
        &["/v1/realtime", "/v1/realtime/poll"],
    ),
    (
        "stories/tests/blocked.rs",
        "a_block_hides_everything_on_every_route_both_ways",
        &[
            "/v1/stories",
            "/v1/stories/feed",
            "/v1/stories/{storyId}",
            "/v1/stories/{storyId}/reactions",
            "/v1/stories/{storyId}/views",
        ],
    ),
];

/// Whether a part of the document leads to the schema.
fn reaches(document: &Value, part: &Value, seen: &mut BTreeSet<String>) -> bool {
    match part {
        Value::Object(fields) => fields.iter().any(|(key, value)| match value.as_str() {
            Some(NAMES) if key == "$ref" => true,
            Some(reference) if key == "$ref" && seen.insert(reference.to_owned()) => document
                .pointer(reference.trim_start_matches('#'))
                .is_some_and(|named| reaches(document, named, seen)),
            _ => reaches(document, value, seen),
        }),
        Value::Array(values) => values.iter().any(|value| reaches(document, value, seen)),
        _ => false,
    }
}

#[test]
fn each_read_that_names_people_has_a_test_of_blocks() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let naming = paths.filter(|(_, methods)| {
        let answers = methods["get"]["responses"].as_object();
        let answers = answers.into_iter().flatten();
        let mut good = answers.filter(|(status, _)| status.starts_with('2'));
        good.any(|(_, answer)| reaches(&document, answer, &mut BTreeSet::new()))
    });
    let naming: BTreeSet<&str> = naming.map(|(path, _)| path.as_str()).collect();
    let tested: Vec<&str> = TESTS
        .iter()
        .flat_map(|(.., reads)| *reads)
        .copied()
        .collect();
    let listed: BTreeSet<&str> = tested.iter().copied().collect();
    assert_eq!(listed.len(), tested.len(), "one stands twice");
    let missing: Vec<&&str> = naming.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "which test looks for blocked people in {missing:?}?"
    );
    let gone: Vec<&&str> = listed.difference(&naming).collect();
    assert!(gone.is_empty(), "{gone:?} name nobody");
}

#[test]
fn the_tests_of_blocks_are_there() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (file, test, _) in TESTS {
        let source = std::fs::read_to_string(functions.join(file)).unwrap();
        let heads = source.match_indices("#[test]");
        let mut heads = heads.map(|(at, head)| source[at + head.len()..].trim_start());
        let head = format!("fn {test}()");
        assert!(heads.any(|rest| rest.starts_with(&head)), "{file}: {test}");
    }
}
