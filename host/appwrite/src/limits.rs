//! Limits of a server, each with the place in the sources that sets it: A is appwrite/appwrite 1.9.6, D is
//! utopia-php/database 7.2.6.

/// Columns of a table: 1017 (D `Adapter/SQL.php`) without the 7 of the server's own.
pub const COLUMNS: usize = 1010;
/// Indexes of a table: 64 (D `Adapter/SQL.php`) without the 6 of the server's own.
pub const INDEXES: usize = 58;
/// Bytes of a row that are refused (D `Adapter/SQL.php`, `Validator/Attribute.php`): it must have fewer.
pub const ROW: u64 = 65_535;
/// Bytes that the server's own columns take of them.
pub const ROW_BASE: u64 = 1_067;
/// Characters of a text that stands in the row; longer ones stand outside (D `Adapter/SQL.php`).
pub const IN_ROW: u64 = 16_381;
/// The least size that stands outside the row and fits TEXT with characters of four bytes.
pub const OFF_ROW: u64 = 16_383;
/// Bytes that a row keeps of values outside it, and of every array.
pub const POINTER: u64 = 20;
/// Characters of a text (A `app/init/constants.php`).
pub const TEXT: u64 = 1_073_741_824;
/// Characters that an encrypted text must have room for (A `Attributes/String/Create.php`).
pub const ENCRYPTED: u64 = 150;
/// Characters that the columns of an index may have in all (D `Adapter/SQL.php`); 767 where tables are shared.
pub const INDEX_LENGTH: u64 = 768;
/// Columns of an index (A `Tables/Indexes/Create.php`).
pub const INDEX_COLUMNS: usize = 100;
/// Elements of an enum, and characters of each (A `Attributes/Enum/Create.php`).
pub const ELEMENTS: usize = 100;
/// See [`ELEMENTS`].
pub const ELEMENT: usize = 255;
/// Characters of a key or an id (D `Validator/Key.php`).
pub const KEY: usize = 36;
/// Characters of a name (A `Collections/Create.php`).
pub const NAME: usize = 128;
/// Bytes of a file, unless `_APP_STORAGE_LIMIT` says otherwise (A `app/config/variables.php`).
pub const STORAGE: u64 = 30_000_000;
/// File extensions of a bucket (A `Storage/Buckets/Create.php`).
pub const EXTENSIONS: usize = 100;
/// Roles in one list of permissions (D `Validator/Roles.php`).
pub const PERMISSIONS: usize = 100;
/// Characters of a role in a team (D `Validator/Roles.php`).
pub const DIMENSION: usize = 81;
/// Seconds a function may take (A `Functions/Http/Functions/Create.php`), unless `_APP_FUNCTIONS_TIMEOUT` says otherwise.
pub const TIMEOUT: std::ops::RangeInclusive<u64> = 1..=900;
/// Characters of the commands that build a function (A `Functions/Http/Functions/Create.php`).
pub const COMMANDS: usize = 8_192;
/// Events of a function (A `app/init/constants.php`).
pub const EVENTS: usize = 100;
/// First words of events (A `app/config/events.php`), without those of events that call no function.
pub const EVENT_TYPES: [&str; 13] = [
    "users",
    "databases",
    "documentsdb",
    "vectorsdb",
    "buckets",
    "teams",
    "sites",
    "messages",
    "topics",
    "providers",
    "schedules",
    "rules",
    "reports",
];
/// Runtimes with their versions (appwrite/runtimes `Runtimes.php`); a server enables some of them.
pub const RUNTIMES: [(&str, &[&str]); 17] = [
    (
        "node",
        &[
            "14.5", "16.0", "18.0", "19.0", "20.0", "21.0", "22", "23", "24", "25",
        ],
    ),
    ("php", &["8.0", "8.1", "8.2", "8.3", "8.4"]),
    ("ruby", &["3.0", "3.1", "3.2", "3.3", "3.4", "4.0"]),
    (
        "python",
        &["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"],
    ),
    ("python-ml", &["3.11", "3.12", "3.13"]),
    (
        "deno",
        &["1.21", "1.24", "1.35", "1.40", "1.46", "2.0", "2.5", "2.6"],
    ),
    (
        "dart",
        &[
            "2.15", "2.16", "2.17", "2.18", "2.19", "3.0", "3.1", "3.3", "3.5", "3.8", "3.9",
            "3.10", "3.11",
        ],
    ),
    ("dotnet", &["6.0", "7.0", "8.0", "10"]),
    ("java", &["8.0", "11.0", "17.0", "18.0", "21.0", "22", "25"]),
    ("swift", &["5.5", "5.8", "5.9", "5.10", "6.2"]),
    ("kotlin", &["1.6", "1.8", "1.9", "2.0", "2.3"]),
    ("cpp", &["17", "20"]),
    ("bun", &["1.0", "1.1", "1.2", "1.3"]),
    ("go", &["1.23", "1.24", "1.25", "1.26"]),
    ("rust", &["1.83"]),
    ("static", &["1"]),
    (
        "flutter",
        &["3.24", "3.27", "3.29", "3.32", "3.35", "3.38", "3.41"],
    ),
];
/// Columns that one request may make along with a table (A `TablesDB/Tables/Create.php`).
pub const INLINE_COLUMNS: usize = 100;

/// Characters of the formats (A `Utopia/Database/Attribute.php`).
pub mod format {
    /// An e-mail address.
    pub const EMAIL: u64 = 254;
    /// An element of an enum.
    pub const ENUM: u64 = 255;
    /// An IP address.
    pub const IP: u64 = 39;
    /// A URL.
    pub const URL: u64 = 2000;
}

/// Names of columns that every row has.
pub const RESERVED_COLUMNS: [&str; 5] = [
    "$id",
    "$createdAt",
    "$updatedAt",
    "$permissions",
    "$collection",
];
/// Names of indexes that MariaDB or the server uses itself (D `Adapter/MariaDB.php`).
pub const RESERVED_INDEXES: [&str; 4] = ["primary", "_created_at", "_updated_at", "_tenant_id"];
