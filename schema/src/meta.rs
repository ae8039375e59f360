//! Metadata of collections: the static description everything else is generated from.

use crate::Text;

/// One of the databases a collection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Database {
    /// Stable id, such as `mainDB`.
    pub id: &'static str,
    /// Name shown to people.
    pub name: &'static str,
}

/// A collection of documents of one shape.
#[derive(Debug, PartialEq)]
pub struct Collection {
    /// Id of the [`Database`] it belongs to.
    pub database: &'static str,
    /// Stable id: the table's name, unique over all databases.
    pub id: &'static str,
    /// Name shown to people.
    pub name: &'static str,
    /// Whether the facts say that a document carries permissions of its own.
    pub document_security: bool,
    /// The users that may read a document without the server between.
    pub access: Access,
    /// How long documents stay: one entry for each way of theirs to go. Never empty.
    pub retention: &'static [Retention],
    /// The parts that PostgreSQL keeps the documents in, so that retention drops a part with all that is in it; none
    /// where they are in one table. The ids of such documents are those that the server gives: UUIDs of version 7.
    pub parts: Option<Parts>,
    /// Whether it is one of the server's own, counted apart from the 30 of the API.
    pub system: bool,
    /// Whether a commit number (`_seq`) is never given twice, even after the newest document was
    /// deleted. Needed where a durable cursor points into the collection; costs a page per commit.
    pub monotonic: bool,
    /// The description of the collection's documents.
    pub doc: &'static str,
    /// Attributes in their declared order, without the id.
    pub attributes: &'static [Attribute],
    /// Indexes in their declared order.
    pub indexes: &'static [Index],
}

impl Collection {
    /// The attribute with this key.
    pub fn attribute(&self, key: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|a| a.key == key)
    }

    /// Whether documents have bytes. Only the server's own collections do, and Appwrite's TablesDB keeps none of those.
    pub fn has_bytes(&self) -> bool {
        let is_bytes = |a: &Attribute| matches!(a.kind, Kind::Bytes { .. });
        self.attributes.iter().any(is_bytes)
    }

    /// The index with this key.
    pub fn index(&self, key: &str) -> Option<&'static Index> {
        self.indexes.iter().find(|i| i.key == key)
    }
}

/// The direct readers of documents, where users can reach the database (on Appwrite they can), beside the holders of
/// the server's key.
///
/// A document is read whole. So its readers are only users to whom the API would show everything in it, at any time.
/// Only the server ever writes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No user.
    Server {
        /// The reason.
        why: &'static str,
    },
    /// Every user may read every document.
    Users,
    /// The users that a document names.
    Readers {
        /// Keys of the attributes that hold their ids; `id` is the document's own.
        attributes: &'static [&'static str],
        /// Key of the attribute that opens a document to every user when it is true.
        public: Option<&'static str>,
    },
}

/// How long documents stay, and the job that removes the ones whose time has come.
///
/// Removing takes its time, and nothing depends on it: readers leave out documents that have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// They stay until somebody removes them, or the account that they belong to goes.
    Forever {
        /// The reason.
        why: &'static str,
    },
    /// They go when the time that they name has come; those without one don't.
    Until {
        /// Key of the attribute with the time.
        attribute: &'static str,
        /// The job.
        job: &'static str,
    },
    /// They go some days after a time in them; those without one don't.
    Days {
        /// Key of the attribute with the time.
        attribute: &'static str,
        /// How many days.
        days: u32,
        /// The variable of `spin.toml` that sets another number; 0 there keeps them.
        setting: Option<&'static str>,
        /// The job.
        job: &'static str,
    },
    /// They go with the document of another collection that they belong to.
    With {
        /// Id of that collection.
        collection: &'static str,
        /// The job.
        job: &'static str,
    },
}

impl Retention {
    /// The job that removes them, if one does.
    pub fn job(&self) -> Option<&'static str> {
        match self {
            Retention::Forever { .. } => None,
            Retention::Until { job, .. }
            | Retention::Days { job, .. }
            | Retention::With { job, .. } => Some(job),
        }
    }
}

/// Parts of a collection by the time in the documents' ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How many days of ids are in one part. Documents stay at most so much longer than their retention says.
    pub days: u32,
}

/// One attribute of a collection.
#[derive(Debug, PartialEq)]
pub struct Attribute {
    /// Key on the wire and name of the column, camelCase.
    pub key: &'static str,
    /// Type, with the bounds that belong to it.
    pub kind: Kind,
    /// Whether a document must carry it. One that also has a default gets the default.
    pub required: bool,
    /// Whether it holds a list of `kind`.
    pub array: bool,
    /// The value that a document without it gets.
    pub default: Option<DefaultValue>,
    /// Size of the column in characters where the target needs another than the API's limit:
    /// Appwrite keeps strings over 16381 outside the row, which is the only way under its row width.
    pub stored_size: Option<u32>,
    /// The kind of text that people see of it, or of each element of a list; none for a text that they don't see.
    pub text: Option<Text>,
    /// Its meaning, with its unit.
    pub doc: &'static str,
}

impl Attribute {
    /// Whether the column refuses NULL: it is required, or its default stands in.
    pub fn not_null(&self) -> bool {
        self.required || self.default.is_some()
    }
}

/// Type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text of at most `size` characters (not bytes).
    String {
        /// Limit in characters.
        size: u32,
    },
    /// A 64-bit signed integer within inclusive bounds.
    Integer {
        /// Least value.
        min: Option<i64>,
        /// Greatest value.
        max: Option<i64>,
    },
    /// A finite double within inclusive bounds.
    Double {
        /// Least value.
        min: Option<f64>,
        /// Greatest value.
        max: Option<f64>,
    },
    /// True or false.
    Boolean,
    /// A point in time, RFC 3339 on the wire.
    Datetime,
    /// One of a closed set of strings.
    Enum {
        /// The set, in its declared order.
        elements: &'static [&'static str],
    },
    /// An email address of at most 254 characters.
    Email,
    /// An absolute URL with a host, of at most 2000 characters.
    Url,
    /// An IPv4 or IPv6 address of at most 39 characters.
    Ip,
    /// At most `size` bytes. In JSON they are a text of hexadecimal digits.
    Bytes {
        /// Limit in bytes.
        size: u32,
    },
}

impl Kind {
    /// The kind's name, as Appwrite and the facts spell those that they have.
    pub fn as_str(&self) -> &'static str {
        match self {
            Kind::String { .. } => "string",
            Kind::Integer { .. } => "integer",
            Kind::Double { .. } => "double",
            Kind::Boolean => "boolean",
            Kind::Datetime => "datetime",
            Kind::Enum { .. } => "enum",
            Kind::Email => "email",
            Kind::Url => "url",
            Kind::Ip => "ip",
            Kind::Bytes { .. } => "bytes",
        }
    }
}

/// Default of an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DefaultValue {
    /// The default of a string or an enum.
    Str(&'static str),
    /// The default of an integer.
    Int(i64),
    /// The default of a double.
    Float(f64),
    /// The default of a boolean.
    Bool(bool),
}

impl DefaultValue {
    /// The default as it stands in a document.
    pub fn to_json(self) -> serde_json::Value {
        match self {
            DefaultValue::Str(value) => value.into(),
            DefaultValue::Int(value) => value.into(),
            DefaultValue::Float(value) => value.into(),
            DefaultValue::Bool(value) => value.into(),
        }
    }
}

/// An index over one or more attributes.
#[derive(Debug, PartialEq, Eq)]
pub struct Index {
    /// Key, unique within the collection.
    pub key: &'static str,
    /// Whether it serves look-ups, keeps values unique, or searches words.
    pub kind: IndexKind,
    /// Whether it is the server's own, beyond the promises of the collection's documentation; counted apart.
    pub own: bool,
    /// Its columns, most significant first.
    pub columns: &'static [IndexColumn],
}

/// Kind of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKind {
    /// Makes look-ups and orders fast.
    Key,
    /// Also refuses a second document with equal values; nulls never collide.
    Unique,
    /// Finds words in a text: the columns are the text, the scope that a search names, and the place by which
    /// finds are sorted, a number that no other document has. The text has its words parted by single blanks, with one
    /// before the first and behind the last. An Appwrite server has one of scope and place instead: the store's
    /// page tells why.
    Words,
}

impl IndexKind {
    /// The kind's name, as Appwrite and the facts spell those that they have.
    pub fn as_str(self) -> &'static str {
        match self {
            IndexKind::Key => "key",
            IndexKind::Unique => "unique",
            IndexKind::Words => "words",
        }
    }
}

/// A column of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexColumn {
    /// Key of the attribute.
    pub attribute: &'static str,
    /// Direction it is sorted in.
    pub order: Order,
}

/// Direction of a sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Least first.
    Asc,
    /// Greatest first.
    Desc,
}

impl Order {
    /// `ASC` or `DESC`.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::Asc => "ASC",
            Order::Desc => "DESC",
        }
    }
}

/// A place for files of one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Stable id.
    pub id: &'static str,
    /// Name shown to people.
    pub name: &'static str,
    /// Largest file, in bytes.
    pub maximum_file_size: u64,
    /// Compression at rest: `none`, `gzip` or `zstd`.
    pub compression: &'static str,
    /// Whether files are encrypted at rest.
    pub encryption: bool,
    /// Whether files are scanned when they arrive.
    pub antivirus: bool,
}
