//! A conversation and its members as `crates/views` shows them, against the routes' own answers.

use futures::executor::block_on;
use serde_json::{Value, json};
use whisper_kit::Method;
use whisper_views::conversations::conversation_of;
use whisper_views::members::members_of;

use super::hall::Hall;
use super::room::User;

/// The conversation as somebody sees it in the answer of a route, and as it is told them.
async fn both_ways(hall: &Hall, who: &User) {
    let ctx = hall.room.edge.ctx();
    let answer = hall.call(Method::GET, who, "", Value::Null).await;
    let seen = conversation_of(&ctx, &who.id, &hall.id).await.unwrap();
    match seen {
        Some(seen) => assert_eq!(serde_json::to_value(seen).unwrap(), answer.expect(200)),
        None => drop(answer.expect_problem(404, "not_found")),
    }
    let everybody = [&hall.ann, &hall.mia, who].map(|user| user.id.as_str());
    let answer = hall.call(Method::GET, who, "/members", Value::Null).await;
    let seen = members_of(&ctx, &who.id, &hall.id, &everybody)
        .await
        .unwrap();
    let Some((members, users)) = seen else {
        let status = answer.response.status().as_u16();
        assert!([403, 404].contains(&status), "{}", answer.body);
        return;
    };
    let list = answer.expect(200);
    assert_eq!(json!(members), list["items"]);
    assert_eq!(json!(users.users), list["users"]);
}

#[test]
fn they_agree_for_everybody() {
    block_on(async {
        let hall = Hall::new().await;
        let stranger = hall.room.user().await;
        let everybody = [&hall.ann, &hall.mia, &stranger];
        for who in everybody {
            both_ways(&hall, who).await;
        }
        hall.set(json!({"seeMembers": "admins"})).await;
        for who in everybody {
            both_ways(&hall, who).await;
        }
        hall.room.block(&hall.mia, &hall.ann).await;
        for who in everybody {
            both_ways(&hall, who).await;
        }
        hall.ban(&hall.mia).await;
        for who in everybody {
            both_ways(&hall, who).await;
        }
    });
}
