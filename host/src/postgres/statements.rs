//! Statements that stay prepared on their connection: the server takes longer to plan most of the store's than to run them.

use deadpool_postgres::Object;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Statement};

/// Statements that a connection keeps. One more, and they are all prepared anew.
const MOST: usize = 200;

/// Prepares a statement, and keeps it if it has parameters: without, it has its values in its text, and hardly comes again.
///
/// # Errors
/// The server's.
pub(super) async fn prepare(
    connection: &Object,
    text: &str,
    parameters: usize,
) -> Result<Statement, Error> {
    if parameters == 0 {
        return connection.prepare(text).await;
    }
    let kept = &connection.statement_cache;
    if kept.size() >= MOST {
        kept.clear();
    }
    connection.prepare_cached(text).await
}

/// Forgets a statement that was refused because it was kept: its tables have changed since, or the guest let go of all that is prepared.
/// Whether it was, and is to be run again. In a transaction that fails, as the refusal has ended it.
pub(super) fn forget_stale(connection: &Object, text: &str, error: &Error) -> bool {
    let refusal = error.as_db_error();
    let is_stale = refusal.is_some_and(|refusal| {
        let by = refusal.routine().unwrap_or_default();
        let code = refusal.code();
        (*code == SqlState::FEATURE_NOT_SUPPORTED && by == "RevalidateCachedQuery")
            || (*code == SqlState::INVALID_SQL_STATEMENT_NAME && by == "FetchPreparedStatement")
    });
    is_stale && connection.statement_cache.remove(text, &[]).is_some()
}
