//! TypeScript: the ids as constants, and a type for the documents of each collection.

use std::fmt::Write;

use whisper_schema::{Attribute, Collection, Kind, buckets, collections, databases};

const HEADER: &str = "\
// Generated from the structs in schema/src by `whisper schema export --target typescript`;
// a change here would be overwritten.

";

/// The file's text.
pub fn typescript() -> String {
    let mut out = HEADER.to_owned();
    constants(&mut out, "DATABASE_IDS", databases().iter().map(|d| d.id));
    constants(
        &mut out,
        "COLLECTION_IDS",
        collections().iter().map(|c| c.id),
    );
    constants(&mut out, "BUCKET_IDS", buckets().iter().map(|b| b.id));
    for collection in collections() {
        interface(&mut out, collection);
    }
    out
}

fn constants(out: &mut String, name: &str, ids: impl Iterator<Item = &'static str>) {
    // In a String, writing can't fail.
    let _ = writeln!(out, "export const {name} = {{");
    for id in ids {
        let _ = writeln!(out, "  {}: \"{id}\",", screaming(id));
    }
    let _ = writeln!(out, "}} as const;\n");
}

/// `messageQueue` as `MESSAGE_QUEUE`, `mainDB` as `MAIN_DB`.
fn screaming(id: &str) -> String {
    let mut out = String::new();
    let mut before = 'A';
    for c in id.chars() {
        if c.is_ascii_uppercase() && !before.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
        before = c;
    }
    out
}

fn interface(out: &mut String, collection: &Collection) {
    let mut name = collection.id.to_owned();
    name[..1].make_ascii_uppercase();
    comment(out, "", collection.doc);
    let _ = writeln!(out, "export interface {name}Document {{");
    comment(out, "  ", "Id of the document.");
    let _ = writeln!(out, "  $id: string;");
    for attribute in collection.attributes {
        let about = match limits(attribute) {
            limits if limits.is_empty() => attribute.doc.to_owned(),
            limits => format!("{} {limits}", attribute.doc),
        };
        comment(out, "  ", &about);
        let optional = if attribute.not_null() { "" } else { "?" };
        let nullable = if attribute.not_null() { "" } else { " | null" };
        let (key, kind) = (attribute.key, of_attribute(attribute));
        let _ = writeln!(out, "  {key}{optional}: {kind}{nullable};");
    }
    let _ = writeln!(out, "}}\n");
}

fn comment(out: &mut String, indent: &str, text: &str) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "{indent}/** {} */", text.replace("*/", "* /"));
}

fn of_attribute(attribute: &Attribute) -> String {
    let one = match attribute.kind {
        Kind::Integer { .. } | Kind::Double { .. } => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Enum { elements } => {
            let quoted = elements.iter().map(|element| format!("\"{element}\""));
            quoted.collect::<Vec<_>>().join(" | ")
        }
        _ => "string".to_owned(),
    };
    match (attribute.array, one.contains('|')) {
        (true, true) => format!("({one})[]"),
        (true, false) => format!("{one}[]"),
        (false, _) => one,
    }
}

/// The bounds of an attribute, as a sentence; nothing where there are none.
fn limits(attribute: &Attribute) -> String {
    let of = if attribute.array { "Each at" } else { "At" };
    let mut parts = match attribute.kind {
        Kind::String { size } => vec![format!("{of} most {size} characters.")],
        Kind::Bytes { size } => vec![format!("{of} most {size} bytes, as hexadecimal digits.")],
        Kind::Email => vec!["An e-mail address of at most 254 characters.".to_owned()],
        Kind::Url => vec!["A URL of at most 2000 characters.".to_owned()],
        Kind::Ip => vec!["An IP address.".to_owned()],
        Kind::Datetime => vec!["RFC 3339.".to_owned()],
        Kind::Integer { min, max } => bounds(min, max),
        Kind::Double { min, max } => bounds(min, max),
        Kind::Boolean | Kind::Enum { .. } => Vec::new(),
    };
    if let Some(default) = attribute.default {
        parts.push(format!("{} by default.", default.to_json()));
    }
    parts.join(" ")
}

fn bounds<N: ToString>(min: Option<N>, max: Option<N>) -> Vec<String> {
    let min = min.map(|min| format!("At least {}.", min.to_string()));
    let max = max.map(|max| format!("At most {}.", max.to_string()));
    min.into_iter().chain(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_constants() {
        for (id, name) in [
            ("mainDB", "MAIN_DB"),
            ("messageQueue", "MESSAGE_QUEUE"),
            ("web3DB", "WEB3_DB"),
            ("nfts", "NFTS"),
        ] {
            assert_eq!(screaming(id), name);
        }
    }
}
