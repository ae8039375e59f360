//! `POST /v1/conversations/{conversationId}/members`: brings people into a group.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_messages::Told;
use whisper_people::blocked_any;
use whisper_people::bots::{bots_come, bots_in, programs};
use whisper_people::ids::member_id;
use whisper_schema::Body;
use whisper_schema::body::forms;
use whisper_schema::prelude::{
    Column, ConversationBot, ConversationMember, ConversationMemberStatus as Status,
    ConversationRight, SystemMessage,
};
use whisper_store::{Batch, Doc, Filter, Query};

use crate::access::{Access, admit, door, same_settings, this_one};
use crate::arrivals::{Arrivals, Newcomer};
use crate::bans;
use crate::draft::MOST_PARTICIPANTS;
use crate::joining::without_requests;
use crate::limits::{ADDED, Uses};
use crate::mark_read::newest;
use crate::others::{Others, Wish};

/// The users who shall join.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"userIds": ["01a2077f-6f27-7adc-b3a2-9485aa79bec2"]}"#)]
pub struct NewMembers {
    /// Ids of 1 to 100 users.
    #[field(required, count = 1..=100, unique, is = forms::ID)]
    pub user_ids: Vec<String>,
}

/// The users who joined.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddedMembersView {
    /// Ids of the users who are members now and were not before.
    pub added: Vec<String>,
    /// Ids of the users who were members already.
    pub already: Vec<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{conversationId}/members",
        "addConversationMembers",
        "Brings people into a group: all of them or nobody; for the owner and admins, if `addMembers` says nothing else.",
        add_members,
    )
    .reply::<AddedMembersView>(200, "The users who joined, and the users who were there already.")
    .codes(&[
        Code::Forbidden,
        Code::ConversationFull,
        Code::TooManyBots,
        Code::DirectConversation, Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 200 with the users who joined. If one of them can't join, none of them does.
async fn add_members(ctx: Ctx, request: Request, Json(new): Json<NewMembers>) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let joined = ctx
        .retry(async || attempt(&ctx, id, &new.user_ids).await)
        .await?;
    Reply::ok(&joined)
}

async fn attempt(ctx: &Ctx, id: &str, users: &[String]) -> Result<Attempt<AddedMembersView>> {
    let me = ctx.caller()?.user_id;
    let asked = (
        door(id, &me),
        (known(id, users), bans::of_users(id, users), bots(id, users)),
        newest(id),
        Others::ask(&me, users),
    );
    let (found, (known, bans, bots), newest, others) = ctx.read(asked).await?;
    let access = admit(found)?;
    access.refuse_direct()?;
    if !access.has(ConversationRight::AddMembers) {
        return Err(Error::forbidden("You may not add members here."));
    }
    let members = known
        .iter()
        .filter(|member| member.status == Status::Active);
    let members: BTreeSet<&str> = members.map(|member| member.user_id.as_str()).collect();
    let others = Others::of(others);
    others.refuse(Wish::Add, "userIds", users, |user| members.contains(user))?;
    bans::refuse_banned(&bans, "userIds", users, ctx.now())?;
    let (already, added): (Vec<String>, Vec<String>) = users
        .iter()
        .cloned()
        .partition(|user| members.contains(user.as_str()));
    if added.is_empty() {
        return Ok(Attempt::Done(AddedMembersView { added, already }));
    }
    let joining = Joining {
        access: &access,
        known: &known,
        added: &added,
        others: &others,
        bots: &bots.unwrap_or_default(),
        position: newest.map(|message| message.seq),
    };
    let uses = Uses::of(ctx, &[(ADDED, added.len())]).await?;
    let committed = uses.try_commit(ctx, joining.batch(ctx)?).await?;
    let joined = committed.map(|_| AddedMembersView { added, already });
    Ok(joined.map_or(Attempt::Retry, Attempt::Done))
}

/// Asks for the memberships that these users have or had.
fn known(conversation: &str, users: &[String]) -> Query<ConversationMember> {
    let ids = users.iter().map(|user| member_id(conversation, user));
    Query::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(MOST_PARTICIPANTS as u32)
}

/// Asks for the bots that belong to the conversation already, if one of these users is a bot.
fn bots(conversation: &str, users: &[String]) -> Option<Query<ConversationBot>> {
    let some = !programs(users).is_empty();
    some.then(|| bots_in(conversation))
}

/// The users who join.
struct Joining<'a> {
    access: &'a Access,
    /// Memberships that they had.
    known: &'a [Doc<ConversationMember>],
    added: &'a [String],
    /// The people, with their consent to the caller.
    others: &'a Others,
    /// The bots that belong to it already; empty where no bot joins, as they weren't asked for then.
    bots: &'a [Doc<ConversationBot>],
    /// The conversation's newest message: messages up to there aren't unread to them.
    position: Option<i64>,
}

impl Joining<'_> {
    fn batch(&self, ctx: &Ctx) -> Result<Batch> {
        let conversation = &self.access.conversation;
        let me = self.access.me.user_id.as_str();
        let arrivals = Arrivals {
            conversation,
            position: self.position,
            invited_by: Some(me),
            invitation_id: None,
        };
        let grown = arrivals.grown(self.added.len() as i64)?;
        let told = SystemMessage::MembersAdded {
            user_ids: self.added.to_vec(),
        };
        let told = Told::of(ctx, conversation, me, [told])?;
        let mut batch = Batch::new()
            .expect_some(this_one(&self.access.me))
            .expect_none(blocked_any(me, self.added.iter().map(String::as_str)))
            .expect_none(bans::keeping_away(&conversation.id, self.added))
            .update_if(
                &conversation.id,
                told.summarised(grown),
                same_settings(conversation),
            );
        for user in self.added {
            let newcomer = Newcomer {
                user,
                is_request: self.others.is_stranger_to(user),
                was_here: self.known.iter().any(|former| former.user_id == *user),
            };
            batch = arrivals.join(ctx, batch, newcomer, &told)?;
        }
        let batch = bots_come(batch, &conversation.id, self.bots, self.added)?;
        let what = json!({"userIds": self.added, "messageIds": told.ids()});
        append(
            ctx,
            told.insert_in(without_requests(batch, &conversation.id, self.added)),
            "conversation.members_added",
            &conversation.id,
            Some(me),
            &what,
        )
    }
}
