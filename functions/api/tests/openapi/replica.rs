//! The endpoints whose reads a replica may answer: reads alone, named in the page for operators, and of components that reach a replica.

use std::collections::BTreeSet;
use std::path::Path;

use whisper_kit::Method;
use whisper_manifest::Manifest;

use super::apis;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn a_replica_answers_reads_alone_and_the_page_names_them() {
    let page = std::fs::read_to_string(root().join("docs/postgres.md")).unwrap();
    let (_, list) = page.split_once("**These lists go there**: ").unwrap();
    let (list, _) = list.split_once(". Nothing else does").unwrap();
    let named: BTreeSet<&str> = list
        .split(", ")
        .map(|name| name.trim_matches('`'))
        .collect();
    let apis = apis();
    let endpoints = apis.iter().flat_map(|api| api.endpoints());
    let there: Vec<_> = endpoints.filter(|e| e.is_at_replica()).collect();
    for endpoint in &there {
        assert_eq!(endpoint.method(), Method::GET, "{}", endpoint.operation());
    }
    let there: BTreeSet<&str> = there.iter().map(|e| e.operation()).collect();
    assert_eq!(there, named);
}

#[test]
fn the_components_that_read_there_are_the_ones_that_reach_it() {
    let manifest = Manifest::load(&root().join("spin.toml")).unwrap();
    let reads: BTreeSet<String> = apis()
        .iter()
        .filter(|api| api.endpoints().iter().any(|e| e.is_at_replica()))
        .map(|api| api.name.to_owned())
        .collect();
    let components = || manifest.components.iter();
    let granted = components().filter(|(_, component)| {
        let mut hosts = component.allowed_outbound_hosts.iter();
        hosts.any(|host| host == "{{ postgres_replica_origin }}")
    });
    let told = components().filter(|(_, component)| {
        let value = component.variables.get("postgres_replica");
        value.is_some_and(|value| value == "{{ postgres_replica }}")
    });
    assert_eq!(
        granted.map(|(id, _)| id.clone()).collect::<BTreeSet<_>>(),
        reads
    );
    assert_eq!(
        told.map(|(id, _)| id.clone()).collect::<BTreeSet<_>>(),
        reads
    );
    let address = &manifest.variables["postgres_replica"];
    assert!(address.secret && address.default.as_deref() == Some(""));
}
