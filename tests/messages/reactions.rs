//! Reactions over HTTP: emoji in paths, counts, and word to the author.

use super::{alone, direct, group, id, say, send};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// `PUT` or `DELETE` of an emoji, as clients write it in a path.
fn path(messages: &str, message: &str, reaction: &str) -> String {
    let encoded: String = reaction.bytes().map(|b| format!("%{b:02X}")).collect();
    format!("{messages}/{message}/reactions/{encoded}")
}

fn react(app: &TestApp, who: &Person, messages: &str, message: &str, reaction: &str) -> Reply {
    who.put(app, &path(messages, message, reaction), &Value::Null)
}

#[test]
fn people_react_and_take_it_back() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let messages = group(&app, &ann, &[&bob]);
    let message = say(&app, &ann, &messages, "Done!");
    let one = format!("{messages}/{message}");
    for reaction in ["👍", "👩‍🚀", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"] {
        let set = react(&app, &bob, &messages, &message, reaction).expect(200);
        assert_eq!(set["reaction"], reaction);
    }
    react(&app, &bob, &messages, &message, "🎉").expect_problem(409, "too_many_reactions");
    react(&app, &ann, &messages, &message, "👍").expect(200);
    react(&app, &ann, &messages, &message, "like").expect_fields(&["reaction"]);
    react(&app, &eve, &messages, &message, "👍").expect_problem(404, "not_found");

    let seen = alone(&app, &bob, &one);
    assert_eq!(
        seen["reactionCounts"][0],
        json!({"reaction": "👍", "count": 2})
    );
    assert_eq!(seen["reactionCounts"].as_array().unwrap().len(), 3);
    assert_eq!(seen["myReactions"].as_array().unwrap().len(), 3);
    assert_eq!(seen["reactions"]["👍"], json!([bob.id, ann.id]));

    bob.delete(&app, &path(&messages, &message, "👍"))
        .expect(204);
    let seen = alone(&app, &bob, &one);
    assert_eq!(seen["reactions"]["👍"], json!([ann.id]));
    let list = ann
        .get(&app, &format!("{one}/reactions?limit=2"))
        .expect(200);
    assert_eq!(list["items"][0]["userId"], ann.id);
    assert_eq!(list["users"][&bob.id]["username"], bob.username);
    let next = list["next"].as_str().unwrap();
    let rest = ann.get(&app, &format!("{one}/reactions?after={next}"));
    assert_eq!(rest.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn the_author_hears_of_a_reaction() {
    let app = TestApp::start();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let messages = direct(&app, &ann, &bob);
    let message = id(&send(&app, &ann, &messages, &json!({"content": "Hi"})).expect(201));
    react(&app, &bob, &messages, &message, "❤").expect(200);
    let told = app.eventually(|| {
        let inbox = ann.get(&app, "/v1/notifications").expect(200);
        let items = inbox["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["type"] == "like")
    });
    assert_eq!(told["metadata"]["messageId"], message);
    assert_eq!(told["metadata"]["userId"], bob.id);
}
