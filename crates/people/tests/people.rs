//! The sight that people have of each other, on a database.
#![allow(clippy::unwrap_used, missing_docs)]

use futures::executor::block_on;
use whisper_kit::Api;
use whisper_kit::testing::TestEdge;
use whisper_people::{
    Kept, People, UserSummaryView, between, block as block_of, blocks, consents, reach, shown_to,
    visible,
};
use whisper_schema::prelude::{
    Account, AccountStatus, Contact, ContactRelationship, ConversationMember,
    ConversationMemberStatus, Follow, FollowStatus, Message, Profile, StoryAudience, Timestamp,
};
use whisper_store::{Batch, Get, Patch, Query};

fn edge() -> TestEdge {
    let edge = TestEdge::new(&Api::new("people", "People."), &[]);
    let batch = ["ann", "bob", "cid", "dan"]
        .into_iter()
        .fold(Batch::new(), |batch, id| {
            let account = Account {
                id: id.into(),
                is_anonymous: true,
                ..Account::default()
            };
            let profile = Profile {
                id: id.into(),
                user_id: id.into(),
                username: Some(id.into()),
                ..Profile::default()
            };
            batch.insert(&account).insert(&profile)
        });
    commit(&edge, batch);
    edge
}

fn commit(edge: &TestEdge, batch: Batch) {
    block_on(edge.store().commit(batch)).unwrap();
}

fn block(edge: &TestEdge, by: &str, whom: &str) {
    let contact = Contact {
        id: format!("{by}-{whom}"),
        user_id: by.into(),
        contact_user_id: whom.into(),
        is_blocked: true,
        ..Contact::default()
    };
    commit(edge, Batch::new().insert(&contact));
}

fn disable(edge: &TestEdge, user: &str) {
    let patch = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
    commit(edge, Batch::new().update(user, patch));
}

fn people(edge: &TestEdge, viewer: &str) -> People {
    let ids = ["ann", "bob", "cid", "dan", "nobody"];
    block_on(People::read(&edge.ctx(), viewer, ids)).unwrap()
}

/// The user names that a viewer reads, in the order of the ids.
fn names(people: &People) -> Vec<Option<String>> {
    people
        .users()
        .users
        .into_values()
        .map(|user| user.username)
        .collect()
}

fn named(names: [&str; 4]) -> Vec<Option<String>> {
    let named = names.map(|name| (!name.is_empty()).then(|| name.to_owned()));
    named.into_iter().chain([None]).collect()
}

#[test]
fn a_block_hides_each_from_the_other_and_from_nobody_else() {
    let edge = edge();
    block(&edge, "ann", "bob");
    assert_eq!(
        names(&people(&edge, "ann")),
        named(["ann", "", "cid", "dan"])
    );
    assert_eq!(
        names(&people(&edge, "bob")),
        named(["", "bob", "cid", "dan"])
    );
    assert_eq!(
        names(&people(&edge, "cid")),
        named(["ann", "bob", "cid", "dan"])
    );
    assert_eq!(
        people(&edge, "bob").summary("ann"),
        UserSummaryView::hidden("ann")
    );
    assert!(people(&edge, "bob").profile("ann").is_none());
}

#[test]
fn a_list_of_blocks_tells_whom_but_nobody_who_blocked_back() {
    let edge = edge();
    block(&edge, "ann", "bob");
    let seen = |viewer| people(&edge, viewer).summary_for_blocker("bob").username;
    assert_eq!(seen("ann").as_deref(), Some("bob"));
    block(&edge, "bob", "ann");
    assert_eq!(seen("ann"), None);
}

#[test]
fn a_disabled_account_has_no_name_any_more() {
    let edge = edge();
    disable(&edge, "cid");
    assert_eq!(
        names(&people(&edge, "ann")),
        named(["ann", "bob", "", "dan"])
    );
}

#[test]
fn people_cost_one_statement_and_nobody_costs_none() {
    let edge = edge();
    edge.statements();
    people(&edge, "ann");
    assert_eq!(edge.statements().len(), 1);
    let nobody = block_on(edge.ctx().read(shown_to("ann", []))).unwrap();
    assert!(nobody.users().users.is_empty());
    assert_eq!(edge.statements().len(), 0);
}

#[test]
fn many_people_are_all_found() {
    let edge = edge();
    let ids: Vec<String> = (0..1201).map(|n| format!("u{n:04}")).collect();
    for some in ids.chunks(300) {
        let batch = some.iter().fold(Batch::new(), |batch, id| {
            batch.insert(&Profile {
                id: id.clone(),
                user_id: id.clone(),
                username: Some(id.clone()),
                ..Profile::default()
            })
        });
        commit(&edge, batch);
    }
    edge.statements();
    let ids = ids.iter().map(String::as_str);
    let people = block_on(People::read(&edge.ctx(), "ann", ids)).unwrap();
    assert!(names(&people).iter().all(Option::is_some));
    assert_eq!(edge.statements().len(), 1);
}

#[test]
fn somebody_exists_unless_blocked_disabled_or_gone() {
    let edge = edge();
    block(&edge, "ann", "bob");
    disable(&edge, "dan");
    for (viewer, user, exists) in [
        ("ann", "cid", true),
        ("ann", "ann", true),
        ("ann", "bob", false),
        ("bob", "ann", false),
        ("ann", "dan", false),
        ("ann", "nobody", false),
    ] {
        let visible = block_on(edge.ctx().read(visible(viewer, user))).unwrap();
        assert_eq!(visible.or_not_found().is_ok(), exists, "{viewer} {user}");
    }
}

#[test]
fn a_pair_is_what_both_keep_about_each_other() {
    let edge = edge();
    let follow = |follower: &str, following: &str, is_close_friend| Follow {
        id: format!("{follower}-{following}"),
        follower_id: follower.into(),
        following_id: following.into(),
        status: FollowStatus::Accepted,
        is_close_friend,
        ..Follow::default()
    };
    let batch = Batch::new()
        .insert(&follow("ann", "bob", true))
        .insert(&follow("bob", "ann", false))
        .insert(&follow("cid", "ann", false));
    commit(&edge, batch);
    let audience = |viewer: &str, author: &str| {
        let pair = block_on(edge.ctx().read(between(viewer, author))).unwrap();
        assert!(!pair.is_blocked());
        pair.audience(viewer, author)
    };
    let other = |friend, close_friend| StoryAudience::Other {
        friend,
        close_friend,
    };
    assert_eq!(audience("bob", "ann"), other(true, true));
    assert_eq!(audience("ann", "bob"), other(true, false));
    assert_eq!(audience("cid", "ann"), other(false, false));
}

#[test]
fn a_block_or_a_disabled_account_stands_between_any_two() {
    let edge = edge();
    block(&edge, "bob", "ann");
    disable(&edge, "dan");
    let pairs = [
        (("ann", "bob"), false),
        (("bob", "ann"), false),
        (("ann", "cid"), true),
        (("cid", "ann"), true),
        (("cid", "dan"), false),
        (("dan", "cid"), false),
    ];
    let ctx = edge.ctx();
    edge.statements();
    let all = block_on(ctx.read(reach(pairs.iter().map(|(pair, _)| *pair)))).unwrap();
    assert_eq!(edge.statements().len(), 1);
    for ((sender, recipient), allowed) in pairs {
        assert_eq!(
            all.allows(sender, recipient),
            allowed,
            "{sender} {recipient}"
        );
        let alone = block_on(ctx.read(reach([(sender, recipient)]))).unwrap();
        let alone = alone.allows(sender, recipient);
        assert_eq!(alone, allowed, "{sender} {recipient}");
    }
}

/// A message of ann's to cid, and how far it gets with cid as this member: it reaches them, is told them, and rings.
fn seen(
    change_message: impl FnOnce(&mut Message),
    change_member: impl FnOnce(&mut ConversationMember),
) -> (bool, bool, bool) {
    let edge = edge();
    let mut sent = Message {
        id: "m".into(),
        conversation_id: "c".into(),
        sender_id: "ann".into(),
        ..Message::default()
    };
    let now = edge.ctx().now();
    change_message(&mut sent);
    commit(&edge, Batch::new().insert(&sent));
    let asked = (reach([("ann", "cid"), ("cid", "cid")]), Get::id("m"));
    let (reach, message) = block_on(edge.ctx().read(asked)).unwrap();
    let message = message.unwrap();
    let mut member = ConversationMember {
        user_id: "cid".into(),
        ..ConversationMember::default()
    };
    change_member(&mut member);
    (
        reach.allows_message(&message, &member, now),
        reach.may_tell(&message, &member, now),
        reach.may_ring(&message, &member, now),
    )
}

#[test]
fn a_message_reaches_members_and_rings_where_nothing_stands_against_it() {
    let same = |_: &mut Message| {};
    assert_eq!(seen(same, |_| {}), (true, true, true));
    assert_eq!(seen(same, |m| m.is_muted = true), (true, true, false));
    let muted_until = |millis: i64| {
        move |m: &mut ConversationMember| {
            m.is_muted = true;
            m.muted_until = Some(Timestamp::from_millis(whisper_kit::testing::START + millis));
        }
    };
    assert_eq!(seen(same, muted_until(1)), (true, true, false));
    assert_eq!(seen(same, muted_until(0)), (true, true, true), "it is over");
    let read_so_far = |m: &mut ConversationMember| m.read_position = Some(1);
    assert_eq!(seen(same, read_so_far), (true, true, false));
    let came_later = |m: &mut ConversationMember| m.joined_position = Some(1);
    assert_eq!(seen(same, came_later), (true, true, false));
    let not_theirs = |m: &mut ConversationMember| m.history_position = Some(1);
    assert_eq!(seen(same, not_theirs), (false, false, false));
    let read_before = |m: &mut ConversationMember| m.read_position = Some(0);
    assert_eq!(seen(same, read_before), (true, true, true));
    let cleared = |m: &mut ConversationMember| m.cleared_position = Some(1);
    assert_eq!(seen(same, cleared), (false, false, false));
    let cleared_before = |m: &mut ConversationMember| m.cleared_position = Some(0);
    assert_eq!(seen(same, cleared_before), (true, true, true));
    let deleted_for_me = |m: &mut ConversationMember| m.deleted_position = Some(1);
    assert_eq!(seen(same, deleted_for_me), (true, true, false));
    assert_eq!(seen(same, |m| m.is_request = true), (true, false, false));
    let left = |m: &mut ConversationMember| m.status = ConversationMemberStatus::Left;
    assert_eq!(seen(same, left), (false, false, false));
}

#[test]
fn a_message_that_ended_or_is_ones_own_rings_nobody() {
    let stays = |_: &mut ConversationMember| {};
    let over = |m: &mut Message| m.expires_at = Some(Timestamp::from_millis(1));
    assert_eq!(seen(over, stays), (false, false, false));
    let taken_back = |m: &mut Message| m.deleted_at = Some(Timestamp::from_millis(1));
    assert_eq!(seen(taken_back, stays), (false, false, false));
    let own = |m: &mut Message| m.sender_id = "cid".into();
    assert_eq!(seen(own, stays), (true, true, false));
}

fn set_privacy(edge: &TestEdge, user: &str, settings: &str) {
    let patch = Patch::new().set(Profile::PRIVACY_SETTINGS, settings);
    commit(edge, Batch::new().update(user, patch));
}

/// Whether bob may write to ann, and add her to groups.
fn bob_may(edge: &TestEdge) -> (bool, bool) {
    let ctx = edge.ctx();
    let consents = block_on(ctx.read(consents("bob", ["ann"]))).unwrap();
    (consents.may_write("ann"), consents.may_add("ann"))
}

#[test]
fn each_says_who_may_write_to_them_and_who_may_add_them() {
    let edge = edge();
    assert_eq!(bob_may(&edge), (true, true), "by default");
    set_privacy(
        &edge,
        "ann",
        r#"{"messages": "contacts", "groups": "nobody"}"#,
    );
    assert_eq!(bob_may(&edge), (false, false));
    let follow = |id: &str, follower: &str, following: &str| Follow {
        id: id.into(),
        follower_id: follower.into(),
        following_id: following.into(),
        ..Follow::default()
    };
    commit(&edge, Batch::new().insert(&follow("f", "bob", "ann")));
    assert_eq!(
        bob_may(&edge),
        (false, false),
        "nobody makes themselves known"
    );
    commit(&edge, Batch::new().insert(&follow("g", "ann", "bob")));
    assert_eq!(bob_may(&edge), (true, false), "she follows him");
    set_privacy(
        &edge,
        "ann",
        r#"{"messages": "nobody", "groups": "contacts"}"#,
    );
    assert_eq!(bob_may(&edge), (false, true));
    for broken in ["no json", r#"{"messages": 1, "groups": "all"}"#] {
        set_privacy(&edge, "ann", broken);
        assert_eq!(bob_may(&edge), (false, false), "{broken}");
    }
}

#[test]
fn each_says_who_may_ask_them_to_be_contacts() {
    let edge = edge();
    let may_ask = || {
        let asked = consents("bob", ["ann", "bob", "nobody"]);
        let consents = block_on(edge.ctx().read(asked)).unwrap();
        assert!(consents.may_request("bob") && !consents.may_request("nobody"));
        consents.may_request("ann")
    };
    assert!(may_ask(), "by default");
    for (settings, allowed) in [
        (r#"{"contactRequests": "nobody"}"#, false),
        (r#"{"contactRequests": "contacts"}"#, false),
        (r#"{"contactRequests": "friends"}"#, false),
        (
            r#"{"contactRequests": "everyone", "messages": "nobody"}"#,
            true,
        ),
        ("no json", false),
    ] {
        set_privacy(&edge, "ann", settings);
        assert_eq!(may_ask(), allowed, "{settings}");
    }
}

#[test]
fn a_contact_is_whom_the_owner_keeps_and_does_not_keep_away() {
    let edge = edge();
    set_privacy(&edge, "ann", r#"{"messages": "contacts"}"#);
    let contact = Contact {
        id: "c".into(),
        user_id: "ann".into(),
        contact_user_id: "bob".into(),
        ..Contact::default()
    };
    commit(&edge, Batch::new().insert(&contact));
    let consents = block_on(
        edge.ctx()
            .read(consents("bob", ["ann", "bob", "cid", "nobody"])),
    )
    .unwrap();
    for (other, known, write) in [
        ("ann", true, true),
        ("bob", true, true),
        ("cid", false, true),
        ("nobody", false, false),
    ] {
        assert_eq!(
            (consents.is_known_to(other), consents.may_write(other)),
            (known, write),
            "{other}"
        );
    }
    for patch in [
        Patch::new().set(Contact::IS_BLOCKED, true),
        Patch::new()
            .set(Contact::IS_BLOCKED, false)
            .set(Contact::RELATIONSHIP, ContactRelationship::Blocked),
    ] {
        commit(&edge, Batch::new().update("c", patch));
        assert!(!bob_may(&edge).0);
    }
}

#[test]
fn who_is_kept_as_a_contact_is_the_same_in_a_query_and_of_a_document() {
    let edge = edge();
    let relationships = [ContactRelationship::Friend, ContactRelationship::Blocked];
    for relationship in relationships {
        for is_blocked in [false, true] {
            let contact = Contact {
                id: format!("{relationship:?}-{is_blocked}"),
                user_id: "ann".into(),
                contact_user_id: format!("{relationship:?}-{is_blocked}"),
                relationship,
                is_blocked,
                ..Contact::default()
            };
            commit(&edge, Batch::new().insert(&contact));
        }
    }
    let all = block_on(edge.store().read(Query::<Contact>::new())).unwrap();
    for (kept, wanted) in [
        (Kept::InBook, vec!["Friend-false", "Friend-true"]),
        (Kept::Counting, vec!["Friend-false"]),
    ] {
        let query = Query::<Contact>::new().filter(kept.filter());
        let found = block_on(edge.store().read(query)).unwrap();
        let found: Vec<&str> = found.iter().map(|contact| contact.id.as_str()).collect();
        let held = all.iter().filter(|contact| kept.holds(contact));
        let held: Vec<&str> = held.map(|contact| contact.id.as_str()).collect();
        assert_eq!((&found, &held), (&wanted, &wanted), "{kept:?}");
    }
}

#[test]
fn blocks_are_found_either_way_and_one_way() {
    let edge = edge();
    block(&edge, "ann", "bob");
    block(&edge, "cid", "ann");
    block(&edge, "cid", "bob");
    let note = Contact {
        id: "note".into(),
        user_id: "ann".into(),
        contact_user_id: "dan".into(),
        ..Contact::default()
    };
    commit(&edge, Batch::new().insert(&note));
    // More people than one question names.
    let many: Vec<String> = (0..600).map(|n| format!("nobody-{n}")).collect();
    let others = many.iter().map(String::as_str);
    let others = others.chain(["ann", "bob", "cid", "dan"]);
    let questions: Vec<Query<Contact>> = blocks("ann", others).collect();
    assert_eq!(questions.len(), 4);
    let found = block_on(edge.store().read(questions)).unwrap();
    let mut found: Vec<String> = found
        .into_iter()
        .flatten()
        .map(|doc| doc.id.clone())
        .collect();
    found.sort();
    assert_eq!(found, ["ann-bob", "cid-ann"]);
    assert_eq!(blocks("ann", ["ann"]).count(), 0, "nobody is asked for");
    for (by, whom, is_blocked) in [("ann", "bob", 1), ("bob", "ann", 0), ("ann", "dan", 0)] {
        let query = Query::<Contact>::new().filter(block_of(by, whom));
        let counted = block_on(edge.store().read(query.count(10))).unwrap();
        assert_eq!(counted, is_blocked, "{by} {whom}");
    }
}
