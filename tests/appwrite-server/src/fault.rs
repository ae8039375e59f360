//! Exceptions of the database library, and the answer that each of its callers makes of them.

use crate::refusal::Refusal;

/// An exception of the library.
#[derive(Debug)]
pub enum Fault {
    /// No such row, or no such column.
    Missing,
    /// The id is taken.
    Duplicate,
    /// A unique index is violated.
    Unique,
    /// Changed after the timestamp of the request.
    Conflict,
    Structure(String),
    Limit(String),
    Query(String),
    /// A cursor's row has no value in the column it is ordered by.
    OrderNull(String),
    /// The column isn't numeric.
    Type,
    Argument(String),
    Unauthorized,
    /// An exception that no route catches.
    Server,
    /// Already an answer.
    Refused(Refusal),
}

/// A result of the library.
pub type Found<T> = Result<T, Fault>;

impl Fault {
    /// A real server does something here that this one doesn't do: better loudly than differently.
    pub fn unlike(what: &str) -> Self {
        Fault::Refused(Refusal::unlike(what))
    }

    /// As the routes of rows answer it; `row` is the one that was asked for.
    pub fn of_rows(self, row: &str) -> Refusal {
        match self {
            Fault::Missing => Refusal::not_found("column", ""),
            Fault::Duplicate => Refusal::taken("row", row),
            Fault::Unique => Refusal::new(
                409,
                "row_unique_constraint_violation",
                "Row violates a unique column constraint. Try again with different value(s).",
            ),
            Fault::Conflict => Refusal::new(
                409,
                "row_update_conflict",
                "Remote row is newer than local.",
            ),
            Fault::Structure(why) => Refusal::new(400, "row_invalid_structure", why),
            Fault::Limit(why) => Refusal::new(400, "column_limit_exceeded", why),
            Fault::Query(why) => Refusal::new(400, "general_query_invalid", why),
            Fault::OrderNull(column) => Refusal::new(
                400,
                "database_query_order_null",
                format!(
                    "The order column '{column}' had a null value. Cursor pagination requires all rows order column values are non-null."
                ),
            ),
            Fault::Type => Refusal::new(
                400,
                "attribute_type_invalid",
                "tablesDB column is not a number",
            ),
            Fault::Argument(why) => Refusal::new(400, "general_argument_invalid", why),
            other => other.uncaught(),
        }
    }

    /// As a commit answers it, and whether the transaction has failed by it. An exception that a commit doesn't catch
    /// leaves it `committing`, or `pending` on 1.8.
    pub fn of_commit(self, row: &str) -> (Refusal, bool) {
        let refusal = match self {
            Fault::Missing => Refusal::not_found("document", row),
            Fault::Duplicate | Fault::Unique | Fault::Conflict => Refusal::new(
                409,
                "transaction_conflict",
                "The transaction has a conflict. Please resolve the conflict and try again.",
            ),
            Fault::Structure(why) => Refusal::new(400, "document_invalid_structure", why),
            Fault::Limit(why) => Refusal::new(400, "attribute_limit_exceeded", why),
            Fault::Query(why) => Refusal::new(400, "general_query_invalid", why),
            other => return (other.uncaught(), false),
        };
        (refusal, true)
    }

    fn uncaught(self) -> Refusal {
        match self {
            Fault::Refused(refusal) => refusal,
            Fault::Unauthorized => Refusal::unauthorized(),
            _ => Refusal::new(500, "general_unknown", "Server Error"),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Fault::Refused(refusal)
    }
}
