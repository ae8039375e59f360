//! Rules, and how their violations are told.

use std::fmt;

use serde::Serialize;

/// A rule of servers, or (`Cli…`) of command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Keys and ids: 1 to 36 of `A-Za-z0-9_.-`, the first a letter or a digit, and none of the reserved ones.
    Key,
    /// Names: 1 to 128 characters.
    Name,
    /// A name that is there already; columns are compared without regard to case.
    Duplicate,
    /// A table in a database that isn't there.
    Database,
    /// A type that no server knows.
    Type,
    /// The size of a text.
    Size,
    /// An encrypted column: a text with room for the cipher.
    Encryption,
    /// The elements of an enum.
    Enum,
    /// A default that the column can't hold.
    Default,
    /// A default on a required column.
    RequiredDefault,
    /// A default on a list.
    ArrayDefault,
    /// A minimum over the maximum, or a bound that is no number of the column's.
    Range,
    /// The number of columns.
    Columns,
    /// The bytes of a row.
    RowWidth,
    /// The number of indexes.
    Indexes,
    /// The columns of an index.
    IndexColumns,
    /// The orders of an index.
    IndexOrders,
    /// An index on a list.
    ArrayIndex,
    /// A full-text index on a column that is no text.
    Fulltext,
    /// The characters of an index.
    IndexLength,
    /// The largest file of a bucket.
    StorageLimit,
    /// The compression of a bucket.
    Compression,
    /// The file extensions of a bucket.
    Extensions,
    /// Permissions or roles: how many, and their grammar.
    Permissions,
    /// A relationship to a table of another database.
    Relationship,
    /// The runtime of a function.
    Runtime,
    /// The seconds a function may take.
    Timeout,
    /// The commands that build a function.
    Commands,
    /// When a function runs.
    Schedule,
    /// The events of a function: how many, and their grammar.
    Events,
    /// A key that command lines don't know, lack, or know with another type.
    CliKeys,
    /// A setting that command lines want written out, though servers take it as understood.
    CliDefault,
    /// A type that servers take and command lines don't.
    CliType,
    /// A database that a push of a command line would delete.
    CliDeletes,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A server refuses it.
    Violation,
    /// Some servers or some ways to push refuse it.
    Warning,
}

/// A fault for which a server refuses a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// How bad it is.
    pub severity: Severity,
    /// Where: `mainDB.messages.metadata`, or `bucket video`.
    #[serde(rename = "where")]
    pub place: String,
    /// The rule that it breaks.
    pub rule: Rule,
    /// The mistake, in words for people.
    pub message: String,
    /// The number it has, where the rule is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has: Option<u64>,
    /// The greatest number it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The smallest change that mends it.
    pub mend: String,
}

impl Violation {
    /// A violation of a rule that is about no number.
    pub(super) fn new(
        place: impl Into<String>,
        rule: Rule,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Violation,
            place: place.into(),
            rule,
            message: message.into(),
            has: None,
            limit: None,
            mend: mend.into(),
        }
    }

    /// Adds the number it has, and the greatest number it may have.
    pub(super) fn numbers(mut self, has: u64, limit: u64) -> Self {
        self.has = Some(has);
        self.limit = Some(limit);
        self
    }

    /// It is a warning only.
    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.severity {
            Severity::Violation => "",
            Severity::Warning => "warning: ",
        };
        write!(f, "{name}{} [{}] {}", self.place, self.rule, self.message)?;
        if let (Some(has), Some(limit)) = (self.has, self.limit) {
            write!(f, ": has {has}, may have {limit}")?;
        }
        write!(f, "\n    mend: {}", self.mend)
    }
}
