//! The content of a configuration file, in one form for all of its spellings.

use serde_json::Value;

/// A project's databases, tables and buckets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Databases.
    pub databases: Vec<Named>,
    /// Tables of all databases.
    pub tables: Vec<Table>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
}

/// A configuration file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Its databases, tables and buckets.
    pub config: Config,
    /// Functions.
    pub functions: Vec<Function>,
    /// All that it says, as it stands.
    pub value: Value,
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// Id.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Runtime with its version, such as `node-25`.
    pub runtime: String,
    /// Roles that may call it.
    pub execute: Vec<String>,
    /// Events that it is called for.
    pub events: Vec<String>,
    /// When it runs; empty for never by itself.
    pub schedule: String,
    /// Seconds it may take; null for the server's own number.
    pub timeout: Value,
    /// Commands that build it.
    pub commands: String,
}

/// A database, by its id and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Whether it can be used.
    pub enabled: bool,
}

/// A table, or a collection of the legacy API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Id of its database.
    pub database: String,
    /// Id.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether rows carry permissions of their own.
    pub row_security: bool,
    /// Permissions of the table, such as `read("users")`.
    pub permissions: Vec<String>,
    /// Columns in their order.
    pub columns: Vec<Column>,
    /// Indexes in their order.
    pub indexes: Vec<Index>,
}

impl Table {
    /// Where it stands: `mainDB.messages`.
    pub fn place(&self) -> String {
        format!("{}.{}", self.database, self.id)
    }

    /// The column with this key; keys are compared as the server does, without regard to case.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.key.eq_ignore_ascii_case(key))
    }
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// Key.
    pub key: String,
    /// Type, formats of strings included.
    pub kind: Kind,
    /// Characters of a string; none when it isn't given, or is no whole number.
    pub size: Option<i64>,
    /// Whether a row must have it.
    pub required: bool,
    /// Whether it holds a list.
    pub array: bool,
    /// Value that a row without one gets; null for none.
    pub default: Value,
    /// Elements of an enum.
    pub elements: Vec<Value>,
    /// Least value.
    pub min: Value,
    /// Greatest value.
    pub max: Value,
    /// Whether the server encrypts it at rest; for texts only, which can't be queried then.
    pub encrypt: bool,
    /// State that a server gives: `available`, `processing`, `deleting`, `failed` or `stuck`; empty in a file.
    pub status: String,
}

/// Type of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Text of a size.
    #[default]
    String,
    /// The same, under its name in newer CLIs; never outside the row.
    Varchar,
    /// Text outside the row: `text`, `mediumtext` or `longtext`.
    Text(String),
    /// 32 or 64 bits, depending on the maximum.
    Integer,
    /// 64 bits.
    Bigint,
    /// Floating point.
    Double,
    /// True or false.
    Boolean,
    /// A point in time.
    Datetime,
    /// One of a set of texts.
    Enum,
    /// An e-mail address.
    Email,
    /// A URL.
    Url,
    /// An IP address.
    Ip,
    /// A relationship to another table.
    Relationship,
    /// A point.
    Point,
    /// A line or a polygon.
    Shape,
    /// A type that no server knows.
    Unknown(String),
}

impl Kind {
    /// From the `type` and the `format` of a column.
    pub fn of(kind: &str, format: &str) -> Self {
        match (kind, format) {
            ("email", _) | ("string", "email") => Self::Email,
            ("url", _) | ("string", "url") => Self::Url,
            ("ip", _) | ("string", "ip") => Self::Ip,
            ("enum", _) | ("string", "enum") => Self::Enum,
            ("datetime", _) | ("string", "datetime") => Self::Datetime,
            ("string", _) => Self::String,
            ("varchar", _) => Self::Varchar,
            ("text" | "mediumtext" | "longtext", _) => Self::Text(kind.to_owned()),
            ("integer", _) => Self::Integer,
            ("bigint", _) => Self::Bigint,
            ("double" | "float", _) => Self::Double,
            ("boolean", _) => Self::Boolean,
            ("relationship", _) => Self::Relationship,
            ("point", _) => Self::Point,
            ("linestring" | "polygon", _) => Self::Shape,
            _ => Self::Unknown(kind.to_owned()),
        }
    }

    /// Whether it is kept as text, so that its length counts in an index.
    pub fn is_text(&self) -> bool {
        matches!(
            self,
            Self::String
                | Self::Varchar
                | Self::Text(_)
                | Self::Enum
                | Self::Email
                | Self::Url
                | Self::Ip
        )
    }
}

/// An index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// Key.
    pub key: String,
    /// `key`, `unique`, `fulltext` or `spatial`.
    pub kind: String,
    /// Keys of its columns.
    pub columns: Vec<String>,
    /// `ASC` or `DESC` for each.
    pub orders: Vec<String>,
    /// Characters of each that count; 0 or missing: all.
    pub lengths: Vec<u64>,
    /// As that of a column.
    pub status: String,
}

/// A place for files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Id.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Whether it can be used.
    pub enabled: bool,
    /// Permissions of the bucket.
    pub permissions: Vec<String>,
    /// Whether files carry permissions of their own.
    pub file_security: bool,
    /// Whether files are encrypted at rest.
    pub encryption: bool,
    /// Whether files are scanned.
    pub antivirus: bool,
    /// Bytes of the largest file; none when it isn't given.
    pub maximum_file_size: Option<i64>,
    /// `none`, `gzip` or `zstd`; empty when it isn't given.
    pub compression: String,
    /// Extensions that files may have; none: any.
    pub extensions: Vec<String>,
}
