//! The rights that settings give to roles: each right under each setting, tried by somebody of each role.

use super::{give, group, say};
use whisper_testkit::{Person, Reply, TestApp, Value, json};

/// The circles that a setting names, from the smallest on: each has as many of the roles as its place says.
const CIRCLES: [&str; 4] = ["owner", "admins", "moderators", "everyone"];
/// The roles, from the highest on.
const ROLES: [&str; 4] = ["owner", "admin", "moderator", "member"];

/// The way to make use of a right.
type Deed<'a> = &'a dyn Fn(&Person) -> Reply;

/// Somebody of each role, in the order of [`ROLES`], in a group; gives its path.
fn house(app: &TestApp) -> (Vec<Person>, String) {
    let people: Vec<Person> = ROLES.map(|role| app.person(role)).into();
    let others: Vec<&Person> = people[1..].iter().collect();
    let path = group(app, &people[0], &others);
    for (person, role) in people.iter().zip(ROLES).skip(1) {
        give(app, &people[0], &path, person, role).expect(200);
    }
    (people, path)
}

fn change(app: &TestApp, by: &Person, path: &str, body: &Value) -> Reply {
    let change = by.call(app, "PATCH", path).header("if-match", "*");
    change.json(body).send()
}

#[test]
fn each_right_belongs_to_the_roles_that_its_setting_names() {
    let app = TestApp::start();
    let (people, path) = house(&app);
    let owner = &people[0];
    let pinned = say(&app, owner, &path, "The address");
    let pinned = format!("{path}/messages/{pinned}/pin");
    let pin = |who: &Person| {
        let done = who.put(&app, &pinned, &Value::Null);
        let undone = who.delete(&app, &pinned);
        assert_eq!(done.status == 200, undone.status == 204, "{}", undone.text);
        done
    };
    let invite = |who: &Person| who.post(&app, &format!("{path}/invitations"), &json!({}));
    let edit = |who: &Person| {
        let described = json!({"description": format!("by {}", who.username)});
        change(&app, who, &path, &described)
    };
    let mention = |who: &Person| {
        let body = json!({"content": "all", "mentions": ["@all"]});
        who.post(&app, &format!("{path}/messages"), &body)
    };
    // With the circle that each has at first.
    let deeds: [(&str, &str, Deed, u16); 4] = [
        ("pinMessages", "moderators", &pin, 200),
        ("inviteMembers", "admins", &invite, 201),
        ("editDetails", "admins", &edit, 200),
        ("mentionAll", "everyone", &mention, 201),
    ];
    let settings = owner.get(&app, &path).expect(200)["settings"].clone();
    for (right, at_first, deed, done) in deeds {
        assert_eq!(settings[right], at_first, "{right}");
        let at_first = CIRCLES.iter().position(|one| *one == at_first).unwrap();
        let mut tried = vec![(at_first, true)];
        tried.extend((0..CIRCLES.len()).map(|place| (place, false)));
        for (circle, unset) in tried {
            if !unset {
                let set = json!({"settings": {right: CIRCLES[circle]}});
                change(&app, owner, &path, &set).expect(200);
            }
            for (place, (person, role)) in people.iter().zip(ROLES).enumerate() {
                let reply = deed(person);
                let wanted = if place <= circle { done } else { 403 };
                let case = format!("{right}: {} by {role}", CIRCLES[circle]);
                assert_eq!(reply.status, wanted, "{case}: {}", reply.text);
                if wanted == 403 {
                    reply.expect_problem(403, "forbidden");
                }
            }
        }
    }
}

#[test]
fn a_setting_is_given_away_by_those_who_have_the_right_themselves() {
    let app = TestApp::start();
    let (people, path) = house(&app);
    let [owner, admin, moderator, member] = &people[..] else {
        panic!("four roles")
    };
    let set = |by: &Person, right: &str, circle: &str| {
        change(&app, by, &path, &json!({"settings": {right: circle}}))
    };
    for right in ["pinMessages", "inviteMembers", "editDetails", "mentionAll"] {
        for who in [moderator, member] {
            set(who, right, "everyone").expect_problem(403, "forbidden");
        }
        set(admin, right, "owner").expect_problem(403, "forbidden");
        set(admin, right, "moderators").expect(200);
        set(owner, right, "owner").expect(200);
        set(admin, right, "everyone").expect_problem(403, "forbidden");
        let field = format!("settings.{right}");
        set(owner, right, "nobody").expect_fields(&[&field]);
        let settings = member.get(&app, &path).expect(200)["settings"].clone();
        assert_eq!(settings[right], "owner");
    }
}
