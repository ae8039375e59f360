//! `POST /v1/conversations`: makes a direct or a group conversation.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::idempotency::{CommitError, Once, Outcome};
use whisper_kit::ids::{direct_conversation_id, member_id};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole as Role, Timestamp,
};
use whisper_store::{Batch, StoreError};

use crate::access::{Access, admit, door};
use crate::commit::settle;
use crate::details::fingerprint;
use crate::draft::{MOST_MEMBERS, NewConversation, no_such_users};
use crate::people::{accounts, blocked, blocks, unreachable};
use crate::unread::{self, Unread};
use crate::view::{ConversationView, ShownMembers};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations",
        "createConversation",
        "Makes a direct or a group conversation.",
        create,
    )
    .headers(&["idempotency-key"])
    .body::<NewConversation>()
    .reply::<ConversationView>(201, "The new conversation.")
    .reply::<ConversationView>(200, "The direct conversation that the two have already.")
    .codes(&[
        Code::Forbidden,
        Code::IdempotencyKeyReused,
        Code::InvalidHeader,
    ])
}

/// Answers 201 with the new conversation, or 200 with the direct one that the two already have.
async fn create(ctx: Ctx, request: Request) -> Result<Reply> {
    let creator = ctx.caller()?.user_id;
    let once = Once::of(&request, &creator, "POST /v1/conversations")?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    let draft = NewConversation::read(request.json()?, &creator)?;
    let making = Making {
        ctx: &ctx,
        creator: &creator,
        draft: &draft,
        once: &once,
    };
    match draft.kind {
        ConversationKind::Direct => settle(async || making.direct().await).await,
        _ => settle(async || making.group().await).await,
    }
}

/// One attempt's circumstances.
struct Making<'a> {
    ctx: &'a Ctx,
    creator: &'a str,
    draft: &'a NewConversation,
    once: &'a Once,
}

impl Making<'_> {
    fn others(&self) -> &[String] {
        &self.draft.participant_ids
    }

    async fn direct(&self) -> Result<Option<Reply>> {
        let (me, others) = (self.creator, self.others());
        let id = direct_conversation_id(me, others.first().map_or("", String::as_str));
        let what = (door(&id, me), accounts(others), blocks(me, others));
        let (found, accounts, blocks) = self.ctx.read(what).await?;
        if found.0.is_some() {
            return self.existing(admit(found)?).await.map(Some);
        }
        if accounts.is_empty() {
            return Err(no_such_users("participantIds", &[0]));
        }
        if !blocks.is_empty() {
            return Err(Error::forbidden(
                "You can't start a conversation with this user.",
            ));
        }
        self.make(id, Role::Member).await
    }

    async fn existing(&self, Access { conversation, me }: Access) -> Result<Reply> {
        let unread = unread::count(&me, self.ctx.now());
        let unread = Unread::of(self.ctx.read(unread).await?);
        let mut participants = self.participants();
        // In the order they joined: who made it comes first.
        participants.sort_by_key(|id| *id != conversation.creator_id);
        let shown = ShownMembers {
            participants,
            ..ShownMembers::default()
        };
        let etag = fingerprint(&conversation);
        let view = ConversationView::new(conversation.into_inner(), &me, shown, unread);
        Ok(located(Reply::ok(&view)?.etag(etag), &view.id))
    }

    async fn group(&self) -> Result<Option<Reply>> {
        let others = self.others();
        let people = (!others.is_empty()).then(|| (accounts(others), blocks(self.creator, others)));
        let (accounts, blocks) = self.ctx.read(people).await?.unwrap_or_default();
        let unreachable = unreachable(others, &accounts, &blocks);
        if !unreachable.is_empty() {
            return Err(no_such_users("participantIds", &unreachable));
        }
        self.make(self.ctx.new_id()?, Role::Owner).await
    }

    /// Commits a conversation with its members; none when somebody was faster, or blocked somebody.
    async fn make(&self, id: String, role: Role) -> Result<Option<Reply>> {
        let (me, others) = (self.creator, self.others());
        // Known before the commit, because the answer is stored with it.
        let now = self.ctx.now();
        let conversation = self.draft.conversation(id, me, now);
        let myself = membership(&conversation.id, me, role, None, now);
        let mut batch = Batch::new().insert(&conversation).insert(&myself);
        for other in others {
            batch = batch.insert(&membership(
                &conversation.id,
                other,
                Role::Member,
                Some(me),
                now,
            ));
        }
        if !others.is_empty() {
            batch = batch.expect_none(blocked(me, others));
        }
        let what = json!({"type": conversation.kind, "participantIds": self.participants()});
        let batch = append(
            self.ctx,
            batch,
            "conversation.created",
            &conversation.id,
            Some(me),
            &what,
        )?;
        let shown = ShownMembers {
            participants: self.participants(),
            admins: if role == Role::Owner {
                vec![me.to_owned()]
            } else {
                Vec::new()
            },
            moderators: Vec::new(),
        };
        let etag = fingerprint(&conversation);
        let view = ConversationView::new(conversation, &myself, shown, Unread::default());
        let reply = located(Reply::created(&view)?.etag(etag), &view.id);
        match self.once.commit(self.ctx, batch, &reply).await {
            Ok(Outcome::Done(_)) => Ok(Some(reply)),
            Ok(Outcome::Replayed(reply)) => Ok(Some(reply)),
            Err(CommitError::Store(
                StoreError::ConditionFailed { .. } | StoreError::Conflict { .. },
            )) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn participants(&self) -> Vec<String> {
        let all = std::iter::once(self.creator.to_owned()).chain(self.others().iter().cloned());
        all.take(crate::view::SHOWN_MEMBERS as usize).collect()
    }
}

fn located(reply: Reply, id: &str) -> Reply {
    reply.location(&format!("/v1/conversations/{id}"))
}

/// A new, active membership.
pub fn membership(
    conversation: &str,
    user: &str,
    role: Role,
    invited_by: Option<&str>,
    joined_at: Timestamp,
) -> ConversationMember {
    ConversationMember {
        id: member_id(conversation, user),
        conversation_id: conversation.to_owned(),
        user_id: user.to_owned(),
        role,
        joined_at,
        updated_at: Some(joined_at),
        invited_by: invited_by.map(str::to_owned),
        ..ConversationMember::default()
    }
}

impl NewConversation {
    fn conversation(&self, id: String, creator: &str, now: Timestamp) -> Conversation {
        let direct = self.kind == ConversationKind::Direct;
        Conversation {
            id,
            kind: self.kind,
            name: self.name.clone(),
            description: self.description.clone(),
            avatar_url: self.avatar_url.clone(),
            avatar_file_id: self.avatar_file_id.clone(),
            creator_id: creator.to_owned(),
            participant_count: 1 + self.participant_ids.len() as i64,
            max_participants: if direct {
                2
            } else {
                self.max_participants.unwrap_or(MOST_MEMBERS)
            },
            is_encrypted: self.is_encrypted.unwrap_or(false),
            settings: self.settings.clone(),
            created_at: Some(now),
            updated_at: Some(now),
            ..Conversation::default()
        }
    }
}
