//! Checks of a manifest's parts against each other.

use std::collections::BTreeSet;

use crate::hosts::AllowedHosts;
use crate::manifest::{Manifest, Route};
use crate::problems::Collector;
use crate::routes::Router;
use crate::settings;
use crate::template::Template;

/// Checks references between tables, templates, grants and routes.
pub(crate) fn cross(manifest: &Manifest, problems: &mut Collector<'_>) {
    triggers(manifest, problems);
    settings::cross(manifest, problems);
    for component in manifest.components.values() {
        let title = format!("[component.{}]", component.id);
        for (name, text) in &component.variables {
            let table = format!("[component.{}.variables]", component.id);
            if let Err(reason) = crate::template::check_name(name) {
                problems.whole(&table, reason);
            }
            template(manifest, text, &format!("{table} {name}"), problems);
        }
        for host in &component.allowed_outbound_hosts {
            template(
                manifest,
                host,
                &format!("{title} `allowed_outbound_hosts`"),
                problems,
            );
        }
        if let Err(reason) = AllowedHosts::check(&component.allowed_outbound_hosts) {
            problems.whole(&title, format!("`allowed_outbound_hosts`: {reason}"));
        }
    }
}

fn triggers(manifest: &Manifest, problems: &mut Collector<'_>) {
    let mut seen = BTreeSet::new();
    for trigger in &manifest.triggers {
        if !trigger.component.is_empty() && !manifest.components.contains_key(&trigger.component) {
            let message = format!("there is no component \"{}\"", trigger.component);
            problems.whole("[[trigger.http]]", message);
        }
        if let Route::Public(route) = &trigger.route
            && !seen.insert(route)
        {
            problems.whole(
                "[[trigger.http]]",
                format!("the route \"{route}\" stands twice"),
            );
        }
    }
    if let Err(reason) = Router::build(&manifest.triggers) {
        problems.whole("[[trigger.http]]", reason);
    }
}

fn template(manifest: &Manifest, text: &str, table: &str, problems: &mut Collector<'_>) {
    match Template::parse(text) {
        Err(reason) => problems.whole(table, reason),
        Ok(template) => {
            for name in template
                .names()
                .filter(|name| !manifest.variables.contains_key(*name))
            {
                problems.whole(
                    table,
                    format!("there is no variable \"{name}\" in [variables]"),
                );
            }
        }
    }
}
