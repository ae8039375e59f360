//! Links, requests and memberships against a simple model: the counts are exact after any steps in any order.

use std::collections::{BTreeMap, BTreeSet};

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_schema::prelude::*;
use whisper_store::Filter;

use super::hall::{Hall, status};
use super::room::User;

/// Users beside the owner.
const USERS: usize = 4;
/// Members that the group may have.
const MOST: usize = 4;

/// A step.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A user comes by the link.
    Come(usize),
    /// A user comes from the directory.
    Join(usize),
    Leave(usize),
    Withdraw(usize),
    Approve(usize),
    Decline(usize),
    Ban(usize),
    Lift(usize),
    /// The link may be used so often.
    Uses(i64),
    /// The link wants approval, or doesn't.
    Approval(bool),
    /// All newcomers wait, or don't.
    Setting(bool),
    Public(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let user = || 0..USERS;
    prop_oneof![
        4 => user().prop_map(Step::Come),
        3 => user().prop_map(Step::Join),
        3 => user().prop_map(Step::Leave),
        1 => user().prop_map(Step::Withdraw),
        3 => user().prop_map(Step::Approve),
        1 => user().prop_map(Step::Decline),
        1 => user().prop_map(Step::Ban),
        1 => user().prop_map(Step::Lift),
        1 => (1i64..6).prop_map(Step::Uses),
        2 => any::<bool>().prop_map(Step::Approval),
        1 => any::<bool>().prop_map(Step::Setting),
        1 => any::<bool>().prop_map(Step::Public),
    ]
}

/// A request: whether it was declined, and whether it came by the link.
#[derive(Clone, Copy, Debug)]
struct Asked {
    declined: bool,
    withdrawn: bool,
    by_link: bool,
}

/// The whole of it, as simply as can be.
#[derive(Debug, Default)]
struct Model {
    /// Members beside the owner, and whether they came by the link.
    members: BTreeMap<usize, bool>,
    asked: BTreeMap<usize, Asked>,
    banned: BTreeSet<usize>,
    uses: i64,
    most_uses: i64,
    link_approval: bool,
    setting: bool,
    public: bool,
}

impl Model {
    fn is_full(&self) -> bool {
        self.members.len() + 1 >= MOST
    }

    fn enter(&mut self, user: usize, by_link: bool) -> u16 {
        if self.members.contains_key(&user) {
            return 200;
        }
        let leads = match by_link {
            true => self.uses < self.most_uses,
            false => self.public,
        };
        if self.banned.contains(&user) || !leads {
            return 404;
        }
        if self.is_full() {
            return 409;
        }
        if self.setting || (by_link && self.link_approval) {
            let new = Asked {
                declined: false,
                withdrawn: false,
                by_link,
            };
            self.asked.entry(user).or_insert(new).withdrawn = false;
            return 202;
        }
        self.arrive(user, by_link);
        201
    }

    fn arrive(&mut self, user: usize, by_link: bool) {
        self.asked.remove(&user);
        self.members.insert(user, by_link);
        self.uses += i64::from(by_link);
    }

    fn approve(&mut self, user: usize) -> u16 {
        if self.members.contains_key(&user) {
            return 204;
        }
        match self.asked.get(&user) {
            Some(asked) if !asked.withdrawn => {
                if self.is_full() || (asked.by_link && self.uses >= self.most_uses) {
                    return 409;
                }
                let by_link = asked.by_link;
                self.arrive(user, by_link);
                204
            }
            _ => 404,
        }
    }

    fn decline(&mut self, user: usize) -> u16 {
        match self.asked.get_mut(&user) {
            Some(asked) if !asked.withdrawn => {
                asked.declined = true;
                204
            }
            _ => 404,
        }
    }

    fn withdraw(&mut self, user: usize) -> u16 {
        match self.asked.get_mut(&user) {
            Some(asked) if asked.withdrawn => 404,
            Some(asked) if asked.declined => {
                asked.withdrawn = true;
                204
            }
            Some(_) => {
                self.asked.remove(&user);
                204
            }
            None => 404,
        }
    }

    fn ban(&mut self, user: usize) -> u16 {
        self.members.remove(&user);
        self.asked.remove(&user);
        match self.banned.insert(user) {
            true => 201,
            false => 200,
        }
    }

    fn step(&mut self, step: Step) -> u16 {
        match step {
            Step::Come(user) => self.enter(user, true),
            Step::Join(user) => self.enter(user, false),
            Step::Leave(user) => self.members.remove(&user).map_or(404, |_| 204),
            Step::Withdraw(user) => self.withdraw(user),
            Step::Approve(user) => self.approve(user),
            Step::Decline(user) => self.decline(user),
            Step::Ban(user) => self.ban(user),
            Step::Lift(user) => match self.banned.remove(&user) {
                true => 204,
                false => 404,
            },
            Step::Uses(most) => {
                self.most_uses = most;
                200
            }
            Step::Approval(wanted) => {
                self.link_approval = wanted;
                200
            }
            Step::Setting(wanted) => {
                self.setting = wanted;
                200
            }
            Step::Public(public) => {
                self.public = public;
                if public { 200 } else { 204 }
            }
        }
    }
}

/// The group, by the function.
struct Real {
    hall: Hall,
    users: Vec<User>,
    link: String,
    code: String,
}

impl Real {
    async fn new() -> Self {
        let hall = Hall::small(MOST as i64).await;
        let mut users = Vec::new();
        for _ in 0..USERS {
            users.push(hall.room.user().await);
        }
        let (link, code) = hall.invite(&hall.ann, json!({"maxUses": 3})).await;
        Real {
            hall,
            users,
            link,
            code,
        }
    }

    async fn change(&self, change: Value) -> u16 {
        let path = format!("/invitations/{}", self.link);
        let answer = self.hall.call(Method::PATCH, &self.hall.ann, &path, change);
        status(&answer.await)
    }

    async fn step(&self, step: Step) -> u16 {
        let (hall, ann) = (&self.hall, &self.hall.ann);
        let ban = |user: usize| format!("/bans/{}", self.users[user].id);
        let answer = match step {
            Step::Come(user) => hall.come(&self.users[user], &self.code).await,
            Step::Join(user) => hall.join(&self.users[user]).await,
            Step::Leave(user) => {
                hall.call(Method::POST, &self.users[user], "/leave", Value::Null)
                    .await
            }
            Step::Withdraw(user) => {
                let id =
                    whisper_kit::ids::derived_id(&["join request", &hall.id, &self.users[user].id]);
                hall.withdraw(&self.users[user], &id).await
            }
            Step::Approve(user) => hall.answer(ann, &self.users[user], "approve").await,
            Step::Decline(user) => hall.answer(ann, &self.users[user], "decline").await,
            Step::Ban(user) => hall.call(Method::PUT, ann, &ban(user), Value::Null).await,
            Step::Lift(user) => {
                hall.call(Method::DELETE, ann, &ban(user), Value::Null)
                    .await
            }
            Step::Uses(most) => return self.change(json!({"maxUses": most})).await,
            Step::Approval(wanted) => return self.change(json!({"needsApproval": wanted})).await,
            Step::Setting(wanted) => {
                hall.set(json!({"joinApproval": wanted})).await;
                return 200;
            }
            Step::Public(true) => hall.publish(json!({"tags": ["t"]})).await,
            Step::Public(false) => {
                hall.call(Method::DELETE, ann, "/listing", Value::Null)
                    .await
            }
        };
        status(&answer)
    }

    /// Holds the rows against the model.
    async fn compare(&self, model: &Model) {
        let hall = &self.hall;
        let members = model.members.len() as i64 + 1;
        assert_eq!(
            hall.room.participants(&hall.id).await,
            (members, members as u64)
        );
        let link = hall.invitation(&self.link).await;
        assert_eq!(link.uses, model.uses);
        for (user, by_link) in &model.members {
            let member = hall.member(&self.users[*user]).await;
            assert_eq!(member.invitation_id.is_some(), *by_link);
        }
        let waiting: BTreeSet<String> = hall.waiting().await.into_iter().collect();
        let pending = model.asked.iter().filter(|(_, asked)| !asked.declined);
        let pending = pending.map(|(user, _)| self.users[*user].id.clone());
        assert_eq!(waiting, pending.collect());
        for (user, who) in self.users.iter().enumerate() {
            let shown = model.asked.get(&user).is_some_and(|asked| !asked.withdrawn);
            assert_eq!(hall.asked(who).await.len(), usize::from(shown));
        }
        let listed = hall.room.count::<PublicConversation>(Filter::and([])).await;
        let tagged = hall.room.count::<PublicConversationTag>(Filter::and([]));
        let public = u64::from(model.public);
        assert_eq!((listed, tagged.await), (public, public));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn counts_are_exact(steps in prop::collection::vec(step(), 1..40)) {
        block_on(async {
            let real = Real::new().await;
            let mut model = Model { most_uses: 3, ..Model::default() };
            for (i, step) in steps.iter().enumerate() {
                assert_eq!(real.step(*step).await, model.step(*step), "{i}: {step:?} of {steps:?} with {model:?}");
            }
            real.compare(&model).await;
        });
    }

    #[test]
    fn whoever_comes_at_once_is_counted_once(
        most_uses in 1i64..5, seats in 2usize..5, comers in prop::collection::vec(0..USERS, 2..8),
    ) {
        block_on(async {
            let hall = Hall::small(seats as i64).await;
            let mut users = Vec::new();
            for _ in 0..USERS {
                users.push(hall.room.user().await);
            }
            let (link, code) = hall.invite(&hall.ann, json!({"maxUses": most_uses})).await;
            let coming = comers.iter().map(|user| hall.come(&users[*user], &code));
            let answers = futures::future::join_all(coming).await;
            let joined = answers.iter().filter(|answer| status(answer) == 201).count();
            let different = comers.iter().collect::<BTreeSet<_>>().len();
            let most = different.min(seats - 1).min(most_uses as usize);
            assert_eq!(joined, most);
            assert_eq!(hall.invitation(&link).await.uses, most as i64);
            let members = most as i64 + 1;
            assert_eq!(hall.room.participants(&hall.id).await, (members, members as u64));
        });
    }
}
