//! The steps that bring a database from nothing, or from an older version, to the present tables.

/// One step. It is frozen once released: databases remember the steps that they ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its place, from 1 without gaps.
    pub number: u32,
    /// Its purpose, as in its file's name.
    pub name: &'static str,
    /// Statements separated by [`SEPARATOR`](crate::ddl::SEPARATOR).
    pub sql: &'static str,
}

/// Migrations of SQLite, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "initial",
        sql: include_str!("../migrations/sqlite/0001_initial.sql"),
    },
    Migration {
        number: 2,
        name: "reactions",
        sql: include_str!("../migrations/sqlite/0002_reactions.sql"),
    },
    Migration {
        number: 3,
        name: "lookups",
        sql: include_str!("../migrations/sqlite/0003_lookups.sql"),
    },
    Migration {
        number: 4,
        name: "push_sessions",
        sql: include_str!("../migrations/sqlite/0004_push_sessions.sql"),
    },
    Migration {
        number: 5,
        name: "retention",
        sql: include_str!("../migrations/sqlite/0005_retention.sql"),
    },
    Migration {
        number: 6,
        name: "read_positions",
        sql: include_str!("../migrations/sqlite/0006_read_positions.sql"),
    },
    Migration {
        number: 7,
        name: "conversation_lists",
        sql: include_str!("../migrations/sqlite/0007_conversation_lists.sql"),
    },
    Migration {
        number: 8,
        name: "names",
        sql: include_str!("../migrations/sqlite/0008_names.sql"),
    },
    Migration {
        number: 9,
        name: "turns",
        sql: include_str!("../migrations/sqlite/0009_turns.sql"),
    },
    Migration {
        number: 10,
        name: "polls",
        sql: include_str!("../migrations/sqlite/0010_polls.sql"),
    },
    Migration {
        number: 11,
        name: "contact_books",
        sql: include_str!("../migrations/sqlite/0011_contact_books.sql"),
    },
    Migration {
        number: 12,
        name: "conversation_settings",
        sql: include_str!("../migrations/sqlite/0012_conversation_settings.sql"),
    },
    Migration {
        number: 13,
        name: "search",
        sql: include_str!("../migrations/sqlite/0013_search.sql"),
    },
    Migration {
        number: 14,
        name: "message_reactions",
        sql: include_str!("../migrations/sqlite/0014_message_reactions.sql"),
    },
    Migration {
        number: 15,
        name: "contact_requests",
        sql: include_str!("../migrations/sqlite/0015_contact_requests.sql"),
    },
    Migration {
        number: 16,
        name: "message_references",
        sql: include_str!("../migrations/sqlite/0016_message_references.sql"),
    },
    Migration {
        number: 17,
        name: "message_marks",
        sql: include_str!("../migrations/sqlite/0017_message_marks.sql"),
    },
    Migration {
        number: 18,
        name: "message_changes",
        sql: include_str!("../migrations/sqlite/0018_message_changes.sql"),
    },
    Migration {
        number: 19,
        name: "message_drafts",
        sql: include_str!("../migrations/sqlite/0019_message_drafts.sql"),
    },
    Migration {
        number: 20,
        name: "words_leave_no_trace",
        sql: include_str!("../migrations/sqlite/0020_words_leave_no_trace.sql"),
    },
    Migration {
        number: 21,
        name: "discoverables",
        sql: include_str!("../migrations/sqlite/0021_discoverables.sql"),
    },
    Migration {
        number: 22,
        name: "pins_and_threads",
        sql: include_str!("../migrations/sqlite/0022_pins_and_threads.sql"),
    },
    Migration {
        number: 23,
        name: "mention_entries",
        sql: include_str!("../migrations/sqlite/0023_mention_entries.sql"),
    },
    Migration {
        number: 24,
        name: "receipts",
        sql: include_str!("../migrations/sqlite/0024_receipts.sql"),
    },
    Migration {
        number: 25,
        name: "poll_closings",
        sql: include_str!("../migrations/sqlite/0025_poll_closings.sql"),
    },
    Migration {
        number: 26,
        name: "invitations",
        sql: include_str!("../migrations/sqlite/0026_invitations.sql"),
    },
    Migration {
        number: 27,
        name: "scheduled_messages",
        sql: include_str!("../migrations/sqlite/0027_scheduled_messages.sql"),
    },
    Migration {
        number: 28,
        name: "conversation_list",
        sql: include_str!("../migrations/sqlite/0028_conversation_list.sql"),
    },
    Migration {
        number: 29,
        name: "integrations",
        sql: include_str!("../migrations/sqlite/0029_integrations.sql"),
    },
    Migration {
        number: 30,
        name: "kinds",
        sql: include_str!("../migrations/sqlite/0030_kinds.sql"),
    },
    Migration {
        number: 31,
        name: "bots",
        sql: include_str!("../migrations/sqlite/0031_bots.sql"),
    },
    Migration {
        number: 32,
        name: "realtime",
        sql: include_str!("../migrations/sqlite/0032_realtime.sql"),
    },
    Migration {
        number: 33,
        name: "job_leases",
        sql: include_str!("../migrations/sqlite/0033_job_leases.sql"),
    },
    Migration {
        number: 34,
        name: "files",
        sql: include_str!("../migrations/sqlite/0034_files.sql"),
    },
];

/// Migrations of PostgreSQL, in order. They have numbers of their own: the first makes what SQLite's first 32 have made.
pub const POSTGRES_MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "initial",
        sql: include_str!("../migrations/postgres/0001_initial.sql"),
    },
    Migration {
        number: 2,
        name: "job_leases",
        sql: include_str!("../migrations/postgres/0002_job_leases.sql"),
    },
    Migration {
        number: 3,
        name: "places",
        sql: include_str!("../migrations/postgres/0003_places.sql"),
    },
    Migration {
        number: 4,
        name: "parts",
        sql: include_str!("../migrations/postgres/0004_parts.sql"),
    },
    Migration {
        number: 5,
        name: "files",
        sql: include_str!("../migrations/postgres/0005_files.sql"),
    },
];
