//! A component: its file, its grants, and how it is built.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::fields::Fields;
use crate::function::{self, Function, Own};
use crate::problems::Collector;

/// The only label of a database or store that exists without a runtime configuration, as in Spin.
pub(crate) const DEFAULT_LABEL: &str = "default";

/// One `[component.<id>]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its id.
    pub id: String,
    /// The Wasm file, absolute.
    pub source: PathBuf,
    /// Description; empty when not given.
    pub description: String,
    /// Labels of the SQLite databases it may open.
    pub sqlite_databases: Vec<String>,
    /// Labels of the key-value stores it may open.
    pub key_value_stores: Vec<String>,
    /// Hosts that it may send requests to; may hold templates.
    pub allowed_outbound_hosts: Vec<String>,
    /// Its own variables: name and template.
    pub variables: BTreeMap<String, String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// Commands that build it, if any.
    pub build: Option<Build>,
    /// Whether it computes for long, such as hashes of passwords: the embedded host runs it in threads of its own.
    pub computes: bool,
    /// Whether one instance of it serves all requests in the embedded host, any number of them: it holds something for all of them together.
    pub one_instance: bool,
    /// Whether bodies of its requests may take as long as they go on coming, in the embedded host: it takes them in pieces.
    pub long_bodies: bool,
    /// Its settings as a function on Appwrite.
    pub function: Function,
}

/// A `[component.<id>.build]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Shell commands, run one after the other.
    pub commands: Vec<String>,
    /// Folder that they run in, absolute.
    pub workdir: PathBuf,
    /// Patterns of the files it is built from, relative to `workdir`.
    pub watch: Vec<String>,
}

pub(crate) fn read_all<'a>(
    table: &DeTable<'a>,
    dir: &Path,
    problems: &mut Collector<'a>,
) -> BTreeMap<String, Component> {
    let mut components = BTreeMap::new();
    for (key, value) in table.iter() {
        let id = key.get_ref().to_string();
        let title = format!("[component.{id}]");
        let offset = key.span().start;
        if let Err(reason) = check_id(&id) {
            problems.at(offset, &title, reason);
        }
        let Some(table) = value.get_ref().as_table() else {
            problems.at(offset, &title, "must be a table");
            continue;
        };
        let fields = Fields::new(table, offset, title, problems);
        components.insert(id.clone(), read(id, fields, dir));
    }
    components
}

fn read(id: String, mut fields: Fields<'_, '_, '_>, dir: &Path) -> Component {
    let source = read_source(&mut fields);
    let component = Component {
        source: dir.join(source),
        description: fields.string("description").unwrap_or_default(),
        sqlite_databases: labels(&mut fields, "sqlite_databases", "SQLite database"),
        key_value_stores: labels(&mut fields, "key_value_stores", "key-value store"),
        allowed_outbound_hosts: fields.strings("allowed_outbound_hosts"),
        variables: fields.string_map("variables"),
        environment: fields.string_map("environment"),
        build: None,
        computes: false,
        one_instance: false,
        long_bodies: false,
        function: Function::default(),
        id,
    };
    fields.unsupported(&[
        "files",
        "exclude_files",
        "ai_models",
        "allowed_http_hosts",
        "dependencies",
        "dependencies_inherit_configuration",
        "targets",
        "profile",
    ]);
    let tool = fields.table("tool");
    let own = tool.map(|(table, _)| function::read(table, &component.id, fields.problems));
    let own = own.unwrap_or_default();
    check_own(&own, &component, &mut fields);
    let build = fields.table("build");
    let title = format!("[component.{}.build]", component.id);
    let build = build
        .map(|(table, offset)| read_build(Fields::new(table, offset, title, fields.problems), dir));
    fields.finish();
    Component {
        build,
        computes: own.computes,
        one_instance: own.one_instance,
        long_bodies: own.long_bodies,
        function: own.function,
        ..component
    }
}

/// Refuses settings of the embedded host's that don't go together.
fn check_own(own: &Own, component: &Component, fields: &mut Fields<'_, '_, '_>) {
    if own.computes && !component.allowed_outbound_hosts.is_empty() {
        fields.problem(
            "a component that computes may call nobody: `allowed_outbound_hosts` must be empty",
        );
    }
    if own.computes && own.one_instance {
        fields.problem(
            "a component that computes has an instance for each request: not `one_instance`",
        );
    }
    if own.computes && own.long_bodies {
        fields
            .problem("a component that computes has a thread for each request: not `long_bodies`");
    }
}

fn read_source(fields: &mut Fields<'_, '_, '_>) -> String {
    let Some(value) = fields.value("source") else {
        fields.problem("`source` is missing");
        return String::new();
    };
    let (offset, source) = (value.span().start, value.get_ref().as_str());
    match source {
        Some(path) if !path.contains("://") => path.to_owned(),
        _ => {
            let message = "`source` must be a path: the embedded host fetches no components";
            fields.problem_at(offset, message);
            String::new()
        }
    }
}

fn labels(fields: &mut Fields<'_, '_, '_>, key: &'static str, what: &str) -> Vec<String> {
    let labels = fields.strings(key);
    for label in labels.iter().filter(|label| *label != DEFAULT_LABEL) {
        fields.problem(format!(
            "`{key}`: there is no {what} \"{label}\"; the only one is \"default\""
        ));
    }
    labels
}

fn read_build(mut fields: Fields<'_, '_, '_>, dir: &Path) -> Build {
    let commands = fields.string_or_list("command");
    if commands.is_empty() {
        fields.problem("`command` is missing");
    }
    let workdir = fields.string("workdir").unwrap_or_default();
    if Path::new(&workdir).is_absolute() {
        fields.problem("`workdir` must be relative to the manifest");
    }
    let watch = fields.strings("watch");
    for pattern in &watch {
        if let Err(e) = globset::Glob::new(pattern) {
            fields.problem(format!("`watch`: {e}"));
        }
    }
    fields.finish();
    Build {
        commands,
        workdir: dir.join(workdir),
        watch,
    }
}

/// Spin's rule for ids: kebab-case words, each starting with a letter.
fn check_id(id: &str) -> Result<(), String> {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric())
            && (word.chars().all(|c| !c.is_ascii_uppercase())
                || word.chars().all(|c| !c.is_ascii_lowercase()))
    };
    if id.split('-').all(word) {
        return Ok(());
    }
    Err("an id consists of words of letters and digits, each starting with a letter, joined by \"-\"".into())
}
