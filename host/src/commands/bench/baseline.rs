//! The rate of a bare native SQLite transaction, which the disk and SQLite alone can reach.
//!
//! One thread, one connection, WAL and `synchronous=FULL`; each transaction inserts a message and updates
//! its conversation, on the same tables and indexes as the bundle's.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use rusqlite::{Connection, params};
use whisper_schema::MIGRATIONS;

use super::report::rate;

/// Transactions per second over about `duration` on a fresh file in `dir`.
pub fn transactions_per_second(dir: &Path, duration: Duration) -> anyhow::Result<f64> {
    let file = dir.join("baseline.db");
    let mut connection = Connection::open(&file).context("the baseline's database")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    for migration in MIGRATIONS {
        connection.execute_batch(migration.sql)?;
    }
    connection.execute(
        "INSERT INTO conversations (_id, type, creatorId, participantIds, adminIds, moderatorIds, isPinned, isMuted, isArchived, tags)
         VALUES ('c', 'group', 'u', '[]', '[]', '[]', '[]', '[]', '[]', '[]')",
        [],
    )?;
    let start = Instant::now();
    let mut count: i64 = 0;
    while start.elapsed() < duration {
        transaction(&mut connection, count)?;
        count += 1;
    }
    let measured = rate(count.unsigned_abs(), start.elapsed());
    drop(connection);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.join(format!("baseline.db{suffix}")));
    }
    Ok(measured)
}

fn transaction(connection: &mut Connection, n: i64) -> rusqlite::Result<()> {
    let id = uuid::Uuid::now_v7().to_string();
    let content = super::load::content(n.unsigned_abs());
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction
        .prepare_cached(
            "INSERT INTO messages (_id, conversationId, senderId, content, contentType, plainText, mediaUrls,
             mediaFileIds, deletedFor, mentions, links, readBy, deliveredTo, status, createdAt)
             VALUES (?1, 'c', 'u', ?2, 'text', ?2, '[]', '[]', '[]', '[]', '[]', '[]', '[]', 'sent', ?3)",
        )?
        .execute(params![id, content, n])?;
    transaction
        .prepare_cached(
            "UPDATE conversations SET lastMessageId = ?1, lastMessageText = ?2, lastMessageAt = ?3,
             lastMessageSenderId = 'u', updatedAt = ?3, _revision = _revision + 1 WHERE _id = 'c'",
        )?
        .execute(params![id, content, n])?;
    transaction.commit()
}
