//! `[application.tool.whisper]`, a table that Spin ignores and this host reads. Other tools' tables are ignored.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fields::Fields;
use crate::problems::Collector;
use crate::schedule::{Cron, ScheduleEntry};
use crate::setting::{self, Setting};

const WHISPER: &str = "[application.tool.whisper]";
const TITLE: &str = "[[application.tool.whisper.schedules]]";

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Tool {
    /// The schedules.
    pub schedules: Vec<ScheduleEntry>,
    /// The path that the host posts to when a component stopped; none: it stands in the log alone.
    pub fault_route: Option<String>,
    /// The path that the host posts to when it was told to stop, for streams to end with a word; none: they are cut.
    pub stop_route: Option<String>,
    /// The path of the page that explains the application's API, for the host's banner.
    pub docs_route: Option<String>,
    /// The forms of variables, which the host checks at its start.
    pub settings: BTreeMap<String, Setting>,
    /// The values of variables that hold on this host where none are given, in the place of their defaults.
    pub defaults: BTreeMap<String, String>,
}

pub(crate) fn read<'a>(tools: &DeTable<'a>, problems: &mut Collector<'a>) -> Tool {
    let Some(whisper) = tools.get("whisper") else {
        return Tool::default();
    };
    let offset = whisper.span().start;
    let Some(table) = whisper.get_ref().as_table() else {
        problems.at(offset, WHISPER, "must be a table");
        return Tool::default();
    };
    let mut fields = Fields::new(table, offset, WHISPER, problems);
    let list = fields.value("schedules");
    let mut route = |name: &'static str| {
        let route = fields.string(name);
        if route.as_deref().is_some_and(|r| !r.starts_with('/')) {
            fields.problem(format!("`{name}` must start with \"/\""));
        }
        route
    };
    let fault_route = route("fault_route");
    let stop_route = route("stop_route");
    let docs_route = route("docs_route");
    let settings = fields.table("settings");
    let defaults = fields.string_map("defaults");
    fields.finish();
    Tool {
        schedules: list.map_or_else(Vec::new, |list| read_schedules(list, problems)),
        fault_route,
        stop_route,
        docs_route,
        settings: settings
            .map(|(table, _)| setting::read(table, problems))
            .unwrap_or_default(),
        defaults,
    }
}

fn read_schedules<'a>(
    list: &Spanned<DeValue<'a>>,
    problems: &mut Collector<'a>,
) -> Vec<ScheduleEntry> {
    let Some(entries) = list.get_ref().as_array() else {
        problems.at(list.span().start, TITLE, "must be a list of tables");
        return Vec::new();
    };
    let mut schedules: Vec<ScheduleEntry> = Vec::new();
    for entry in entries.iter() {
        let Some(schedule) = read_one(entry, problems) else {
            continue;
        };
        if schedules.iter().any(|other| other.name == schedule.name) {
            let message = format!("the name \"{}\" is used twice", schedule.name);
            problems.at(entry.span().start, TITLE, message);
        }
        schedules.push(schedule);
    }
    schedules
}

fn read_one<'a>(
    entry: &Spanned<DeValue<'a>>,
    problems: &mut Collector<'a>,
) -> Option<ScheduleEntry> {
    let offset = entry.span().start;
    let Some(table) = entry.get_ref().as_table() else {
        problems.at(offset, TITLE, "must be a table");
        return None;
    };
    let mut fields = Fields::new(table, offset, TITLE, problems);
    let name = fields.required_string("name");
    let cron = fields.required_string("cron");
    let route = fields.required_string("route");
    if !route.is_empty() && !route.starts_with('/') {
        fields.problem("`route` must start with \"/\"");
    }
    let cron = match Cron::parse(&cron) {
        Ok(cron) => Some(cron),
        Err(reason) if !cron.is_empty() => {
            fields.problem(format!("`cron` \"{cron}\": {reason}"));
            None
        }
        Err(_) => None,
    };
    fields.finish();
    Some(ScheduleEntry {
        name,
        cron: cron?,
        route,
    })
}
