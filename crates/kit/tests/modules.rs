//! The modules of a package know each other in one direction: none of them leads back to itself by way of its siblings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path in its package.
type Module = Vec<String>;

/// Siblings that may know each other: collections name each other's choices, in all databases.
const MAY: [(&str, [&str; 2]); 1] = [("schema", ["main_db", "system"])];

/// A package's modules, with the paths that each one's code names.
struct Package {
    modules: BTreeMap<Module, Vec<Module>>,
}

impl Package {
    fn read(source: &Path) -> Self {
        let mut texts = BTreeMap::new();
        collect(source, &Module::new(), &mut texts);
        let of_tests: BTreeSet<Module> = texts.iter().flat_map(test_modules).collect();
        texts.retain(|module, _| !of_tests.iter().any(|tests| module.starts_with(tests)));
        let modules = texts.into_iter().map(|(at, text)| (at, paths(&text)));
        Package {
            modules: modules.collect(),
        }
    }

    /// The module that a path leads to, named in another one; none for items of another crate or of the module itself.
    fn leads_to(&self, at: &[String], path: &[String], steps: u32) -> Option<Module> {
        let mut names = path.iter().peekable();
        let mut found = match names.next()?.as_str() {
            "crate" => Module::new(),
            "self" => at.to_vec(),
            "super" => at[..at.len().checked_sub(1)?].to_vec(),
            // A child of the module that re-exports it.
            child if steps > 0 => [at, &[child.to_owned()]].concat(),
            _ => return None,
        };
        while names.next_if(|name| *name == "super").is_some() {
            found.pop();
        }
        while let Some(name) = names.next_if(|name| {
            let deeper = [&found[..], &[(*name).clone()]].concat();
            self.modules.contains_key(&deeper)
        }) {
            found.push(name.clone());
        }
        let Some(name) = names.next().filter(|_| steps < 5) else {
            return self.modules.contains_key(&found).then_some(found);
        };
        // The item that the found module re-exports is the one meant.
        let exports = self.modules.get(&found)?.iter();
        let exported = exports.filter(|path| path.last() == Some(name) && path.len() > 1);
        let exported = exported.filter(|path| {
            path.as_slice() != [&["crate".to_owned()], &[name.clone()][..]].concat()
        });
        exported
            .filter_map(|path| self.leads_to(&found, path, steps + 1))
            .find(|module| module != &found)
            .or(Some(found))
    }

    /// The siblings that name each other's modules: pairs of the module that names and the one that is named.
    fn siblings(&self) -> BTreeMap<Module, BTreeSet<(String, String)>> {
        let mut known = BTreeMap::<Module, BTreeSet<_>>::new();
        for (at, paths) in &self.modules {
            for named in paths.iter().filter_map(|path| self.leads_to(at, path, 0)) {
                let shared = at.iter().zip(&named).take_while(|(a, b)| a == b).count();
                if let (Some(one), Some(other)) = (at.get(shared), named.get(shared)) {
                    let pairs = known.entry(at[..shared].to_vec()).or_default();
                    pairs.insert((one.clone(), other.clone()));
                }
            }
        }
        known
    }
}

fn collect(folder: &Path, at: &Module, texts: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let inner = [at.as_slice(), std::slice::from_ref(&name)].concat();
        if path.is_dir() {
            collect(&path, &inner, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_own = matches!(name.as_str(), "mod" | "lib" | "main");
            let module = if is_own { at.clone() } else { inner };
            let text = fs::read_to_string(&path).unwrap();
            texts
                .entry(module)
                .or_default()
                .push_str(&without_notes(&text));
        }
    }
}

/// The code without its comments, and without the tests at its end.
fn without_notes(text: &str) -> String {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules of tests that a module has in files of their own.
fn test_modules((at, text): (&Module, &String)) -> Vec<Module> {
    let marked = text.split("#[cfg(test)]").skip(1);
    let names = marked.filter_map(|rest| {
        let item = rest.split([';', '{']).next()?;
        item.split_once("mod ").map(|(_, name)| name.trim())
    });
    names
        .map(|name| [at.as_slice(), &[name.to_owned()]].concat())
        .collect()
}

/// The paths that code names: those of its `use`s, and those within it.
fn paths(text: &str) -> Vec<Module> {
    let (mut paths, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find("use ") {
        let is_word = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let (before, used) = (&rest[..at], &rest[at + 4..]);
        within(before, &mut paths);
        let end = used.find(';').unwrap_or(used.len());
        if is_word {
            rest = used;
            continue;
        }
        expand(&[], &used[..end], &mut paths);
        rest = &used[end..];
    }
    within(rest, &mut paths);
    paths
}

/// The paths of a tree of `use`.
fn expand(before: &[String], tree: &str, paths: &mut Vec<Module>) {
    let (stem, branches) = match tree.split_once('{') {
        Some((stem, rest)) => (stem, rest.rsplit_once('}').map(|(inner, _)| inner)),
        None => (tree, None),
    };
    let stem = stem.split(" as ").next().unwrap_or(stem);
    let names = stem
        .split("::")
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let path: Module = before
        .iter()
        .cloned()
        .chain(names.map(str::to_owned))
        .collect();
    let Some(branches) = branches else {
        let is_self = path.len() > 1 && path.last().is_some_and(|name| name == "self");
        paths.push(path[..path.len() - usize::from(is_self)].to_vec());
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, c) in branches.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&path, &branches[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !branches[start..].trim().is_empty() {
        expand(&path, &branches[start..], paths);
    }
}

/// The paths within code.
fn within(code: &str, paths: &mut Vec<Module>) {
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let named = words.filter(|word| word.contains("::"));
    paths.extend(named.map(|word| word.split("::").map(str::to_owned).collect()));
}

/// The siblings that lie on a cycle.
fn in_circles(pairs: &BTreeSet<(String, String)>) -> Vec<&str> {
    let mut reached = pairs.clone();
    loop {
        let further = reached.iter().flat_map(|(a, b)| {
            let next = pairs.iter().filter(move |(from, _)| from == b);
            next.map(move |(_, c)| (a.clone(), c.clone()))
        });
        let further: BTreeSet<_> = further.filter(|pair| !reached.contains(pair)).collect();
        if further.is_empty() {
            break;
        }
        reached.extend(further);
    }
    let names: BTreeSet<&str> = pairs.iter().map(|(a, _)| a.as_str()).collect();
    let comes_back = |name: &&str| reached.contains(&((*name).to_owned(), (*name).to_owned()));
    names.into_iter().filter(comes_back).collect()
}

fn packages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let mut packages: Vec<PathBuf> = [
        "host",
        "host/appwrite",
        "host/manifest",
        "schema",
        "schema/derive",
    ]
    .map(|name| root.join(name))
    .into();
    for group in ["crates", "functions"] {
        let inner = fs::read_dir(root.join(group)).unwrap();
        packages.extend(inner.map(|entry| entry.unwrap().path()));
    }
    packages.retain(|package| package.join("src").is_dir());
    packages
}

#[test]
fn modules_know_each_other_in_one_direction() {
    let mut circles = Vec::new();
    for package in packages() {
        let name = package.file_name().unwrap().to_string_lossy().into_owned();
        for (parent, mut pairs) in Package::read(&package.join("src")).siblings() {
            for (_, [one, other]) in MAY.iter().filter(|(may, _)| *may == name) {
                pairs.remove(&((*one).to_owned(), (*other).to_owned()));
            }
            let circle = in_circles(&pairs);
            if !circle.is_empty() {
                circles.push(format!(
                    "{name} {}: {}",
                    parent.join("::"),
                    circle.join(", ")
                ));
            }
        }
    }
    assert_eq!(circles, Vec::<String>::new());
}

#[test]
fn a_circle_is_seen() {
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    let pairs = BTreeSet::from([
        pair("a", "b"),
        pair("b", "c"),
        pair("c", "b"),
        pair("c", "d"),
    ]);
    assert_eq!(in_circles(&pairs), ["b", "c"]);
    let code = "use crate::a::{self, b::{C, D}};\nfn f() { super::g::h(); }";
    let named: Vec<String> = paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(
        named,
        [
            "crate::a",
            "crate::a::b::C",
            "crate::a::b::D",
            "super::g::h"
        ]
    );
}

/// Packages whose examples aren't tested (`doctest = false`) have none: neither in their comments nor in the README that is their page.
#[test]
fn examples_stand_where_they_are_tested() {
    let mut untested = Vec::new();
    for package in packages() {
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        if !manifest.contains("\ndoctest = false") {
            continue;
        }
        let mut texts = BTreeMap::new();
        collect(&package.join("src"), &Module::new(), &mut texts);
        let mut texts: Vec<String> = texts.into_values().collect();
        texts.extend(fs::read_to_string(package.join("README.md")));
        if texts.iter().any(|text| has_example(text)) {
            untested.push(package);
        }
    }
    assert_eq!(untested, Vec::<PathBuf>::new());
    assert!(has_example("/// ```\n/// one();\n/// ```") && has_example("```rust\none();\n```"));
    assert!(!has_example("//! ```json\n//! {}\n//! ```") && !has_example("```ignore\none();\n```"));
}

/// Whether a text has an example that the documentation's tests would run.
fn has_example(text: &str) -> bool {
    let lines = text.lines().map(|line| {
        let line = line.trim();
        let comment = line.strip_prefix("///").or(line.strip_prefix("//!"));
        comment.unwrap_or(line).trim()
    });
    let fences = lines.filter_map(|line| line.strip_prefix("```"));
    // Each second one ends an example.
    fences
        .step_by(2)
        .any(|kind| ["", "rust", "no_run", "should_panic"].contains(&kind))
}
