//! How SQLite goes about the statements: by an index, at any size of the table.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::{block_on, store};
use whisper_schema::prelude::*;
use whisper_store::{Batch, Cursor, Driver, Filter, Get, Order, Patch, Query, SqlValue, Store};

/// The plan of the last statement that began with this, also of one inside of a program.
fn plan(driver: &support::Counting, verb: &str) -> String {
    let statements = driver.statements();
    let mut lines = statements.iter().rev().flat_map(|sql| sql.lines());
    let sql = lines.find(|line| line.starts_with(verb)).unwrap();
    let sql = with_placeholders(sql.trim_end_matches(';'));
    let rows = block_on(async {
        let connection = driver.connect().await.unwrap();
        let params = vec![SqlValue::Null; sql.matches('?').count()];
        connection
            .execute(&format!("EXPLAIN QUERY PLAN {sql}"), &params)
            .await
            .unwrap()
    });
    let details = rows.into_iter().map(|row| match row.last() {
        Some(SqlValue::Text(detail)) => detail.clone(),
        other => panic!("{other:?}"),
    });
    details.collect::<Vec<_>>().join("\n")
}

/// A statement of a program as it would be without one.
fn with_placeholders(sql: &str) -> String {
    let mut parts = sql.split("NEW.c");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |sql, part| {
        sql + "?" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

fn ready() -> (Store, std::rc::Rc<support::Counting>) {
    let (store, driver) = store();
    block_on(store.migrate()).unwrap();
    (store, driver)
}

fn history() -> Query<Message> {
    Query::new()
        .filter(Filter::eq(Message::CONVERSATION_ID, "c"))
        .order(Order::desc(Message::CREATED_AT))
        .limit(50)
}

#[test]
fn a_document_by_its_id() {
    let (store, driver) = ready();
    block_on(store.read(Get::<Message>::id("m"))).unwrap();
    let plan = plan(&driver, "SELECT");
    assert!(
        plan.contains("SEARCH messages USING INDEX sqlite_autoindex_messages_1 (_id=?)"),
        "{plan}"
    );
}

#[test]
fn a_page_in_the_order_of_an_index() {
    let (store, driver) = ready();
    block_on(store.read(history())).unwrap();
    let plan = plan(&driver, "SELECT");
    let index = "SEARCH messages USING INDEX messages_idx_conversation_time (conversationId=?)";
    assert!(plan.contains(index), "{plan}");
    // Only messages of the same millisecond are sorted.
    assert!(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "{plan}");
}

#[test]
fn a_list_of_any_length_is_one_value_that_an_index_is_asked_for() {
    let (store, driver) = ready();
    let mut texts = std::collections::BTreeSet::new();
    for length in [9, 500, 10_000] {
        let users = (0..length).map(|i| format!("u{i}"));
        let stories = Query::<Story>::new()
            .filter(Filter::is_in(Story::USER_ID, users))
            .order(Order::desc(Column::seq()));
        let stories = stories.limit(50);
        driver.statements();
        block_on(store.read(stories.clone())).unwrap();
        texts.extend(driver.statements());
        block_on(store.read(stories)).unwrap();
        let plan = plan(&driver, "SELECT");
        let index = "SEARCH stories USING INDEX stories_idx_userId_time (userId=?)";
        assert!(plan.contains(index), "{plan}");
    }
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts.iter().all(|sql| sql.matches('?').count() <= 3));
}

#[test]
fn a_page_after_a_cursor_starts_there() {
    let (store, driver) = ready();
    let cursor = Cursor {
        values: vec!["2026-01-01T00:00:00Z".into()],
        seq: 9,
    };
    for (query, range) in [
        (history().after(cursor.clone()), "createdAt<?"),
        (history().before(cursor), "createdAt>?"),
    ] {
        block_on(store.read(query)).unwrap();
        let plan = plan(&driver, "SELECT");
        let index =
            "SEARCH messages USING INDEX messages_idx_conversation_time (conversationId=? AND";
        assert!(plan.contains(&format!("{index} {range}")), "{plan}");
        assert!(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "{plan}");
    }
}

/// Only as many documents are looked at as are given, from the page's place on; each once, however many scopes there are.
#[test]
fn a_search_in_the_order_of_places() {
    let (store, driver) = ready();
    let phrases = whisper_words::phrases("hello wor");
    let search = |scopes: &[&'static str]| {
        let scopes = scopes.iter().copied();
        Query::<SearchEntry>::new().filter(Filter::matches(
            SearchEntry::WORDS,
            scopes,
            phrases.clone(),
        ))
    };
    let cursor = Cursor {
        values: vec![9.into()],
        seq: 9,
    };
    let orders = [
        (Order::desc(SearchEntry::POSITION), "<"),
        (Order::asc(SearchEntry::POSITION), ">"),
    ];
    for scopes in [&["c"][..], &["c", "d"], &["c", "d", "e"]] {
        for (order, bound) in orders {
            for (from, bound) in [(None, ""), (Some(cursor.clone()), bound)] {
                block_on(store.read(search(scopes).order(order).after(from))).unwrap();
                let plan = plan(&driver, "SELECT");
                let mut lines = plan.lines();
                // The bounds of the row ids stand behind the name of the index.
                let words = lines.find(|line| line.contains("searchEntries_idx_words VIRTUAL"));
                assert!(words.unwrap().ends_with(&format!(":M1{bound}")), "{plan}");
                let place =
                    "SEARCH searchEntries USING INDEX searchEntries_idx_position (position=?)";
                assert_eq!(lines.next(), Some(place), "{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{plan}");
            }
        }
    }
}

#[test]
fn a_conversation_in_the_order_of_commits() {
    let (store, driver) = ready();
    let now = Timestamp::from_millis(7);
    let messages = || {
        Query::<Message>::new()
            .filter(Filter::eq(Message::CONVERSATION_ID, "c"))
            .filter(Filter::lasts(now))
    };
    let index = "SEARCH messages USING INDEX messages_idx_conversation_order (conversationId=?";
    let cursor = Cursor {
        values: vec![9.into()],
        seq: 9,
    };
    for order in [Order::desc(Column::seq()), Order::asc(Column::seq())] {
        for from in [None, Some(cursor.clone())] {
            let range = if from.is_some() { " AND rowid" } else { ")" };
            block_on(store.read(messages().order(order).after(from))).unwrap();
            let plan = plan(&driver, "SELECT");
            assert!(plan.contains(&format!("{index}{range}")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
    let unread = messages().filter(Filter::gt(Column::seq(), 7));
    block_on(store.read(unread.count(1_000))).unwrap();
    let plan = plan(&driver, "SELECT");
    assert!(plan.contains(&format!("{index} AND rowid>?)")), "{plan}");
}

#[test]
fn events_after_a_position() {
    let (store, driver) = ready();
    block_on(store.read(Query::<Event>::new().filter(Filter::gt(Column::seq(), 7)))).unwrap();
    let plan = plan(&driver, "SELECT");
    assert!(
        plan.contains("SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"),
        "{plan}"
    );
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn a_bounded_count_stops() {
    let (store, driver) = ready();
    let unread = Query::<Message>::new()
        .filter(Filter::eq(Message::CONVERSATION_ID, "c"))
        .filter(Filter::gt(Message::CREATED_AT, Timestamp::from_millis(7)));
    block_on(store.read((unread.clone().count(999), unread.count(999)))).unwrap();
    let plan = plan(&driver, "SELECT");
    let index = "SEARCH messages USING COVERING INDEX messages_idx_conversation_time (conversationId=? AND createdAt>?)";
    assert_eq!(plan.matches(index).count(), 2, "{plan}");
}

#[test]
fn updates_of_many_find_each_by_its_id() {
    let (store, driver) = ready();
    let rows = (0..20).fold(Batch::new(), |batch, i| {
        batch.insert(&Conversation {
            id: format!("c{i}"),
            ..Conversation::default()
        })
    });
    block_on(store.commit(rows)).unwrap();
    let inserted = plan(&driver, "INSERT INTO \"conversations\"");
    assert!(inserted.contains("MATERIALIZE given"), "{inserted}");
    let renamed = (0..20).fold(Batch::new(), |batch, i| {
        batch.update::<Conversation>(&format!("c{i}"), Patch::new().set(Conversation::NAME, "x"))
    });
    block_on(store.commit(renamed)).unwrap();
    let plan = plan(&driver, "UPDATE \"conversations\"");
    assert!(
        plan.contains("SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (_id=?)"),
        "{plan}"
    );
    // Or SQLite writes a row out as JSON for each of its columns.
    assert!(plan.contains("MATERIALIZE given"), "{plan}");
}

#[test]
fn a_bounded_delete_looks_where_the_rows_are() {
    let (store, driver) = ready();
    let of_story = Filter::eq(StoryView::STORY_ID, "s");
    block_on(store.commit(Batch::new().delete_where::<StoryView>(of_story, 200))).unwrap();
    let plan = plan(&driver, "DELETE");
    assert!(plan.contains("storyViews USING COVERING INDEX"), "{plan}");
    assert!(!plan.contains("SCAN storyViews"), "{plan}");
}

#[test]
fn a_list_of_what_other_documents_name_is_looked_up_by_them() {
    let (store, driver) = ready();
    let mine = Filter::and([
        Filter::eq(ConversationMember::USER_ID, "u"),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::eq(ConversationMember::IS_HIDDEN, false),
        Filter::eq(ConversationMember::IS_REQUEST, false),
        Filter::eq(ConversationMember::IS_ARCHIVED, false),
        Filter::eq(ConversationMember::IS_PINNED, false),
    ]);
    let of_mine = Filter::is_among(
        Column::<Conversation>::id(),
        ConversationMember::CONVERSATION_ID,
        mine,
    );
    let list = Query::new()
        .filter(of_mine)
        .order(Order::desc(Conversation::LAST_MESSAGE_AT));
    let cursor = Cursor {
        values: vec!["2026-01-01T00:00:00Z".into()],
        seq: 9,
    };
    for query in [
        list.clone(),
        list.clone().after(cursor.clone()),
        list.before(cursor),
    ] {
        block_on(store.read(query)).unwrap();
        let plan = plan(&driver, "SELECT");
        // However many conversations there are, those of the user alone are looked at.
        for step in [
            "SEARCH conversationMembers USING COVERING INDEX conversationMembers_idx_user_list",
            "SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (_id=?)",
        ] {
            assert!(plan.contains(step), "{plan}");
        }
        assert!(!plan.contains("SCAN conversations"), "{plan}");
    }
}

#[test]
fn notes_of_changes_are_looked_up_by_the_conversations_they_are_about() {
    let (store, driver) = ready();
    let mine = Filter::and([
        Filter::eq(ConversationMember::USER_ID, "u"),
        Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        Filter::eq(ConversationMember::IS_HIDDEN, false),
    ]);
    let of_mine = Filter::is_among(ListChange::SCOPE, ConversationMember::CONVERSATION_ID, mine);
    for scope in [of_mine, Filter::eq(ListChange::SCOPE, "u")] {
        let notes = Query::<ListChange>::new()
            .filter(scope)
            .filter(Filter::gt(Column::seq(), 7));
        block_on(store.read(notes)).unwrap();
        let plan = plan(&driver, "SELECT");
        // The index leads to the user's own changes, at any number of changes in other lists.
        let step = "SEARCH listChanges USING INDEX listChanges_idx_scope (scope=? AND rowid>?)";
        assert!(plan.contains(step), "{plan}");
    }
}

#[test]
fn documents_of_blocked_people_are_left_out_by_an_index() {
    let (store, driver) = ready();
    let blocks = |side| Filter::and([Filter::eq(side, "u"), Filter::eq(Contact::IS_BLOCKED, true)]);
    let unread = Query::<Message>::new()
        .filter(Filter::eq(Message::CONVERSATION_ID, "c"))
        .filter(Filter::gt(Column::seq(), 7))
        .filter(Filter::is_not_among(
            Message::SENDER_ID,
            Contact::CONTACT_USER_ID,
            blocks(Contact::USER_ID),
        ))
        .filter(Filter::is_not_among(
            Message::SENDER_ID,
            Contact::USER_ID,
            blocks(Contact::CONTACT_USER_ID),
        ));
    block_on(store.read(unread.count(1_000))).unwrap();
    let plan = plan(&driver, "SELECT");
    for step in [
        "SEARCH messages USING INDEX messages_idx_conversation_order (conversationId=? AND rowid>?)",
        "SEARCH contacts USING INDEX contacts_idx_blocked (userId=? AND isBlocked=?)",
        "SEARCH contacts USING INDEX contacts_idx_blockers (contactUserId=? AND isBlocked=?)",
    ] {
        assert!(plan.contains(step), "{step} in {plan}");
    }
}

#[test]
fn a_statement_is_planned_once_whatever_is_bound_to_it() {
    let (store, driver) = ready();
    let before = driver.planned_again();
    for n in 0..20 {
        let message = Message {
            id: format!("m{n}"),
            conversation_id: "c".into(),
            content: "word".repeat(n),
            created_at: Some(Timestamp::AT_COMMIT),
            ..Message::default()
        };
        let patch = Patch::<Message>::new().set(Message::CONTENT, format!("{n}"));
        let ids = (0..=n).map(|n| format!("m{n}"));
        let some = Query::<Message>::new().filter(Filter::is_in(Column::id(), ids));
        block_on(store.commit(Batch::new().insert(&message))).unwrap();
        block_on(store.commit(Batch::new().update(&message.id, patch))).unwrap();
        let read = (history(), Get::<Message>::id(&message.id), some);
        block_on(store.read(read)).unwrap();
        let behind = Query::<Message>::new().in_commit_order(n as i64);
        block_on(store.read(behind)).unwrap();
    }
    assert_eq!(driver.planned_again() - before, 0);
}
