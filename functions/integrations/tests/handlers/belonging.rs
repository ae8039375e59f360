//! Bots in conversations: the right to bring them in, their own rights, and the commands that members see.

use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;
use whisper_store::Patch;

use crate::farm::{Farm, offer, one};

fn set(farm: &Farm, who: &Person, names: &[&str]) {
    farm.call(who, Method::PUT, "/v1/me/commands", &offer(names))
        .expect(200);
}

#[test]
fn members_see_the_commands_of_the_bots_among_them() {
    let farm = Farm::new();
    let (ann, bob, eve) = (farm.person("ann"), farm.person("bob"), farm.person("eve"));
    let (sun, rain) = (farm.make(&ann, "sun_bot"), farm.make(&ann, "rain_bot"));
    let group = farm.group(&ann, &[&bob, &sun]);
    let path = format!("/v1/conversations/{group}/commands");
    assert_eq!(farm.commands(&bob, &group), [(sun.id.clone(), vec![])]);
    set(&farm, &sun, &["now", "week"]);
    let owned = format!("{}/commands", one(&rain));
    farm.call(&ann, Method::PUT, &owned, &offer(&["wet"]))
        .expect(200);
    farm.add(&ann, &group, &[&rain]).expect(200);
    let wanted = [
        (sun.id.clone(), vec!["now".to_owned(), "week".to_owned()]),
        (rain.id.clone(), vec!["wet".to_owned()]),
    ];
    assert_eq!(farm.commands(&bob, &group), wanted);
    assert_eq!(farm.commands(&sun, &group), wanted, "bots see them too");
    let shown = farm.get(&bob, &path).expect(200);
    let first = &shown["items"][0];
    assert_eq!(
        (&first["bot"]["isBot"], &first["bot"]["username"]),
        (&json!(true), &json!("sun_bot"))
    );
    assert_eq!(
        first["commands"][0],
        json!({"name": "now", "description": "Does now"})
    );
    farm.get(&eve, &path).expect_problem(404, "not_found");
    farm.get(&eve, "/v1/conversations/nothing/commands")
        .expect_problem(404, "not_found");

    // Replaced as a whole, and taken away.
    set(&farm, &sun, &["later"]);
    assert_eq!(farm.commands(&bob, &group)[0].1, ["later"]);
    assert_eq!(
        farm.get(&ann, &format!("{}/commands", one(&sun)))
            .expect(200),
        offer(&["later"])
    );
    set(&farm, &sun, &[]);
    assert_eq!(farm.get(&sun, "/v1/me/commands").expect(200), offer(&[]));

    // A block hides a bot as it hides people.
    farm.scene.block(&bob, &rain);
    assert_eq!(farm.commands(&bob, &group), [(sun.id.clone(), vec![])]);
    assert_eq!(farm.commands(&ann, &group).len(), 2);

    farm.remove(&ann, &group, &sun).expect(204);
    assert_eq!(
        farm.commands(&ann, &group),
        [(rain.id.clone(), vec!["wet".to_owned()])]
    );
    farm.get(&sun, &path).expect_problem(404, "not_found");
    let leave = format!("/v1/conversations/{group}/leave");
    farm.talk(&rain, Method::POST, &leave, &Value::Null)
        .expect(204);
    assert!(farm.commands(&ann, &group).is_empty());
    farm.add(&ann, &group, &[&sun]).expect(200);
    let ban = format!("/v1/conversations/{group}/bans/{}", sun.id);
    farm.talk(&ann, Method::PUT, &ban, &json!({})).expect(201);
    assert!(farm.scene.all::<ConversationBot>().is_empty());
}

#[test]
fn a_block_hides_the_new_name_of_a_bot_both_ways() {
    for bob_blocks in [true, false] {
        let farm = Farm::new();
        let (ann, bob) = (farm.person("ann"), farm.person("bob"));
        let sun = farm.make(&ann, "sun_bot");
        let group = farm.group(&ann, &[&bob, &sun]);
        let talk = farm.direct(&bob, &sun).expect(201);
        let talk = talk["id"].as_str().unwrap().to_owned();
        let (by, whom) = if bob_blocks {
            (&bob, &sun)
        } else {
            (&sun, &bob)
        };
        farm.scene.put(&Contact {
            id: "block".into(),
            user_id: by.id.clone(),
            contact_user_id: whom.id.clone(),
            is_blocked: true,
            ..Contact::default()
        });
        let name = "New name of the sun";
        let renamed = Patch::new().set(Profile::DISPLAY_NAME, name);
        farm.scene.change::<Profile>(&sun.id, renamed);
        let shown = |who: &Person, place: &str| {
            let path = format!("/v1/conversations/{place}/commands");
            farm.get(who, &path).expect(200).to_string().contains(name)
        };
        assert!(!shown(&bob, &group) && !shown(&bob, &talk), "{bob_blocks}");
        assert!(shown(&ann, &group), "others see it");
    }
}

#[test]
fn what_is_no_command() {
    let farm = Farm::new();
    let ann = farm.person("ann");
    let made = farm.make(&ann, "sun_bot");
    for (body, field) in [
        (json!({}), "commands"),
        (
            json!({"commands": [{"name": "A", "description": "x"}]}),
            "commands[0].name",
        ),
        (
            json!({"commands": [{"name": "a"}]}),
            "commands[0].description",
        ),
        (json!({"commands": "a"}), "commands"),
    ] {
        let refused = farm.call(&made, Method::PUT, "/v1/me/commands", &body);
        let problem = refused.expect_problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let many: Vec<String> = (0..100).map(|n| format!("c{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    set(&farm, &made, &many);
    assert_eq!(farm.get(&made, "/v1/me/commands").expect(200), offer(&many));
    let path = "/v1/me/commands";
    farm.get(&ann, path).expect_problem(403, "forbidden");
    farm.call(&ann, Method::PUT, path, &offer(&["a"]))
        .expect_problem(403, "forbidden");
}

#[test]
fn a_bot_never_writes_first_and_answers_whoever_wrote() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "sun_bot");
    set(&farm, &made, &["now"]);
    farm.direct(&made, &bob).expect_problem(403, "not_for_bots");
    farm.try_group(&made, &[&bob])
        .expect_problem(403, "not_for_bots");
    assert!(farm.scene.all::<Conversation>().is_empty());
    let talk = farm.direct(&bob, &made).expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    farm.scene.say(&bob, &talk, "/now");
    // It is no request: the bot finds it in its list, and answers.
    let list = farm
        .talk(&made, Method::GET, "/v1/conversations", &Value::Null)
        .expect(200);
    assert_eq!(list["items"][0]["id"], *talk);
    farm.scene.say(&made, &talk, "Sunny");
    assert_eq!(
        farm.commands(&bob, &talk),
        [(made.id.clone(), vec!["now".to_owned()])]
    );
    let seen = farm.scene.read(&bob, &talk, "?order=asc").expect(200);
    assert_eq!(seen["users"][&made.id]["isBot"], true);
    assert!(seen["users"][&bob.id]["isBot"].is_null());
    farm.scene.block(&bob, &made);
    let path = format!("/v1/conversations/{talk}/commands");
    assert_eq!(farm.get(&bob, &path).expect(200)["items"], json!([]));
}

#[test]
fn its_owner_says_whether_others_add_it() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "sun_bot");
    let private = json!({"canJoinGroups": false});
    farm.call(&ann, Method::PATCH, &one(&made), &private)
        .expect(200);
    let field = |answer: whisper_kit::testing::Answer| {
        let problem = answer.expect_problem(422, "validation_failed");
        problem["errors"][0]["field"].as_str().unwrap().to_owned()
    };
    assert_eq!(field(farm.try_group(&bob, &[&made])), "participantIds[0]");
    let group = farm.group(&bob, &[]);
    assert_eq!(field(farm.add(&bob, &group, &[&made])), "userIds[0]");
    // A member who may add nobody doesn't add a bot of theirs either.
    farm.scene.join(&group, &ann.id);
    farm.add(&ann, &group, &[&made])
        .expect_problem(403, "forbidden");
    let own = farm.group(&ann, &[&made]);
    assert_eq!(farm.commands(&ann, &own).len(), 1);
    let open = json!({"canJoinGroups": true});
    farm.call(&ann, Method::PATCH, &one(&made), &open)
        .expect(200);
    farm.add(&bob, &group, &[&made]).expect(200);
    farm.direct(&bob, &made).expect(201);
}

#[test]
fn a_conversation_has_twenty_bots() {
    let farm = Farm::with(&[("bots_per_user", "50")]);
    let ann = farm.person("ann");
    let bots: Vec<Person> = (0..22)
        .map(|n| farm.make(&ann, &format!("n{n}_bot")))
        .collect();
    let all: Vec<&Person> = bots.iter().collect();
    farm.try_group(&ann, &all)
        .expect_problem(409, "too_many_bots");
    let group = farm.group(&ann, &all[..19]);
    farm.add(&ann, &group, &all[19..21])
        .expect_problem(409, "too_many_bots");
    // Two at once for the last place.
    let add = |bot: &Person| {
        let path = format!("/v1/conversations/{group}/members");
        let body = json!({"userIds": [bot.id]});
        let (talks, token) = (&farm.talks, ann.token.clone());
        async move { talks.send(Method::POST, &path, &token, &body).await }
    };
    let both = futures::future::join(add(&bots[19]), add(&bots[20]));
    let (one, other) = futures::executor::block_on(both);
    let mut statuses = [
        one.response.status().as_u16(),
        other.response.status().as_u16(),
    ];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(farm.commands(&ann, &group).len(), 20);
    farm.remove(&ann, &group, &bots[3]).expect(204);
    farm.add(&ann, &group, &all[21..]).expect(200);
    assert_eq!(farm.scene.all::<ConversationBot>().len(), 20);
}

#[test]
fn a_bot_owns_no_group_while_a_person_is_left() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "sun_bot");
    let group = farm.group(&ann, &[&made, &bob]);
    let path = format!("/v1/conversations/{group}/members/{}", made.id);
    let role = |role: &str| farm.talk(&ann, Method::PATCH, &path, &json!({"role": role}));
    role("owner").expect_problem(403, "forbidden");
    role("admin").expect(200);
    // It may act as its role lets it, and bring in nobody.
    let name = json!({"name": "Weather"});
    let one = format!("/v1/conversations/{group}");
    let mut request = farm
        .talks
        .request_of(Method::PATCH, &one, &made.token, &name);
    request.headers.insert("if-match", "*".parse().unwrap());
    futures::executor::block_on(farm.talks.request(request)).expect(200);
    let eve = farm.person("eve");
    farm.add(&made, &group, &[&eve])
        .expect_problem(403, "not_for_bots");
    // The owner's account goes: a member who is a person follows, though the bot is an admin.
    let gone = futures::executor::block_on(conversations::depart(&farm.talks.ctx(), &ann.id, None));
    let gone = gone.unwrap();
    assert!(gone.next.is_none() && gone.missed.is_none(), "{gone:?}");
    let owner = farm.scene.all::<ConversationMember>().into_iter();
    let owners: Vec<String> = owner
        .filter(|member| {
            member.role == ConversationMemberRole::Owner
                && member.status == ConversationMemberStatus::Active
        })
        .map(|member| member.user_id)
        .collect();
    assert_eq!(owners, std::slice::from_ref(&bob.id));
    futures::executor::block_on(conversations::depart(&farm.talks.ctx(), &bob.id, None)).unwrap();
    assert_eq!(farm.scene.get::<Conversation>(&group).participant_count, 1);
}

#[test]
fn an_ordinary_join_costs_what_it_did() {
    let farm = Farm::new();
    let (ann, bob) = (farm.person("ann"), farm.person("bob"));
    let made = farm.make(&ann, "sun_bot");
    let group = farm.group(&ann, &[]);
    let rows = |whom: &Person| {
        farm.talks.rows_written();
        farm.add(&ann, &group, &[whom]).expect(200);
        farm.talks.rows_written()
    };
    let (person, bot) = (rows(&bob), rows(&made));
    assert_eq!((person.len(), bot.len()), (1, 1));
    assert_eq!(
        bot[0],
        person[0] + 1,
        "its place among the conversation's bots"
    );
}
