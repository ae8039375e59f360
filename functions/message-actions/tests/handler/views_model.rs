//! Views against a simple model: with two instances at work at once each viewer counts once, and the numbers are those of the rows.

use std::collections::BTreeSet;

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::json;
use whisper_kit::Method;
use whisper_messages::testing::Person;
use whisper_schema::prelude::*;

const POSTS: usize = 4;

/// One request: the user, and the messages that they saw.
type Act = (usize, BTreeSet<usize>);

fn act() -> impl Strategy<Value = Act> {
    (0..3_usize, prop::collection::btree_set(0..POSTS, 1..=POSTS))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn two_instances_count_each_viewer_once(pairs in prop::collection::vec((act(), act()), 1..10)) {
        let scene = crate::scene_with(&[("post_view_rate_per_minute", "0")]);
        let people: Vec<Person> = (0..3).map(|_| scene.person()).collect();
        let channel = scene.group(&people.iter().collect::<Vec<_>>());
        let kind = whisper_store::Patch::new().set(Conversation::KIND, ConversationKind::Channel);
        scene.change::<Conversation>(&channel, kind);
        let owner = whisper_store::Patch::new().set(ConversationMember::ROLE, ConversationMemberRole::Owner);
        let member = whisper_people::ids::member_id(&channel, &people[0].id);
        scene.change::<ConversationMember>(&member, owner);
        let posts: Vec<String> = (0..POSTS).map(|n| scene.say(&people[0], &channel, &n.to_string())).collect();
        let other = scene.actions.another(&message_actions::api());
        let path = format!("/v1/conversations/{channel}/views");
        let mut model = BTreeSet::<(usize, usize)>::new();
        for (one, two) in pairs {
            let body = |act: &Act| {
                let ids: Vec<&str> = act.1.iter().map(|post| posts[*post].as_str()).collect();
                json!({"messageIds": ids})
            };
            let (first, second) = (body(&one), body(&two));
            let first = scene.actions.send(Method::POST, &path, &people[one.0].token, &first);
            let second = other.send(Method::POST, &path, &people[two.0].token, &second);
            let (first, second) = block_on(futures::future::join(first, second));
            first.expect(200);
            second.expect(200);
            for (who, seen) in [one, two] {
                model.extend(seen.into_iter().map(|post| (post, who)));
            }
            prop_assert_eq!(scene.all::<PostViewer>().len(), model.len());
            for post in scene.all::<ChannelPost>() {
                let place = posts.iter().position(|id| *id == post.id).unwrap();
                let viewers = model.iter().filter(|(of, _)| *of == place).count();
                prop_assert_eq!(post.views, viewers as i64);
            }
        }
    }
}
