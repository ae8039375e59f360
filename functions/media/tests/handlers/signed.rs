//! Addresses that were signed for a user.

use std::rc::Rc;

use whisper_files::{Addresses, Holder, hold};
use whisper_kit::Method;
use whisper_kit::auth::{IdentityServer, Verifying};
use whisper_kit::testing::TestEdge;
use whisper_schema::prelude::{Account, AccountStatus, Contact, StoredFile};
use whisper_store::{Batch, Patch};

use crate::scene::{JPEG, Person, Scene, block_on, content, header};

/// The address of a file, as this user gets it.
fn url(scene: &Scene, who: &Person, id: &str) -> String {
    let file = scene
        .read(&format!("/v1/files/{id}"), &who.token)
        .expect(200);
    file["url"].as_str().unwrap().to_owned()
}

fn status(scene: &Scene, url: &str) -> u16 {
    scene.read(url, "").response.status().as_u16()
}

#[test]
fn an_address_is_good_without_a_token_until_it_ends() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.picture(&ann);
    let url = url(&scene, &ann, &id);
    let read = scene.read(&url, "");
    assert_eq!(read.response.status().as_u16(), 200);
    assert!(read.bytes == JPEG);
    scene.edge.advance(10 * 60_000);
    assert_eq!(status(&scene, &url), 200);
    scene.edge.advance(10 * 60_000);
    assert_eq!(status(&scene, &url), 401);
}

#[test]
fn a_changed_address_is_worth_nothing() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let (id, other) = (scene.picture(&ann), scene.picture(&ann));
    let url = url(&scene, &ann, &id);
    let (path, query) = url.split_once('?').unwrap();
    let part = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).unwrap().1.to_owned()
    };
    let (expires, sig) = (part("expires"), part("sig"));
    let later = expires.parse::<i64>().unwrap() + 600;
    for changed in [
        url.replace(&id, &other),
        url.replace(&ann.id, &bob.id),
        url.replace(&expires, &later.to_string()),
        url.replace(&sig, &"A".repeat(22)),
        url.replace(&sig, &sig[1..]),
        format!("{path}?user={}&expires={expires}", ann.id),
        format!("{path}?user={}&expires={}&sig={sig}", ann.id, i64::MAX),
        path.to_owned(),
    ] {
        assert_eq!(status(&scene, &changed), 401, "{changed}");
    }
    scene
        .read(&format!("{url}&more=1"), "")
        .expect_problem(400, "invalid_query");
    // A token counts before the address.
    scene
        .read(&url, &bob.token)
        .expect_problem(404, "not_found");
}

#[test]
fn the_facts_of_the_moment_count_for_the_user_of_the_address() {
    let scene = Scene::new();
    let (ann, bob) = (scene.person(), scene.person());
    let id = scene.uploaded(&ann, ("avatars", "image/jpeg"), JPEG);
    let file: StoredFile = scene.get(&id).unwrap();
    scene.commit(hold(Batch::new(), [&file], &Holder::avatar(&ann.id)));
    let url = url(&scene, &bob, &id);
    assert_eq!(status(&scene, &url), 200);
    let block = Contact {
        id: "b".into(),
        user_id: ann.id.clone(),
        contact_user_id: bob.id.clone(),
        is_blocked: true,
        ..Contact::default()
    };
    scene.put(&block);
    assert_eq!(status(&scene, &url), 404, "blocked");
    scene.put(&Contact {
        is_blocked: false,
        ..block
    });
    assert_eq!(status(&scene, &url), 200);
    let disabled = Patch::new().set(Account::STATUS, AccountStatus::Disabled);
    scene.commit(Batch::new().update::<Account>(&bob.id, disabled));
    assert_eq!(status(&scene, &url), 401, "out of use");
    let active = Patch::new().set(Account::STATUS, AccountStatus::Active);
    scene.commit(Batch::new().update::<Account>(&bob.id, active));
    assert_eq!(status(&scene, &url), 200);
    // So ends a bot that its owner deletes.
    scene.commit(Batch::new().delete::<Account>(&bob.id));
    assert_eq!(status(&scene, &url), 401, "deleted");
}

/// Signs nobody in.
struct Elsewhere;

impl IdentityServer for Elsewhere {
    fn user_of<'a>(&'a self, _: &'a str) -> Verifying<'a> {
        Box::pin(async { Ok(None) })
    }
}

#[test]
fn users_whom_another_server_signs_in_need_no_account_here() {
    let edge = TestEdge::new(&media::api(), &[]).signed_in_by(Rc::new(Elsewhere));
    let scene = Scene { edge };
    let ctx = scene.edge.ctx();
    let url = block_on(Addresses::of(&ctx, "ann")).unwrap().url("f");
    assert_eq!(status(&scene, &url), 404, "it is asked what they may read");
    scene.put(&Account {
        id: "ann".into(),
        status: AccountStatus::Disabled,
        ..Account::default()
    });
    assert_eq!(status(&scene, &url), 401, "a bot that is out of use");
}

#[test]
fn bytes_by_a_token_are_kept_for_that_token_alone() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.picture(&ann);
    let url = url(&scene, &ann, &id);
    let by_token = scene.read(&content(&id), &ann.token);
    assert_eq!(header(&by_token, "vary"), "authorization");
    let etag = [("if-none-match", header(&by_token, "etag"))];
    let known = scene.with_headers((Method::GET, &content(&id)), &ann.token, &etag);
    let known = scene.request(known);
    assert_eq!(known.response.status().as_u16(), 304);
    assert_eq!(header(&known, "vary"), "authorization");
    let by_address = scene.read(&url, "");
    assert_eq!(header(&by_address, "vary"), "");
    assert!(header(&by_address, "cache-control").contains("immutable"));
}

#[test]
fn a_page_of_another_origin_may_ask_for_ranges() {
    let scene = Scene::with(&[("cors_origins", "https://app.example")]);
    let headers = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "if-range,range"),
    ];
    let asked = scene.with_headers((Method::OPTIONS, &content("f")), "", &headers);
    let preflight = scene.request(asked);
    assert_eq!(preflight.response.status().as_u16(), 204);
    let allowed = header(&preflight, "access-control-allow-headers");
    let allowed: Vec<&str> = allowed.split(", ").collect();
    for name in ["authorization", "if-range", "range", "upload-offset"] {
        assert!(allowed.contains(&name), "{name} in {allowed:?}");
    }
}

#[test]
fn an_address_is_the_same_text_for_a_while() {
    let scene = Scene::new();
    let ann = scene.person();
    let id = scene.picture(&ann);
    let first = url(&scene, &ann, &id);
    scene.edge.advance(60_000);
    assert_eq!(url(&scene, &ann, &id), first);
    scene.edge.advance(10 * 60_000);
    assert_ne!(url(&scene, &ann, &id), first);
}
