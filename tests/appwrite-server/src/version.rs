//! Versions of Appwrite and databases under it, with some of their differences.

/// An Appwrite that has been run from its source, and answered so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 1.8.1.
    V1_8,
    /// 1.9.6.
    V1_9,
    /// A later commit than 1.9.6: 0cefd06, which still calls itself so.
    Newest,
}

impl Version {
    /// All of them, the oldest first.
    pub const ALL: [Version; 3] = [Version::V1_8, Version::V1_9, Version::Newest];

    /// The number that it calls itself by.
    pub fn number(self) -> &'static str {
        match self {
            Version::V1_8 => "1.8.1",
            Version::V1_9 | Version::Newest => "1.9.6",
        }
    }

    /// Whether its database library knows a method of queries.
    pub(crate) fn knows_query(self, method: &str) -> bool {
        let new = ["containsAny", "containsAll", "exists", "notExists"];
        self == Version::Newest || !new.contains(&method)
    }
}

/// The database that a server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// Null sorts before everything; text that differs in case, accents or spaces at its end is the same.
    MariaDb,
    /// Null sorts behind everything; text keeps its case, but ids mind none.
    PostgreSql,
}

impl Database {
    pub(crate) fn nulls_first(self) -> bool {
        self == Database::MariaDb
    }
}
