//! Whom the caller may bring into a conversation.

use std::collections::BTreeSet;

use whisper_schema::prelude::{Account, AccountStatus, Column, Contact};
use whisper_store::{Doc, Filter, Query};

/// The accounts among these ids that are in use.
pub fn accounts(ids: &[String]) -> Query<Account> {
    Query::new()
        .filter(Filter::is_in(Column::id(), ids.iter().map(String::as_str)))
        .filter(Filter::eq(Account::STATUS, AccountStatus::Active))
        .limit(limit(ids.len()))
}

/// Blocks between a user and any of these, whoever blocked whom.
pub fn blocks(user: &str, ids: &[String]) -> Query<Contact> {
    // Each pair can have one block in each direction.
    Query::new()
        .filter(blocked(user, ids))
        .limit(limit(ids.len() * 2))
}

/// Holds for blocks between a user and any of these; for a commit to expect none.
pub fn blocked(user: &str, ids: &[String]) -> Filter<Contact> {
    let others = || ids.iter().map(String::as_str);
    Filter::and([
        Filter::eq(Contact::IS_BLOCKED, true),
        Filter::or([
            Filter::and([
                Filter::eq(Contact::USER_ID, user),
                Filter::is_in(Contact::CONTACT_USER_ID, others()),
            ]),
            Filter::and([
                Filter::is_in(Contact::USER_ID, others()),
                Filter::eq(Contact::CONTACT_USER_ID, user),
            ]),
        ]),
    ])
}

fn limit(n: usize) -> u32 {
    u32::try_from(n)
        .unwrap_or(u32::MAX)
        .clamp(1, whisper_store::MAX_LIMIT)
}

/// Positions in `ids` of those who can't be brought in: no such account, or a block in between.
/// Which of the two is nobody's business.
pub fn unreachable(
    ids: &[String],
    accounts: &[Doc<Account>],
    blocks: &[Doc<Contact>],
) -> Vec<usize> {
    let known: BTreeSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    // The caller is one side of each block; as nobody blocks themselves, both sides may stand here.
    let blocked: BTreeSet<&str> = blocks
        .iter()
        .flat_map(|block| [block.user_id.as_str(), block.contact_user_id.as_str()])
        .collect();
    let reachable = |id: &str| known.contains(id) && !blocked.contains(id);
    (0..ids.len()).filter(|i| !reachable(&ids[*i])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc<D>(value: D) -> Doc<D> {
        Doc {
            value,
            revision: 1,
            seq: 1,
        }
    }

    #[test]
    fn unknown_and_blocked_ones_are_named_alike() {
        let ids = ["a", "b", "c", "d"].map(str::to_owned);
        let account = |id: &str| {
            doc(Account {
                id: id.to_owned(),
                ..Account::default()
            })
        };
        let block = |by: &str, whom: &str| {
            doc(Contact {
                user_id: by.to_owned(),
                contact_user_id: whom.to_owned(),
                ..Contact::default()
            })
        };
        let accounts = [account("a"), account("b"), account("c")];
        let blocks = [block("me", "a"), block("c", "me")];
        assert_eq!(unreachable(&ids, &accounts, &blocks), [0, 2, 3]);
        assert_eq!(unreachable(&ids[1..2], &accounts, &blocks), [0usize; 0]);
    }
}
