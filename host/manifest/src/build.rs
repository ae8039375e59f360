//! The components that must be built, and the commands for that.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use globset::{Glob, GlobSet, GlobSetBuilder};
use walkdir::WalkDir;

use crate::component::{Build, Component};

/// Folders that hold no sources.
const SKIPPED: [&str; 5] = ["target", ".git", ".spin", ".whisper", "node_modules"];

/// One command to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Shell command.
    pub command: String,
    /// Folder that it runs in.
    pub workdir: PathBuf,
    /// Ids of the components that it builds.
    pub components: Vec<String>,
    /// Cargo's target folder as the components' `source` paths imply it.
    pub target_dir: Option<PathBuf>,
}

/// The reason for which a component must be built; None when it is fresh or has no `[build]`.
pub fn why_stale(component: &Component) -> Option<String> {
    let build = component.build.as_ref()?;
    let Ok(built) = std::fs::metadata(&component.source).and_then(|m| m.modified()) else {
        return Some("not built yet".into());
    };
    let newer = newest(build).filter(|(_, modified)| *modified > built)?;
    let path = newer.0.strip_prefix(&build.workdir).unwrap_or(&newer.0);
    Some(format!("{} is newer", path.display()))
}

/// The watched file changed last.
fn newest(build: &Build) -> Option<(PathBuf, SystemTime)> {
    let set = glob_set(&build.watch)?;
    let mut roots: Vec<PathBuf> = build
        .watch
        .iter()
        .map(|p| build.workdir.join(root(p)))
        .collect();
    roots.sort();
    roots.dedup();
    let files = roots.iter().flat_map(|root| {
        WalkDir::new(root)
            .into_iter()
            .filter_entry(|e| e.depth() == 0 || !SKIPPED.iter().any(|s| e.file_name() == *s))
            .filter_map(Result::ok)
    });
    let watched = files.filter(|entry| {
        let relative = entry
            .path()
            .strip_prefix(&build.workdir)
            .unwrap_or(entry.path());
        entry.file_type().is_file() && set.is_match(relative)
    });
    watched
        .filter_map(|e| Some((e.path().to_owned(), e.metadata().ok()?.modified().ok()?)))
        .max_by_key(|(_, modified)| *modified)
}

fn glob_set(patterns: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).ok()?);
    }
    set.build().ok()
}

/// The longest part of a pattern without a wildcard, up to a slash.
fn root(pattern: &str) -> &str {
    let literal = pattern
        .split(['*', '?', '[', '{'])
        .next()
        .unwrap_or_default();
    if literal.len() == pattern.len() {
        return pattern;
    }
    literal.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The commands that build these components. `cargo build` commands that differ in their `-p`
/// alone become one, so that cargo compiles the crates that they share beside each other.
pub fn plan<'c>(components: impl IntoIterator<Item = &'c Component>) -> Vec<Step> {
    let mut steps: Vec<(Option<Vec<String>>, Step)> = Vec::new();
    for component in components {
        let Some(build) = &component.build else {
            continue;
        };
        let target_dir = target_dir(&component.source);
        let mut commands = build.commands.iter();
        let single = (build.commands.len() == 1)
            .then(|| commands.next())
            .flatten();
        let cargo = single.and_then(|command| cargo_build(command));
        if let Some((flags, package)) = cargo {
            let same = steps.iter_mut().find(|(other, step)| {
                other.as_ref() == Some(&flags)
                    && step.workdir == build.workdir
                    && step.target_dir == target_dir
            });
            if let Some((_, step)) = same {
                step.command = format!("{} -p {package}", step.command);
                step.components.push(component.id.clone());
                continue;
            }
            let command = format!("cargo build {} -p {package}", flags.join(" "));
            steps.push((Some(flags), step(command, build, component, target_dir)));
            continue;
        }
        for command in &build.commands {
            steps.push((
                None,
                step(command.clone(), build, component, target_dir.clone()),
            ));
        }
    }
    steps.into_iter().map(|(_, step)| step).collect()
}

fn step(
    command: String,
    build: &Build,
    component: &Component,
    target_dir: Option<PathBuf>,
) -> Step {
    Step {
        command,
        workdir: build.workdir.clone(),
        components: vec![component.id.clone()],
        target_dir,
    }
}

/// The flags and the package of a plain `cargo build … -p X`; None for anything else.
fn cargo_build(command: &str) -> Option<(Vec<String>, String)> {
    if command.contains(|c| "\"'\\$&|;<>()`*?[]{}~#".contains(c)) {
        return None;
    }
    let mut words = command.split_whitespace();
    if words.next() != Some("cargo") || words.next() != Some("build") {
        return None;
    }
    let (mut flags, mut package) = (Vec::new(), None);
    while let Some(word) = words.next() {
        let given = match word {
            "-p" | "--package" => words.next(),
            _ => word.strip_prefix("--package="),
        };
        match given {
            Some(name) if package.is_none() => package = Some(name.to_owned()),
            Some(_) => return None,
            None if word == "-p" => return None,
            None => flags.push(word.to_owned()),
        }
    }
    Some((flags, package?))
}

/// Whether a command is a cargo build for a Wasm target, which rustup may have to add.
pub fn wasm_target(command: &str) -> Option<&str> {
    let mut words = command.split_whitespace();
    words.clone().any(|word| word == "cargo").then_some(())?;
    while let Some(word) = words.next() {
        let target = match word {
            "--target" => words.next(),
            _ => word.strip_prefix("--target="),
        };
        if let Some(target) = target.filter(|target| target.starts_with("wasm")) {
            return Some(target);
        }
    }
    None
}

/// `/app/target` of `/app/target/wasm32-wasip2/release/x.wasm`.
pub fn target_dir(source: &Path) -> Option<PathBuf> {
    let triple = source.parent()?.parent()?;
    let is_triple = triple.file_name()?.to_str()?.starts_with("wasm32-");
    is_triple
        .then(|| triple.parent().map(Path::to_owned))
        .flatten()
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
