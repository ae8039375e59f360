//! Our exports, as the tools of others read them: TypeScript's compiler, Mermaid's parser.
//!
//! Needs npm, which fetches the pinned versions once. Without it the tests are skipped, and say so.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

mod npm;

use std::path::Path;
use std::process::{Command, Output};

use whisper_appwrite::{reference, typescript};

use crate::npm::{installed, printed, quiet};

const TYPESCRIPT: &str = "5.9.3";
/// A version of the same major as GitHub's, which draws the page.
const MERMAID: &str = "11.9.0";

/// Uses of the exported file, as an app has them; they compile.
const USES: &str = r#"
import { BUCKET_IDS, COLLECTION_IDS, DATABASE_IDS, MessagesDocument } from "./schema";

const database: "mainDB" = DATABASE_IDS.MAIN_DB;
type Collection = (typeof COLLECTION_IDS)[keyof typeof COLLECTION_IDS];
const collection: Collection = "messageQueue";
const bucket: "voice" = BUCKET_IDS.VOICE;

export function preview(message: MessagesDocument): string {
  const edited: string | null | undefined = message.editedAt;
  const readers: string[] = message.readBy;
  return [message.$id, message.content, edited ?? "", ...readers, database, collection, bucket].join();
}
"#;

/// Misuses that don't compile, a mistake a line, each with the compiler's codes for it.
const MISUSES: [(&str, &str); 5] = [
    (r#"const a: MessagesDocument["status"] = "lost";"#, "TS2322"),
    ("const b: MessagesDocument = {};", "TS2739|TS2740"),
    (
        "const c: string = ({} as MessagesDocument).editedAt;",
        "TS2322",
    ),
    (
        r#"const d: (typeof COLLECTION_IDS)["MESSAGES"] = "gifs";"#,
        "TS2322",
    ),
    (r#"COLLECTION_IDS.MESSAGES = "messages";"#, "TS2540"),
];

/// Compiles a file beside the exported one.
fn compile(folder: &Path, name: &str, text: &str) -> Output {
    let work = tempfile::tempdir().unwrap();
    std::fs::write(work.path().join("schema.ts"), typescript()).unwrap();
    std::fs::write(work.path().join(name), text).unwrap();
    let mut tsc = Command::new(folder.join("node_modules/.bin/tsc"));
    tsc.args([
        "--noEmit", "--strict", "--target", "es2022", "--module", "esnext",
    ]);
    tsc.args(["--moduleResolution", "bundler", "schema.ts", name]);
    quiet(tsc.current_dir(work.path())).unwrap()
}

#[test]
fn the_exported_typescript_compiles_and_means_something() {
    let Some(folder) = installed("typescript", TYPESCRIPT) else {
        return;
    };
    let used = compile(&folder, "uses.ts", USES);
    assert!(used.status.success(), "{}", printed(&used));

    let lines: Vec<&str> = MISUSES.iter().map(|(line, _)| *line).collect();
    let text = format!(
        "import {{ COLLECTION_IDS, type MessagesDocument }} from \"./schema\";\n{}\n",
        lines.join("\n")
    );
    let misused = printed(&compile(&folder, "misuses.ts", &text));
    for (n, (line, errors)) in MISUSES.iter().enumerate() {
        let at = format!("misuses.ts({},", n + 2);
        let told = misused.lines().find(|told| told.starts_with(&at));
        let told = told.unwrap_or_else(|| panic!("{line} compiles:\n{misused}"));
        assert!(
            errors.split('|').any(|error| told.contains(error)),
            "{told}"
        );
    }
    assert!(!misused.contains("schema.ts("), "{misused}");
}

/// Reads every diagram of a page; fails at the first that can't be read. Prints their types.
const READ: &str = r#"
import { readFileSync } from "node:fs";
import mermaid from "mermaid";

const page = readFileSync(process.argv[2], "utf8");
for (const [, diagram] of page.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)) {
  const { diagramType } = await mermaid.parse(diagram);
  console.log(diagramType);
}
"#;

#[test]
fn the_diagram_of_the_reference_can_be_drawn() {
    let Some(folder) = installed("mermaid", MERMAID) else {
        return;
    };
    // Beside the package, where it is found.
    let script = folder.join("read.mjs");
    std::fs::write(&script, READ).unwrap();
    let read = |page: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), page).unwrap();
        quiet(Command::new("node").arg(&script).arg(file.path())).unwrap()
    };
    let page = reference();
    let drawn = read(&page);
    assert!(drawn.status.success(), "{}", printed(&drawn));
    assert_eq!(printed(&drawn).lines().collect::<Vec<_>>(), ["er"]);
    // A broken diagram isn't read.
    let broken = page.replacen("||--o{", "||--", 1);
    assert_ne!(page, broken);
    assert!(!read(&broken).status.success());
}
