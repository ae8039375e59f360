//! `PUT /v1/conversations/{conversationId}/bans/{userId}`: sends somebody away, and keeps them away.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{
    Attempt, Code, Ctx, Endpoint, Error, Method, OptionalJson, Reply, Request, Result, Rule,
};
use whisper_messages::Told;
use whisper_people::ids::member_id;
use whisper_people::{list_changed, visible};
use whisper_schema::prelude::{
    Column, Conversation, ConversationBan, ConversationMember, ConversationMemberRole as Role,
    ConversationMemberStatus as Status, SystemMessage, Timestamp,
};
use whisper_schema::{Body, Ephemeral};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::access::{Access, active, admit, door, same_role, this_one};
use crate::bans::ban_id;
use crate::bans::{BanView, refuse};
use crate::community;
use crate::joining::without_requests;
use crate::leaving::{departing, gone};
use crate::limits::{CHANGES, Uses};
use crate::positions::forget_trail;
use crate::rules::may_remove;

/// The reason of a ban, and its end.
#[derive(Clone, Debug, Body)]
#[body(of = ConversationBan)]
#[body(example = r#"{"reason": "Advertises", "endsAt": "2027-01-01T00:00:00.000Z"}"#)]
pub struct BanTerms {
    /// The reason, for the members who run the conversation: 1 to 500 characters.
    #[field(size = 1..=500)]
    pub reason: Option<String>,
    /// When it ends; it lasts until it is lifted if not said.
    pub ends_at: Option<Timestamp>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        "/v1/conversations/{conversationId}/bans/{userId}",
        "banFromConversation",
        "Bans somebody whose role is below the caller's, or who is no member; moderators and up. Until it ends they can't be added.",
        ban,
    )
    .for_bots()
    .reply::<BanView>(201, "They are banned now, and no member any more.")
    .reply::<BanView>(200, "They were banned already; reason and end are as sent.")
    .codes(&[
        Code::Forbidden,
        Code::DirectConversation, Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 201 with the ban, or 200 where there was one.
async fn ban(
    ctx: Ctx,
    request: Request,
    OptionalJson(terms): OptionalJson<BanTerms>,
) -> Result<Reply> {
    let (id, user) = (request.id("conversationId")?, request.id("userId")?);
    if terms.ends_at.is_some_and(|end| end <= ctx.now()) {
        let detail = "must lie in the future";
        return Err(Error::field("endsAt", Rule::Range, detail));
    }
    ctx.retry(async || attempt(&ctx, id, user, &terms).await)
        .await
}

async fn attempt(ctx: &Ctx, id: &str, user: &str, terms: &BanTerms) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let about = (
        Get::<ConversationMember>::id(member_id(id, user)),
        Get::<ConversationBan>::id(ban_id(id, user)),
        visible(&me, user),
    );
    let (found, (member, former, there)) = ctx.read((door(id, &me), about)).await?;
    let access = admit(found)?;
    refuse(&access)?;
    if user == me {
        return Err(Error::forbidden("You can't ban yourself."));
    }
    // A present or former member can be banned though they blocked the caller. Any other user who doesn't exist for the
    // caller is a 404 as on other routes.
    if member.is_none() && former.is_none() {
        there.or_not_found()?;
    }
    let member = member.filter(|member| member.status == Status::Active);
    let role = member.as_ref().map_or(Role::Member, |member| member.role);
    if !may_remove(access.me.role, role) {
        let detail = "You may only ban people whose role is below yours.";
        return Err(Error::forbidden(detail));
    }
    let former = former.filter(|ban| ban.stands(ctx.now()));
    let ban = terms.ban(id, user, &me);
    if let (None, Some(former)) = (&member, &former)
        && (&former.reason, former.ends_at) == (&ban.reason, ban.ends_at)
    {
        return Reply::ok(&BanView::from(former.value.clone())).map(Attempt::Done);
    }
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let batch = banning(ctx, &access, &ban, member.as_ref())?;
    let Some(committed) = uses.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    community::begin(ctx, &access.conversation, user);
    let view = BanView {
        created_at: committed.at,
        ..BanView::from(ban)
    };
    let status = if former.is_some() { 200 } else { 201 };
    Reply::json(status, &view).map(Attempt::Done)
}

/// The commit of a ban; with it the end of the membership, where there is one.
fn banning(
    ctx: &Ctx,
    access: &Access,
    ban: &ConversationBan,
    member: Option<&Doc<ConversationMember>>,
) -> Result<Batch> {
    let (id, me) = (ban.conversation_id.as_str(), Some(ban.banned_by.as_str()));
    let batch = Batch::new().expect_some(this_one(&access.me)).upsert(ban);
    let batch = without_requests(batch, id, std::slice::from_ref(&ban.user_id));
    let batch = match member {
        Some(member) => {
            let told = SystemMessage::MemberBanned {
                user_id: ban.user_id.clone(),
                ends_at: ban.ends_at,
            };
            let told = Told::of(ctx, &access.conversation, &ban.banned_by, [told])?;
            let one_less = Patch::new().add(Conversation::PARTICIPANT_COUNT, -1);
            let batch = batch
                .update_if(&member.id, gone(Status::Removed), same_role(member))
                .update(id, told.summarised(one_less));
            let batch = list_changed(ctx, batch, &ban.user_id, id)?;
            let what = json!({"userId": ban.user_id, "messageIds": told.ids()});
            let batch = told.insert_in(forget_trail(batch, &member.id));
            let batch = departing(batch, &access.conversation, &ban.user_id);
            append(ctx, batch, "conversation.member_removed", id, me, &what)?
        }
        None => {
            let them = Filter::eq(Column::id(), member_id(id, &ban.user_id));
            batch.expect_none(Filter::and([them, active()]))
        }
    };
    let what = json!({"userId": ban.user_id, "endsAt": ban.ends_at});
    append(ctx, batch, "conversation.member_banned", id, me, &what)
}

impl BanTerms {
    fn ban(&self, conversation: &str, user: &str, by: &str) -> ConversationBan {
        ConversationBan {
            id: ban_id(conversation, user),
            conversation_id: conversation.to_owned(),
            user_id: user.to_owned(),
            banned_by: by.to_owned(),
            reason: self.reason.clone(),
            ends_at: self.ends_at,
            created_at: Timestamp::AT_COMMIT,
        }
    }
}
