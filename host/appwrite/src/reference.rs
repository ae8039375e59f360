//! The reference: every collection, attribute and index, as a page.

use std::fmt::Write;

use whisper_schema::{
    Access, Attribute, Collection, Kind, Parts, Retention, buckets, collections, databases, stats,
    system_collections, system_database,
};

use crate::permissions::of_bucket;

const HEADER: &str = "\
# Schema

<!-- Generated from the structs in schema/src by `whisper schema export --target docs`; a change here would be overwritten. -->

";

/// How the stored form differs from the facts, and why.
const DEVIATIONS: &str = "\
## Where the stored form differs

The API takes and gives the values of the tables below. A server of Appwrite's would refuse some of it as it stands (`whisper schema validate schema/tests/facts.json`
lists it), so that there it is stored otherwise:

- A row may have fewer than 65,535 bytes, four for each character of its texts. The texts marked *stored outside the row* are stored with a size of 16,383, which takes 20 bytes
  of the row; the API's limit stays.
- A required column has no default there: `typingIndicators.isTyping` is not required, and true by default.
- A list can't be indexed. `idx_hashtags` of `posts` and `idx_tags` of `stickers` and `gifs` are the system collections `postHashtags`, `stickerTags` and `gifTags`, a row for
  each element, on SQLite too.
- Every table has a column `revision` beside the attributes (integer, at least 1, 1 by default): how often the row was changed. The store counts with it, and nobody else should
  write it. The place in the commit order is the server's own `$sequence`.
- A collection with bytes isn't there at all: a server of Appwrite's has no column for them. It says so below.
- Seven buckets take files over 30,000,000 bytes: set `_APP_STORAGE_LIMIT` of the server to 500,000,000 or more.

";

/// The section on direct reads, without the components between; it stands before the collections.
const READERS: &str = "\
## Readers of the rows

On Appwrite users reach tables themselves, by its SDKs and realtime. The components alone, which have a key, write rows. Each collection below says who may read one *directly*;
through the API it is read as the API says. A row is read whole: it is for those alone to whom the API would tell everything in it, at any time.

- A table whose rows name their readers has row security and no permissions of its own; the store gives each row `read(\"user:<id>\")` for the users in the attributes named,
  and takes it away when they change. A user's id there has 1 to 36 of `A-Za-z0-9_.-`, the first a letter or a digit: any other gets no permission.
- Where everybody may read what is public, such a row has `read(\"users\")`: every user who is signed in, guests not.
- All other tables have neither permissions nor row security.

";

/// Keys that end in `Id`, and the collections that they lead to.
const LEADS_TO: [(&str, &str); 11] = [
    ("userId", "profiles"),
    ("senderId", "profiles"),
    ("creatorId", "profiles"),
    ("ownerId", "profiles"),
    ("followerId", "profiles"),
    ("followingId", "profiles"),
    ("viewerId", "profiles"),
    ("conversationId", "conversations"),
    ("messageId", "messages"),
    ("storyId", "stories"),
    ("postId", "posts"),
];

/// The page's text.
pub fn reference() -> String {
    let mut out = HEADER.to_owned();
    // In a String, writing can't fail.
    let _ = writeln!(out, "```\n{}\n```\n", stats());
    out.push_str(DEVIATIONS);
    out.push_str(READERS);
    diagram(&mut out);
    for database in databases().iter().chain([system_database()]) {
        let _ = writeln!(out, "## {} (`{}`)\n", database.name, database.id);
        let all = collections().iter().chain(system_collections());
        for collection in all.filter(|c| c.database == database.id) {
            describe(&mut out, collection);
        }
    }
    let _ = writeln!(
        out,
        "## Buckets\n\nFiles have permissions of their own. The user who uploads one gets to read, change and delete it; catalogues are filled by the operator.\n\n\
         | bucket | name | largest file, bytes | permissions |\n|---|---|---|---|"
    );
    for bucket in buckets() {
        let (id, name, size) = (bucket.id, bucket.name, bucket.maximum_file_size);
        let permissions = match of_bucket(id) {
            all if all.is_empty() => "none".to_owned(),
            all => format!("`{}`", all.join("`, `")),
        };
        let _ = writeln!(out, "| `{id}` | {name} | {size} | {permissions} |");
    }
    out
}

fn diagram(out: &mut String) {
    out.push_str("## How they hang together\n\n```mermaid\nerDiagram\n");
    for collection in collections() {
        for attribute in collection.attributes {
            let target = LEADS_TO.iter().find(|(key, _)| *key == attribute.key);
            let Some((key, target)) = target.filter(|(_, target)| *target != collection.id) else {
                continue;
            };
            let many = if attribute.not_null() {
                "||--o{"
            } else {
                "|o--o{"
            };
            let _ = writeln!(out, "    {target} {many} {} : {key}", collection.id);
        }
    }
    out.push_str("```\n\n");
}

fn describe(out: &mut String, collection: &Collection) {
    let _ = writeln!(
        out,
        "### `{}`\n\n{}\n\n{}\n\n{}\n",
        collection.id,
        collection.doc.trim(),
        match collection.has_bytes() {
            true => "Not on Appwrite, as it has bytes.".to_owned(),
            false => format!("Read directly by {}", readers(collection.access)),
        },
        stay(collection)
    );
    let _ = writeln!(
        out,
        "| attribute | type | required | default | about |\n|---|---|---|---|---|"
    );
    for attribute in collection.attributes {
        let required = if attribute.required { "yes" } else { "" };
        let default = attribute
            .default
            .map(|default| format!("`{}`", default.to_json()));
        let stored = if attribute.stored_size.is_some() {
            " *(stored outside the row)*"
        } else {
            ""
        };
        let (key, kind) = (attribute.key, kind(attribute));
        let about = attribute.doc.replace('|', "\\|");
        let default = default.unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{key}` | {kind}{stored} | {required} | {default} | {about} |"
        );
    }
    out.push('\n');
    if collection.indexes.is_empty() {
        return;
    }
    let _ = writeln!(out, "| index | type | columns |\n|---|---|---|");
    for index in collection.indexes {
        let columns = index.columns.iter();
        let columns =
            columns.map(|c| format!("`{}` {}", c.attribute, c.order.as_str().to_lowercase()));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            out,
            "| `{}` | {} | {columns} |",
            index.key,
            index.kind.as_str()
        );
    }
    out.push('\n');
}

/// The retention of its documents, a sentence for each way of theirs to go.
fn stay(collection: &Collection) -> String {
    let in_parts = collection.parts.map(|Parts { days }| {
        format!("On PostgreSQL it may stay up to {days} days longer, or as much of another time as the setting says, a day at least: it goes with all others of about its time.")
    });
    let sentences = collection.retention.iter().map(|one| match *one {
        Retention::Forever { why } => format!("Kept for ever: {why}"),
        Retention::Until { attribute, job } => {
            format!("Kept until `{attribute}`; the job `{job}` removes it.")
        }
        Retention::Days {
            attribute,
            days,
            setting: Some(setting),
            job,
        } => format!(
            "Kept for {days} days after `{attribute}` (variable `{setting}`); the job `{job}` removes it."
        ),
        Retention::Days {
            attribute,
            days,
            setting: None,
            job,
        } => format!("Kept for {days} days after `{attribute}`; the job `{job}` removes it."),
        Retention::With { collection, job } => {
            format!("Goes with its document of `{collection}`; the job `{job}` removes both.")
        }
    });
    sentences.chain(in_parts).collect::<Vec<_>>().join(" ")
}

/// The readers of a row who need no component between, as the rest of a sentence.
fn readers(access: Access) -> String {
    let (attributes, public) = match access {
        Access::Server { why } => return format!("nobody. {why}"),
        Access::Users => return "every user.".to_owned(),
        Access::Readers { attributes, public } => (attributes, public),
    };
    let named = attributes.iter().map(|key| match *key {
        "id" => "the user with its id".to_owned(),
        key => format!("the user in `{key}`"),
    });
    let named = named.collect::<Vec<_>>().join(" and ");
    match public {
        Some(flag) => format!("{named}; by every user while `{flag}` is true."),
        None => format!("{named}."),
    }
}

fn kind(attribute: &Attribute) -> String {
    let one = match attribute.kind {
        Kind::String { size } => format!("string, {size}"),
        Kind::Enum { elements } => {
            let quoted = elements.iter().map(|element| format!("`{element}`"));
            format!("enum: {}", quoted.collect::<Vec<_>>().join(", "))
        }
        Kind::Integer { min, max } => numbers("integer", min, max),
        Kind::Double { min, max } => numbers("double", min, max),
        Kind::Bytes { size } => format!("bytes, {size}"),
        kind => kind.as_str().to_owned(),
    };
    match attribute.array {
        true => format!("list of {one}"),
        false => one,
    }
}

fn numbers<N: ToString>(name: &str, min: Option<N>, max: Option<N>) -> String {
    let bounds = [
        min.map(|n| format!("≥ {}", n.to_string())),
        max.map(|n| format!("≤ {}", n.to_string())),
    ];
    let all = std::iter::once(name.to_owned()).chain(bounds.into_iter().flatten());
    all.collect::<Vec<_>>().join(", ")
}
