//! Rights by role and settings against a simple model: a table of the roles by their height.

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use whisper_kit::Method;

use super::room::{Room, User};

/// From the highest on.
const ROLES: [&str; 4] = ["owner", "admin", "moderator", "member"];
/// The circles; each has as many of the roles as its place says, and everyone has all.
const CIRCLES: [&str; 4] = ["owner", "admins", "moderators", "everyone"];
const RIGHTS: [&str; 8] = [
    "sendMessages",
    "addMembers",
    "editDetails",
    "pinMessages",
    "inviteMembers",
    "mentionAll",
    "seeMembers",
    "setMessageTimer",
];
/// The circles of the rights at first, by their places.
const AT_FIRST: [usize; 8] = [3, 1, 1, 2, 1, 3, 3, 1];

/// Somebody of each role, in the order of [`ROLES`], in a group with these circles.
struct House {
    room: Room,
    people: Vec<User>,
    path: String,
    circles: [usize; 8],
}

impl House {
    async fn new(circles: [usize; 8]) -> Self {
        let room = Room::new();
        let mut people = Vec::new();
        for _ in ROLES {
            people.push(room.user().await);
        }
        let others: Vec<&User> = people[1..].iter().collect();
        let path = format!(
            "/v1/conversations/{}",
            room.group(&people[0], &others).await
        );
        for (person, role) in people.iter().zip(ROLES).skip(1) {
            let member = format!("{path}/members/{}", person.id);
            room.patch(&people[0], &member, json!({ "role": role }))
                .await;
        }
        let house = House {
            room,
            people,
            path,
            circles,
        };
        let all = (0..8).map(|right| (right, circles[right])).collect();
        let set = json!({"settings": settings(all)});
        assert_eq!(house.change(0, &set).await, 200);
        house
    }

    /// Whether somebody of that role has a right.
    fn has(&self, role: usize, right: &str) -> bool {
        let right = RIGHTS.iter().position(|one| *one == right).unwrap();
        role <= self.circles[right]
    }

    async fn change(&self, role: usize, body: &Value) -> u16 {
        let who = &self.people[role];
        let answer = self
            .room
            .send_matching(Method::PATCH, who, &self.path, body);
        answer.await.response.status().as_u16()
    }

    async fn add(&self, role: usize) -> u16 {
        let new = self.room.user().await;
        let body = json!({"userIds": [new.id]});
        let path = format!("{}/members", self.path);
        let answer = self.room.post(&self.people[role], &path, body).await;
        answer.response.status().as_u16()
    }

    async fn list(&self, role: usize) -> u16 {
        let path = format!("{}/members", self.path);
        let who = &self.people[role];
        let answer = self.room.send(Method::GET, who, &path, &Value::Null).await;
        answer.response.status().as_u16()
    }

    /// The places of the people whom somebody is shown as members, by the conversation's own answer and by the list.
    async fn seen(&self, role: usize) -> [Vec<usize>; 2] {
        let who = &self.people[role];
        let one = self.room.get(who, &self.path).await;
        let list = self.room.get(who, "/v1/conversations").await;
        [&one, &list["items"][0]].map(|of| {
            let ids = of["participantIds"].as_array().unwrap();
            let is_shown = |place: &usize| ids.contains(&json!(self.people[*place].id));
            (0..ROLES.len()).filter(is_shown).collect()
        })
    }
}

/// Settings with these rights' circles, each by its place.
fn settings(circles: Vec<(usize, usize)>) -> Map<String, Value> {
    let named = circles.into_iter();
    let named = named.map(|(right, circle)| (RIGHTS[right].to_owned(), CIRCLES[circle].into()));
    named.collect()
}

fn allowed(allowed: bool) -> u16 {
    if allowed { 200 } else { 403 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn who_may_add_edit_and_see(circles in prop::array::uniform8(0usize..4)) {
        block_on(async {
            let house = House::new(circles).await;
            for (role, name) in ROLES.iter().enumerate() {
                let case = format!("{name} with {circles:?}");
                let edit = json!({"name": format!("by {name}")});
                let edited = house.change(role, &edit).await;
                assert_eq!(edited, allowed(house.has(role, "editDetails")), "{case}");
                let timed = json!({"settings": {"messageTimerSeconds": 60 + role}});
                let timed = house.change(role, &timed).await;
                assert_eq!(timed, allowed(house.has(role, "setMessageTimer")), "{case}");
                let listed = house.list(role).await;
                assert_eq!(listed, allowed(house.has(role, "seeMembers")), "{case}");
                // The members who run it are seen by all, and everybody sees themselves.
                let seen = match house.has(role, "seeMembers") || role == 3 {
                    true => vec![0, 1, 2, 3],
                    false => vec![0, 1, 2],
                };
                assert_eq!(house.seen(role).await, [seen.clone(), seen], "{case}");
                let added = house.add(role).await;
                assert_eq!(added, allowed(house.has(role, "addMembers")), "{case}");
            }
        });
    }

    #[test]
    fn who_may_set_which_right(
        circles in prop::array::uniform8(0usize..4),
        new in prop::collection::btree_map(0usize..8, 0usize..4, 0..4),
    ) {
        block_on(async {
            let mut house = House::new(circles).await;
            for role in [3, 2, 1, 0] {
                let set = json!({"settings": settings(new.clone().into_iter().collect())});
                // A member gives and takes no right that they don't have themselves.
                let within = |(right, circle): (&usize, &usize)| {
                    let now = house.circles[*right];
                    now == *circle || (role <= now && role <= *circle)
                };
                let may = role <= 1 && new.iter().all(within);
                let case = format!("{} {circles:?} -> {new:?}", ROLES[role]);
                assert_eq!(house.change(role, &set).await, allowed(may), "{case}");
                if may {
                    new.iter().for_each(|(right, circle)| house.circles[*right] = *circle);
                }
                let seen = house.room.get(&house.people[role], &house.path).await;
                for (right, circle) in house.circles.iter().enumerate() {
                    assert_eq!(seen["settings"][RIGHTS[right]], CIRCLES[*circle], "{case}");
                }
            }
        });
    }
}

#[test]
fn rights_are_these_at_first() {
    block_on(async {
        let room = Room::new();
        let ann = room.user().await;
        let path = format!("/v1/conversations/{}", room.group(&ann, &[]).await);
        let seen = room.get(&ann, &path).await;
        for (right, circle) in RIGHTS.iter().zip(AT_FIRST) {
            assert_eq!(seen["settings"][right], CIRCLES[circle], "{right}");
        }
        let set = json!({"settings": {"addMembers": "owner"}});
        room.send_matching(Method::PATCH, &ann, &path, &set)
            .await
            .expect(200);
        let reset = json!({"settings": null});
        let reset = room.send_matching(Method::PATCH, &ann, &path, &reset);
        assert_eq!(reset.await.expect(200)["settings"]["addMembers"], "admins");
    });
}

#[test]
fn who_may_not_change_it_may_still_send_nothing() {
    block_on(async {
        let house = House::new(AT_FIRST).await;
        assert_eq!(house.change(3, &json!({})).await, 200, "it changes nothing");
        assert_eq!(house.room.events("conversation.updated").await, 1);
        let both = json!({"name": "x", "settings": {"history": "joined"}});
        assert_eq!(house.change(2, &both).await, 403);
        assert_eq!(house.change(1, &both).await, 200);
    });
}
