//! The members who manage the programs of a group: the ones whom its setting `editDetails` names.

use whisper_testkit::push::PushService;
use whisper_testkit::{Person, Reply, Route, TestApp, Value, json};

use super::{group, webhooks};

/// The operations on webhooks of both kinds, with bodies that are fine; the deletions last.
fn routes(group: &str, url: &str, incoming: &str, outgoing: &str) -> Vec<Route> {
    let (posting, told) = (webhooks(group, "incoming"), webhooks(group, "outgoing"));
    let (one, other) = (
        format!("{posting}/{incoming}"),
        format!("{told}/{outgoing}"),
    );
    let new = json!({"name": "Archive", "url": url, "events": ["message.created"]});
    let name = json!({"name": "Renamed"});
    vec![
        ("GET", posting.clone(), Value::Null),
        ("POST", posting, json!({"name": "Builds"})),
        ("PATCH", one.clone(), name.clone()),
        ("POST", format!("{one}/secret"), Value::Null),
        ("GET", told.clone(), Value::Null),
        ("POST", told, new),
        ("PATCH", other.clone(), name),
        ("POST", format!("{other}/secret"), Value::Null),
        ("GET", format!("{other}/attempts"), Value::Null),
        ("POST", format!("{other}/enable"), Value::Null),
        ("POST", format!("{other}/test"), Value::Null),
        ("DELETE", one, Value::Null),
        ("DELETE", other, Value::Null),
    ]
}

fn give(app: &TestApp, by: &Person, group: &str, to: &Person, role: &str) {
    let path = format!("/v1/conversations/{group}/members/{}", to.id);
    let role = json!({ "role": role });
    by.call(app, "PATCH", &path).json(&role).send().expect(200);
}

#[test]
fn those_who_edit_the_details_manage_webhooks_and_no_others() {
    let receiver = PushService::start();
    let builder = TestApp::own().variable("webhook_origin", receiver.origin());
    let Some(app) = builder.start() else { return };
    let (ann, bob, mia) = (app.person("ann"), app.person("bob"), app.person("mia"));
    let (gone, eve) = (app.person("gone"), app.person("eve"));
    let room = group(&app, &ann, &[&bob, &mia, &gone]);
    give(&app, &ann, &room, &mia, "moderator");
    let path = format!("/v1/conversations/{room}");
    ann.delete(&app, &format!("{path}/members/{}", gone.id))
        .expect(204);
    let url = format!("{}/hook", receiver.origin());
    let make = |kind: &str, body: &Value| {
        let made = ann.post(&app, &webhooks(&room, kind), body).expect(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let incoming = make("incoming", &json!({"name": "Builds"}));
    let events = json!(["message.created"]);
    let outgoing = json!({"name": "Archive", "url": url, "events": events});
    let outgoing = make("outgoing", &outgoing);
    let routes = routes(&room, &url, &incoming, &outgoing);
    let knock = |who: &Person, route: &Route| app.knock(Some(&who.token), route);
    let refused = |reply: Reply, status: u16, code: &str| drop(reply.expect_problem(status, code));
    for route in &routes {
        for who in [&bob, &mia] {
            refused(knock(who, route), 403, "forbidden");
        }
        for who in [&gone, &eve] {
            refused(knock(who, route), 404, "not_found");
        }
    }
    let listed = |kind: &str| {
        let list = ann.get(&app, &webhooks(&room, kind)).expect(200);
        let items = list["items"].as_array().unwrap().iter();
        items.map(|one| one["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (listed("incoming"), listed("outgoing")),
        (vec![json!("Builds")], vec![json!("Archive")]),
        "nothing happened"
    );
    // Each role by the setting: moderators may once it names them.
    let settings = json!({"settings": {"editDetails": "moderators"}});
    let change = ann.call(&app, "PATCH", &path).header("if-match", "*");
    change.json(&settings).send().expect(200);
    for route in &routes {
        refused(knock(&bob, route), 403, "forbidden");
        let done = knock(&mia, route);
        assert!(done.status < 300, "{route:?}: {}", done.text);
    }
    assert_eq!((listed("incoming").len(), listed("outgoing").len()), (1, 1));
}

#[test]
fn members_see_the_commands_of_bots_and_persons_offer_none() {
    let app = TestApp::start();
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let name = format!("{}bot", ann.username);
    let bot = json!({"username": name, "displayName": "Weather"});
    let bot = ann.post(&app, "/v1/me/bots", &bot).expect(201);
    let bot = bot["id"].as_str().unwrap();
    let commands = json!({"commands": [{"name": "weather", "description": "Of a place"}]});
    let offered = format!("/v1/me/bots/{bot}/commands");
    ann.put(&app, &offered, &commands).expect(200);
    bob.put(&app, &offered, &json!({"commands": []}))
        .expect_problem(404, "not_found");
    for who in [&ann, &bob] {
        who.put(&app, "/v1/me/commands", &commands)
            .expect_problem(403, "forbidden");
    }
    let room = group(&app, &ann, &[&bob]);
    let path = format!("/v1/conversations/{room}");
    ann.post(&app, &format!("{path}/members"), &json!({"userIds": [bot]}))
        .expect(200);
    let here = format!("{path}/commands");
    let seen = bob.get(&app, &here).expect(200);
    assert_eq!(seen["items"][0]["commands"], commands["commands"]);
    eve.get(&app, &here).expect_problem(404, "not_found");
    // A bot of somebody with a block in between isn't among them.
    bob.put(&app, &format!("/v1/blocks/{bot}"), &Value::Null)
        .expect(204);
    assert_eq!(bob.get(&app, &here).expect(200)["items"], json!([]));
    assert_eq!(
        ann.get(&app, &here).expect(200)["items"][0]["bot"]["id"],
        bot
    );
    bob.post(&app, &format!("{path}/leave"), &Value::Null)
        .expect(204);
    bob.get(&app, &here).expect_problem(404, "not_found");
}
