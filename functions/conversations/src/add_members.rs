//! `POST /v1/conversations/{id}/members`: brings people into a group.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::ids::member_id;
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::Rule;
use whisper_schema::prelude::{
    Column, Conversation, ConversationMember, ConversationMemberRole as Role,
    ConversationMemberStatus as Status, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Patch, Query};

use crate::access::{Access, admit, door, this_one};
use crate::commit::{commit, settle};
use crate::create::membership;
use crate::draft::{MOST_PARTICIPANTS, broken, no_such_users, repeated};
use crate::people::{accounts, blocked, blocks, unreachable};
use crate::rules::may_manage;

/// Who shall join.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMembers {
    /// Ids of 1 to 100 users.
    pub user_ids: Vec<String>,
}

/// Who joined.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddedMembers {
    /// Ids of those who are members now and were not before.
    pub added: Vec<String>,
    /// Ids of those who were members already.
    pub already: Vec<String>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations/{id}/members",
        "addConversationMembers",
        "Brings people into a group: all of them or nobody; for the owner and admins.",
        add_members,
    )
    .body::<NewMembers>()
    .reply::<AddedMembers>(200, "Who joined, and who was there already.")
    .codes(&[
        Code::Forbidden,
        Code::ConversationFull,
        Code::DirectConversation,
    ])
}

/// Answers 200 with who joined; nobody does when one of them can't.
async fn add_members(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("id")?;
    let NewMembers { user_ids } = request.json()?;
    let mut wrong = repeated(&user_ids, "userIds");
    if !(1..=MOST_PARTICIPANTS).contains(&user_ids.len()) {
        wrong = vec![broken("userIds", Rule::Size, "must name 1 to 100 users")];
    }
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    let joined = settle(async || attempt(&ctx, id, &user_ids).await).await?;
    Reply::ok(&joined)
}

async fn attempt(ctx: &Ctx, id: &str, users: &[String]) -> Result<Option<AddedMembers>> {
    let me = ctx.caller()?.user_id;
    let what = (
        door(id, &me),
        known(id, users),
        accounts(users),
        blocks(&me, users),
    );
    let (found, known, accounts, blocks) = ctx.read(what).await?;
    let access = admit(found)?;
    access.refuse_direct()?;
    if !may_manage(access.me.role) {
        return Err(Error::forbidden(
            "Only the owner and admins may add members.",
        ));
    }
    let members = known
        .iter()
        .filter(|member| member.status == Status::Active);
    let members: BTreeSet<&str> = members.map(|member| member.user_id.as_str()).collect();
    let (already, added): (Vec<String>, Vec<String>) = users
        .iter()
        .cloned()
        .partition(|user| members.contains(user.as_str()));
    let mut unreachable = unreachable(users, &accounts, &blocks);
    unreachable.retain(|i| !members.contains(users[*i].as_str()));
    if !unreachable.is_empty() {
        return Err(no_such_users("userIds", &unreachable));
    }
    if added.is_empty() {
        return Ok(Some(AddedMembers { added, already }));
    }
    let batch = joining(ctx, &access, &known, &added)?;
    Ok(commit(ctx, batch)
        .await?
        .map(|_| AddedMembers { added, already }))
}

/// Asks for the memberships that these users have or had.
fn known(conversation: &str, users: &[String]) -> Query<ConversationMember> {
    let ids = users.iter().map(|user| member_id(conversation, user));
    Query::new()
        .filter(Filter::is_in(Column::id(), ids))
        .limit(MOST_PARTICIPANTS as u32)
}

fn joining(
    ctx: &Ctx,
    access: &Access,
    known: &[Doc<ConversationMember>],
    added: &[String],
) -> Result<Batch> {
    let (conversation, me) = (&access.conversation, access.me.user_id.as_str());
    let more = added.len() as i64;
    if conversation.participant_count + more > conversation.max_participants {
        let detail = format!(
            "The conversation may have {} members.",
            conversation.max_participants
        );
        return Err(Error::new(Code::ConversationFull, detail));
    }
    let mut batch = Batch::new()
        .expect_some(this_one(&access.me))
        .expect_none(blocked(me, added))
        .increment_within(
            &conversation.id,
            Conversation::PARTICIPANT_COUNT,
            more,
            0,
            conversation.max_participants,
        );
    for user in added {
        let member = membership(
            &conversation.id,
            user,
            Role::Member,
            Some(me),
            Timestamp::AT_COMMIT,
        );
        batch = match known.iter().any(|former| former.user_id == *user) {
            true => batch.update_if(
                &member.id,
                coming_back(me),
                Filter::ne(ConversationMember::STATUS, Status::Active),
            ),
            false => batch.insert(&member),
        };
    }
    let what = json!({"userIds": added});
    append(
        ctx,
        batch,
        "conversation.members_added",
        &conversation.id,
        Some(me),
        &what,
    )
}

/// What changes for somebody who was a member before: they start anew, but keep their own settings.
fn coming_back(invited_by: &str) -> Patch<ConversationMember> {
    Patch::new()
        .set(ConversationMember::STATUS, Status::Active)
        .unset(ConversationMember::LEFT_AT)
        .set(ConversationMember::ROLE, Role::Member)
        .set(ConversationMember::JOINED_AT, Timestamp::AT_COMMIT)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT)
        .set(ConversationMember::INVITED_BY, invited_by)
}
