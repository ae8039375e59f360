//! Reading a manifest, with every mistake at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fields::Fields;
use crate::manifest::{Application, Manifest, Route, Trigger, Variable};
use crate::problems::{Collector, Problem, Problems};
use crate::tool::{self, Tool};
use crate::{check, component, template};

impl Manifest {
    /// Reads and checks a file.
    pub fn load(file: &Path) -> Result<Self, Problems> {
        let whole = |message: String| Problems {
            file: file.to_owned(),
            list: vec![Problem {
                line: 0,
                table: String::new(),
                message,
            }],
        };
        let text =
            std::fs::read_to_string(file).map_err(|e| whole(format!("cannot be read: {e}")))?;
        let file = std::path::absolute(file).map_err(|e| whole(e.to_string()))?;
        Self::parse(&text, &file)
    }

    /// Checks a manifest's text; `file` is an absolute path.
    pub fn parse(text: &str, file: &Path) -> Result<Self, Problems> {
        let mut problems = Collector::new(text);
        let dir = file.parent().unwrap_or(Path::new("/")).to_owned();
        let parsed = DeTable::parse(text);
        let root = match parsed {
            Ok(root) => root,
            Err(e) => {
                let offset = e.span().map_or(0, |span| span.start);
                problems.at(offset, "", e.message().to_owned());
                return Err(Problems {
                    file: file.to_owned(),
                    list: problems.list,
                });
            }
        };
        let manifest = read(root.get_ref(), file, dir, &mut problems);
        check::cross(&manifest, &mut problems);
        if problems.list.is_empty() {
            return Ok(manifest);
        }
        let mut list = problems.list;
        list.sort_by_key(|problem| problem.line);
        Err(Problems {
            file: file.to_owned(),
            list,
        })
    }
}

fn read<'a>(
    root: &DeTable<'a>,
    file: &Path,
    dir: PathBuf,
    problems: &mut Collector<'a>,
) -> Manifest {
    let mut fields = Fields::new(root, 0, "", problems);
    let version = fields.value("spin_manifest_version");
    if !matches!(version.map(Spanned::get_ref), Some(DeValue::Integer(v)) if v.as_str() == "2") {
        fields.problem(
            "`spin_manifest_version = 2` is missing; the embedded host reads no other version",
        );
    }
    let application = fields.table("application");
    if application.is_none() {
        fields.problem("the table [application] is missing");
    }
    let variables = fields.table("variables");
    let trigger = fields.table("trigger");
    let components = fields.table("component");
    fields.finish();

    let (application, tool) = application
        .map(|(table, offset)| read_application(table, offset, problems))
        .unwrap_or_default();
    Manifest {
        file: file.to_owned(),
        application,
        schedules: tool.schedules,
        fault_route: tool.fault_route,
        stop_route: tool.stop_route,
        docs_route: tool.docs_route,
        settings: tool.settings,
        defaults: tool.defaults,
        variables: variables
            .map(|(t, _)| read_variables(t, problems))
            .unwrap_or_default(),
        triggers: trigger
            .map(|(t, offset)| read_triggers(t, offset, problems))
            .unwrap_or_default(),
        components: components
            .map(|(t, _)| component::read_all(t, &dir, problems))
            .unwrap_or_default(),
        dir,
    }
}

fn read_application<'a>(
    table: &DeTable<'a>,
    offset: usize,
    problems: &mut Collector<'a>,
) -> (Application, Tool) {
    let mut fields = Fields::new(table, offset, "[application]", problems);
    let application = Application {
        name: fields.required_string("name"),
        version: fields.string("version").unwrap_or_default(),
        description: fields.string("description").unwrap_or_default(),
        authors: fields.strings("authors"),
    };
    fields.unsupported(&["trigger", "requirements"]);
    let tool = fields.table("tool");
    fields.finish();
    let tool = tool
        .map(|(t, _)| tool::read(t, problems))
        .unwrap_or_default();
    (application, tool)
}

fn read_variables<'a>(
    table: &DeTable<'a>,
    problems: &mut Collector<'a>,
) -> BTreeMap<String, Variable> {
    let mut variables = BTreeMap::new();
    for (key, value) in table.iter() {
        let name = key.get_ref().to_string();
        let title = format!("[variables] {name}");
        let offset = key.span().start;
        if let Err(reason) = template::check_name(&name) {
            problems.at(offset, &title, reason);
        }
        let Some(table) = value.get_ref().as_table() else {
            problems.at(
                offset,
                &title,
                "must be a table, such as { default = \"\" }",
            );
            continue;
        };
        let mut fields = Fields::new(table, offset, title, problems);
        let variable = Variable {
            default: fields.string("default"),
            required: fields.flag("required"),
            secret: fields.flag("secret"),
            description: fields.string("description").unwrap_or_default(),
        };
        if variable.default.is_none() && !variable.required {
            fields.problem("needs either `default` or `required = true`");
        }
        if variable.default.is_some() && variable.required {
            fields.problem("`required = true` and `default` exclude each other");
        }
        fields.finish();
        variables.insert(name, variable);
    }
    variables
}

fn read_triggers<'a>(
    table: &DeTable<'a>,
    offset: usize,
    problems: &mut Collector<'a>,
) -> Vec<Trigger> {
    for (kind, _) in table.iter().filter(|(kind, _)| kind.get_ref() != "http") {
        let message = "the embedded host has HTTP triggers only";
        problems.at(
            kind.span().start,
            &format!("[[trigger.{}]]", kind.get_ref()),
            message,
        );
    }
    let Some(list) = table.get("http") else {
        return Vec::new();
    };
    let Some(list) = list.get_ref().as_array() else {
        problems.at(offset, "[[trigger.http]]", "must be a list of tables");
        return Vec::new();
    };
    list.iter()
        .filter_map(|entry| read_trigger(entry, problems))
        .collect()
}

fn read_trigger<'a>(entry: &Spanned<DeValue<'a>>, problems: &mut Collector<'a>) -> Option<Trigger> {
    let offset = entry.span().start;
    let Some(table) = entry.get_ref().as_table() else {
        problems.at(offset, "[[trigger.http]]", "must be a table");
        return None;
    };
    let mut fields = Fields::new(table, offset, "[[trigger.http]]", problems);
    fields.value("id");
    let route = match fields.value("route").map(Spanned::get_ref) {
        Some(DeValue::String(pattern)) => Some(Route::Public(pattern.to_string())),
        Some(DeValue::Table(t)) if is_private(t) => Some(Route::Private),
        _ => {
            fields.problem("`route` must be a path pattern or { private = true }");
            None
        }
    };
    let component = fields.required_string("component");
    if let Some((executor, _)) = fields.table("executor") {
        let kind = executor
            .get("type")
            .and_then(|kind| kind.get_ref().as_str());
        if kind != Some("http") {
            fields.problem("`executor`: the embedded host has the type \"http\" only");
        }
    }
    fields.unsupported(&["static_response", "middleware"]);
    fields.finish();
    route.map(|route| Trigger { route, component })
}

fn is_private(table: &DeTable<'_>) -> bool {
    table.len() == 1 && table.get("private").and_then(|p| p.get_ref().as_bool()) == Some(true)
}

#[cfg(test)]
#[path = "loading_tests.rs"]
mod tests;
