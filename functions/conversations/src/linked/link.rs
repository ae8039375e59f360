//! `PUT /v1/conversations/{conversationId}/linked-group`: links a group to a channel.

use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_messages::refuse_others;
use whisper_schema::body::forms;
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMemberRole as Role, LinkedGroup, SystemMessage,
    Timestamp,
};
use whisper_schema::{Body, Rule};
use whisper_store::{Batch, Doc, Filter, Get, Query};

use super::LinkedGroupView;
use crate::access::{Access, admit, door, this_one};
use crate::limits::{CHANGES, Uses};
use crate::updated::updated;

/// The group to be linked.
#[derive(Clone, Debug, Body)]
#[body(example = r#"{"conversationId": "01a2077f-6f27-7adc-b3a2-9485aa79bec2"}"#)]
pub struct GroupLink {
    /// Id of a group that the caller owns; it isn't encrypted, and linked to no other channel.
    #[field(required, is = forms::ID)]
    pub conversation_id: String,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        super::LINKED_GROUP,
        "linkGroup",
        "Links a group to a channel: comments on the channel's messages are written there, and its subscribers may join it; for the owner of \
         both.",
        link,
    )
    .reply::<LinkedGroupView>(200, "The group is linked.")
    .codes(&[Code::Forbidden, Code::WrongKind, Code::RateLimited])
}

/// Answers 200 with the group.
async fn link(ctx: Ctx, request: Request, Json(wanted): Json<GroupLink>) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || attempt(&ctx, id, &wanted.conversation_id).await)
        .await?;
    Reply::ok(&LinkedGroupView {
        conversation_id: wanted.conversation_id,
    })
}

async fn attempt(ctx: &Ctx, id: &str, group: &str) -> Result<Attempt<()>> {
    let me = ctx.caller()?.user_id;
    let others = Query::<LinkedGroup>::new()
        .filter(Filter::eq(LinkedGroup::GROUP_ID, group))
        .first();
    let asked = (
        door(id, &me),
        door(group, &me),
        Get::<LinkedGroup>::id(id),
        others,
    );
    let (channel, found, known, other) = ctx.read(asked).await?;
    let access = admit(channel)?;
    refuse_others(&access.conversation)?;
    refuse_role(&access)?;
    let linked = check(admit(found), other.as_ref(), id)?;
    if known.is_some_and(|known| known.group_id == group) {
        return Ok(Attempt::Done(()));
    }
    let link = LinkedGroup {
        id: id.to_owned(),
        group_id: group.to_owned(),
        linked_by: me.clone(),
        linked_at: Timestamp::AT_COMMIT,
    };
    let is_clear = Filter::<Conversation>::and([
        Filter::eq(whisper_schema::Column::id(), group),
        Filter::eq(Conversation::IS_ENCRYPTED, false),
    ]);
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .expect_some(this_one(&linked.me))
        .expect_some(is_clear)
        .upsert(&link);
    let conversation_id = group.to_owned();
    let told = SystemMessage::GroupLinked { conversation_id };
    let of = (&*access.conversation, me.as_str());
    let batch = updated(ctx, batch, of, told, super::changed(), None)?;
    let uses = Uses::of(ctx, &[(CHANGES, 1)]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    Ok(committed.map_or(Attempt::Retry, |_| Attempt::Done(())))
}

/// Refuses everybody but the owner.
///
/// # Errors
/// `forbidden`.
pub fn refuse_role(access: &Access) -> Result<()> {
    match access.me.role {
        Role::Owner => Ok(()),
        _ => Err(Error::forbidden(
            "Only the owner links groups to a channel.",
        )),
    }
}

/// The group, if the caller owns it, and no other channel has it.
fn check(group: Result<Access>, other: Option<&Doc<LinkedGroup>>, channel: &str) -> Result<Access> {
    let refused = |detail: &str| Error::field("conversationId", Rule::Reference, detail);
    let group = group.map_err(|_| refused("must name a group that you own"))?;
    let fits = group.conversation.kind == ConversationKind::Group
        && group.me.role == Role::Owner
        && !group.conversation.is_encrypted;
    if !fits {
        return Err(refused(
            "must name a group that you own and that isn't encrypted",
        ));
    }
    if other.is_some_and(|other| other.id != channel) {
        return Err(refused("is linked to another channel"));
    }
    Ok(group)
}
