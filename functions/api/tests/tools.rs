//! The document as the tools of others read it: Redocly's linter, and the generator of TypeScript's types.
//!
//! Needs npm, which fetches the pinned versions once. Without it the tests are skipped, and say so.
#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "../../../host/appwrite/tests/npm/mod.rs"]
mod npm;

use std::path::Path;
use std::process::Command;

use crate::npm::{installed, printed, quiet};

const REDOCLY: &str = "2.77.0";
const OPENAPI_TYPESCRIPT: &str = "7.13.0";

/// The recommended rules, and that the examples fit their schemas.
const RULES: &str = "\
extends: [recommended]
rules:
  no-invalid-schema-examples: error
  no-invalid-media-type-examples: error
  no-invalid-parameter-examples: error
";

/// Uses of the generated types, as a client has them; they compile.
const USES: &str = r#"
import type { components, operations } from "./api";

type Schemas = components["schemas"];
type Sent = operations["sendMessage"]["responses"]["201"]["content"]["application/json"];

export const text: Schemas["SendMessage"] = { content: "Hello" };
export const place: Schemas["SendMessage"] = { contentType: "location", metadata: { latitude: 47.37, longitude: 8.54 } };
export const group: Schemas["NewConversation"] = { type: "group", name: "Chess", participantIds: [] };
export const story: Schemas["NewStory"] = { contentType: "text", text: "Hello" };
export const quiet: Schemas["NotificationSettings"] = { quietFrom: "22:00", quietTo: "07:00" };

export function told(message: Sent, problem: Schemas["Problem"]): string {
  const status: "sent" | "delivered" | "read" = message.status as "sent" | "delivered" | "read";
  const rules: string[] = (problem.errors ?? []).map((error) => `${error.field}: ${error.rule}`);
  return [message.id, message.createdAt, status, problem.code, ...rules].join();
}
"#;

/// Misuses that don't compile, one a line.
const MISUSES: [&str; 4] = [
    r#"const a: components["schemas"]["Problem"]["code"] = "no_such_code";"#,
    r#"const b: components["schemas"]["NewConversation"] = { type: "community" };"#,
    r#"const c: components["schemas"]["Message"] = { id: "1" };"#,
    r#"const d: number = ({} as components["schemas"]["Message"]).createdAt;"#,
];

fn document() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"))
}

#[test]
fn the_linter_finds_nothing() {
    let Some(folder) = installed("@redocly/cli", REDOCLY) else {
        return;
    };
    let mut lint = Command::new(folder.join("node_modules/.bin/redocly"));
    lint.env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let work = tempfile::tempdir().unwrap();
    std::fs::write(work.path().join("redocly.yaml"), RULES).unwrap();
    lint.args(["lint", "--format=json"])
        .arg(document())
        .current_dir(work.path());
    let done = quiet(&mut lint).unwrap();
    let out = String::from_utf8_lossy(&done.stdout);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap_or_default();
    assert!(done.status.success(), "{}", printed(&done));
    assert_eq!(found["totals"]["errors"], 0, "{}", printed(&done));
    assert_eq!(found["totals"]["warnings"], 0, "{}", printed(&done));
}

#[test]
fn the_types_made_of_it_compile_strictly_and_mean_something() {
    let Some(folder) = installed("openapi-typescript", OPENAPI_TYPESCRIPT) else {
        return;
    };
    let program = |name: &str| Command::new(folder.join("node_modules/.bin").join(name));
    let work = tempfile::tempdir().unwrap();
    let made = quiet(
        program("openapi-typescript")
            .arg(document())
            .arg("-o")
            .arg(work.path().join("api.ts")),
    );
    let made = made.unwrap();
    assert!(made.status.success(), "{}", printed(&made));
    let compile = |name: &str, text: &str| {
        std::fs::write(work.path().join(name), text).unwrap();
        let mut tsc = program("tsc");
        tsc.args([
            "--noEmit", "--strict", "--target", "es2022", "--module", "esnext",
        ]);
        tsc.args(["--moduleResolution", "bundler", "api.ts", name]);
        quiet(tsc.current_dir(work.path())).unwrap()
    };
    let used = compile("uses.ts", USES);
    assert!(used.status.success(), "{}", printed(&used));
    let text = format!(
        "import type {{ components }} from \"./api\";\n{}\n",
        MISUSES.join("\n")
    );
    let misused = printed(&compile("misuses.ts", &text));
    for (n, line) in MISUSES.iter().enumerate() {
        let at = format!("misuses.ts({},", n + 2);
        assert!(misused.contains(&at), "{line} compiles:\n{misused}");
    }
}
