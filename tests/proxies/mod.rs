//! nginx and Caddy in front of a bundle, with the files of `docs/proxies` as they stand but for addresses and the certificate:
//! events go through at once, over HTTP/1.1 and HTTP/2.
//!
//! Needs both programs on the search path, and curl. Without one of them its tests are skipped, and say so.

mod curl;
mod server;

use whisper_testkit::{Person, TestApp, Value, json};

use crate::push::{direct, say};
use curl::{Stream, VERSIONS, curl};
use server::{Proxy, caddy, nginx};
pub use server::{adapted, file};

/// After how many seconds of silence a stream gets a comment.
const COMMENTS: u64 = 15;

/// A bundle that believes its proxy, with a proxy of each kind that there is, one after the other.
fn each(variables: &[(&str, &str)], test: impl Fn(&TestApp, &Proxy)) {
    if !curl::speaks_both() {
        return;
    }
    for start in [nginx, caddy] {
        let app = TestApp::own().variable("client_address_header", "x-forwarded-for");
        let set =
            |app: whisper_testkit::Builder, (name, value): &(&str, &str)| app.variable(name, value);
        let Some(app) = variables.iter().fold(app, set).start() else {
            return;
        };
        if let Some(proxy) = start(app.base()) {
            test(&app, &proxy);
        }
    }
}

#[test]
fn an_event_comes_through_at_once() {
    each(&[], |app, proxy| {
        let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
        let path = direct(app, &ann, &bob);
        for (option, protocol) in VERSIONS {
            let mut stream = Stream::open(proxy, option, &bob.token);
            assert_eq!(stream.line(), format!("{protocol} 200"), "{}", proxy.name);
            stream.wait_for("event: stream.ready");
            // Twice: the second must not wait for a third.
            for words in ["one", "two"] {
                let content = format!("{words} by {protocol}");
                say(app, &ann, &path, &json!({"content": content}));
                stream.wait_for("event: message.created");
                let data = stream.wait_for("data: ");
                let event: Value = serde_json::from_str(&data["data: ".len()..]).unwrap();
                assert_eq!(event["message"]["content"], content, "{}", proxy.name);
            }
            assert!(stream.is_open(), "{}", proxy.name);
        }
    });
}

#[test]
fn a_message_goes_in_by_the_proxy_and_the_operators_routes_do_not() {
    each(&[], |app, proxy| {
        let [ann, bob] = ["ann", "bob"].map(|name| app.person(name));
        let path = direct(app, &ann, &bob) + "/messages";
        let job = "/internal/jobs/story-expiry";
        for (option, _) in VERSIONS {
            let sent = post(
                proxy,
                option,
                &ann,
                &path,
                &json!({"content": "Hello"}).to_string(),
            );
            assert_eq!(sent.0, 201, "{}: {}", proxy.name, sent.1);
            let key = app.operator_key();
            let run = curl(proxy, &[option, "-X", "POST"], Some(key), job, b"");
            assert_eq!(run.0, 404, "{}: {}", proxy.name, run.1);
        }
        app.run_job("story-expiry").expect(200);
    });
}

#[test]
fn a_body_as_large_as_a_route_takes_comes_through() {
    each(&[], |app, proxy| {
        let ann = app.person("ann");
        let large = format!("{{\"contacts\": [{}]}}", " ".repeat(3 << 20));
        for (option, _) in VERSIONS {
            let (status, text) = post(proxy, option, &ann, "/v1/contact-imports", &large);
            // The list of contacts is empty: a refusal that names it shows that the bundle read the whole body.
            assert_eq!(status, 422, "{}: {text}", proxy.name);
            assert!(text.contains("\"contacts\""), "{}: {text}", proxy.name);
        }
    });
}

#[test]
fn nobody_says_through_a_proxy_where_they_come_from() {
    each(&[("signup_rate_per_hour", "4")], |app, proxy| {
        let path = "/v1/accounts/anonymous";
        let claim = |n: u32| format!("X-Forwarded-For: 10.1.1.{n}");
        let sign_up = |n| {
            let options = ["--http1.1", "-H", &claim(n)];
            curl(proxy, &options, None, path, b"{}").0
        };
        let all: Vec<u16> = (0..8).map(sign_up).collect();
        assert!(all.contains(&201), "{}: {all:?}", proxy.name);
        assert_eq!(all.last(), Some(&429), "{}: {all:?}", proxy.name);
        // The bundle believes the header, so only the proxy keeps a client from setting it.
        let told = app.post(path).header("x-forwarded-for", "10.1.1.9");
        told.json(&json!({})).send().expect(201);
    });
}

#[test]
fn silence_between_two_comments_ends_no_stream() {
    let nginx = file("nginx.conf");
    let (_, streams) = nginx.split_once("location /v1/realtime {").unwrap();
    let (streams, _) = streams.split_once('}').unwrap();
    for name in ["proxy_read_timeout", "send_timeout"] {
        let value = streams
            .lines()
            .find_map(|line| line.trim().strip_prefix(name));
        let value = value.and_then(|value| value.trim().strip_suffix("s;"));
        let seconds: u64 = value.unwrap_or_else(|| panic!("{name}")).parse().unwrap();
        assert!(seconds >= 2 * COMMENTS, "{name} is {seconds} s");
    }
    // A timeout that Caddy's configuration doesn't name is off.
    let Some(caddy) = adapted(&file("Caddyfile")) else {
        return;
    };
    let caddy = caddy.to_string();
    assert!(caddy.contains("\"grace_period\""), "{caddy}");
    for limit in ["timeout", "flush_interval", "\"encode\""] {
        assert!(!caddy.contains(limit), "{limit}: {caddy}");
    }
}

fn post(proxy: &Proxy, option: &str, who: &Person, path: &str, body: &str) -> (u16, String) {
    curl(proxy, &[option], Some(&who.token), path, body.as_bytes())
}
