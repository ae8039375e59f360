//! Coming into a group: joining it, or asking to.

use serde_json::{Value, json};
use whisper_kit::events::append;
use whisper_kit::{Attempt, Ctx, Reply, Result};
use whisper_messages::Told;
use whisper_schema::prelude::{ConversationJoinRequest, SystemMessage};
use whisper_store::{Batch, Doc, Get};

use super::ask::asking;
use super::entrance::{self, Entrance, Way};
use super::view::JoinView;
use super::{request_id, without_requests};
use crate::arrivals::{Arrivals, Newcomer};
use crate::bans::keeping_away;
use crate::limits::{JOINS, NEWCOMERS, Uses};
use crate::mark_read::newest;
use crate::requests::wanted;

/// One attempt of the caller's to come in: they are a member then, were one before (which uses nothing of a link), or wait for
/// approval.
///
/// # Errors
/// `not_found` where they may not know of the conversation, `conversation_full`, `rate_limited`.
pub async fn enter(ctx: &Ctx, conversation: &str, way: Way<'_>) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let asked = (
        entrance::ask(conversation, &me, way, ctx.now()),
        Get::<ConversationJoinRequest>::id(request_id(conversation, &me)),
        newest(conversation),
    );
    let (found, request, newest) = ctx.read(asked).await?;
    let entering = Entering {
        ctx,
        entrance: Entrance::of(way, found)?,
        request,
        position: newest.map(|message| message.seq),
        me,
    };
    if entering.entrance.is_member() {
        return entering.stay().await;
    }
    match entering.entrance.needs_approval() {
        true => entering.ask().await,
        false => entering.join().await,
    }
}

/// The circumstances of an attempt.
struct Entering<'a> {
    ctx: &'a Ctx,
    me: String,
    entrance: Entrance<'a>,
    /// Their request, whether or not it lasts.
    request: Option<Doc<ConversationJoinRequest>>,
    /// The conversation's newest message: messages up to there aren't unread to them.
    position: Option<i64>,
}

impl Entering<'_> {
    fn arrivals(&self) -> Arrivals<'_> {
        let link = self.entrance.link();
        Arrivals {
            conversation: &self.entrance.conversation,
            position: self.position,
            invited_by: None,
            invitation_id: link.map(|link| link.id.as_str()),
        }
    }

    /// The beginning of the commit: it fails for a user who is banned, or whom the owner blocked.
    fn guarded(&self) -> Batch {
        let away = keeping_away(
            &self.entrance.conversation.id,
            std::slice::from_ref(&self.me),
        );
        self.entrance
            .guarded(Batch::new().expect_none(away), &self.me)
    }

    /// They are a member already. Where a stranger had brought them in, they want it now.
    async fn stay(&self) -> Result<Attempt<Reply>> {
        let request = self.entrance.member.as_ref();
        if let Some(member) = request.filter(|member| member.is_request) {
            let batch = wanted(self.ctx, member)?;
            if self.ctx.try_commit(batch).await?.is_none() {
                return Ok(Attempt::Retry);
            }
        }
        let already = JoinView::already(&self.entrance.conversation.id);
        Reply::ok(&already).map(Attempt::Done)
    }

    async fn join(&self) -> Result<Attempt<Reply>> {
        let (ctx, me, conversation) = (self.ctx, self.me.as_str(), &self.entrance.conversation);
        let id = conversation.id.as_str();
        let arrivals = self.arrivals();
        let grown = arrivals.grown(1)?;
        let by_link = self.entrance.link().is_some();
        let told = SystemMessage::MemberJoined { by_link };
        let told = Told::of(ctx, conversation, me, [told])?;
        let batch = self.entrance.used(self.guarded()).update_if(
            id,
            told.summarised(grown),
            self.entrance.unchanged(),
        );
        let newcomer = Newcomer {
            user: me,
            is_request: false,
            was_here: self.entrance.member.is_some(),
        };
        let batch = arrivals.join(ctx, batch, newcomer, &told)?;
        let batch = without_requests(batch, id, std::slice::from_ref(&self.me));
        let what = joined(me, arrivals.invitation_id, &told);
        let batch = told.insert_in(batch);
        let batch = append(
            ctx,
            batch,
            "conversation.member_joined",
            id,
            Some(me),
            &what,
        )?;
        let limits = vec![JOINS.of_caller(ctx).await?, NEWCOMERS.of(ctx.config(), id)];
        match Uses::from(limits).try_commit(ctx, batch).await? {
            Some(_) => Reply::created(&JoinView::joined(id)).map(Attempt::Done),
            None => Ok(Attempt::Retry),
        }
    }

    async fn ask(&self) -> Result<Attempt<Reply>> {
        let (ctx, conversation) = (self.ctx, &self.entrance.conversation);
        // A full group refuses them now rather than its members later.
        self.arrivals().grown(1)?;
        let id = request_id(&conversation.id, &self.me);
        let pending = || Reply::json(202, &JoinView::pending(&id)).map(Attempt::Done);
        let link = self.entrance.link();
        let Some(batch) = asking(
            ctx,
            self.guarded(),
            conversation,
            &self.me,
            link,
            &self.request,
        )?
        else {
            return pending();
        };
        let uses = Uses::of(ctx, &[(JOINS, 1)]).await?;
        match uses.try_commit(ctx, batch).await? {
            Some(_) => pending(),
            None => Ok(Attempt::Retry),
        }
    }
}

/// The payload of the event of somebody's joining.
pub fn joined(user: &str, invitation: Option<&str>, told: &Told) -> Value {
    let mut what = json!({"userId": user, "messageIds": told.ids()});
    if let Some(invitation) = invitation {
        what["invitationId"] = invitation.into();
    }
    what
}
