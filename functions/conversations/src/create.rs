//! `POST /v1/conversations`: makes a direct conversation, a group, a channel, a community, or a list of recipients.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::idempotency::Once;
use whisper_kit::precondition::tag;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_messages::{MOST_RECIPIENTS, Told, membership};
use whisper_people::bots::bots_come;
use whisper_people::{People, Swap, blocked_any, direct_ids, swaps};
use whisper_schema::prelude::{
    Conversation, ConversationCircle, ConversationKind, ConversationMember,
    ConversationMemberRole as Role, ConversationRight, Message, SystemMessage, Timestamp,
};
use whisper_store::Batch;
use whisper_views::conversations::shown::SHOWN_MEMBERS;
use whisper_views::conversations::{
    ConversationView, OneConversationView, ShownMembers, Sight, Unread,
};

use crate::access::{Access, admit, door};
use crate::details::fingerprint;
use crate::draft::NewConversation;
use crate::get::answer;
use crate::limits::{ADDED, GROUPS, STRANGERS, Uses};
use crate::others::{Others, Wish};
use crate::recipients::on_list;

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/conversations",
        "createConversation",
        "Makes a direct conversation, a group, a channel, a community, or a list of recipients of broadcasts.",
        create,
    )
    .headers(&["idempotency-key"])
    .answers(&["etag", "location"])
    .reply::<OneConversationView>(201, "The new conversation.")
    .reply::<OneConversationView>(200, "The direct conversation that the two have already.")
    .codes(&[
        Code::IdempotencyKeyReused,
        Code::InvalidHeader,
        Code::TooManyBots,
        Code::RateLimited,
    ])
}

/// Answers 201 with the new conversation, or 200 with the direct one that the two already have.
async fn create(ctx: Ctx, request: Request, Json(draft): Json<NewConversation>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    draft.refuse_caller(&me)?;
    let once = Once::of(&request, &me, "POST /v1/conversations")?;
    if let Some(reply) = once.replay(&ctx).await? {
        return Ok(reply);
    }
    let making = Making {
        ctx: &ctx,
        me: &me,
        draft: &draft,
        once: &once,
    };
    match draft.kind {
        ConversationKind::Direct => ctx.retry(async || making.direct().await).await,
        _ => ctx.retry(async || making.group().await).await,
    }
}

/// One attempt's circumstances.
struct Making<'a> {
    ctx: &'a Ctx,
    me: &'a str,
    draft: &'a NewConversation,
    once: &'a Once,
}

impl Making<'_> {
    /// Whether it is a list, whose recipients are no members.
    fn is_list(&self) -> bool {
        self.draft.kind == ConversationKind::Broadcast
    }

    /// Whether the others become members of something that may have many.
    fn is_group(&self) -> bool {
        !self.is_list() && self.draft.kind != ConversationKind::Direct
    }

    fn others(&self) -> &[String] {
        &self.draft.participant_ids
    }

    async fn direct(&self) -> Result<Attempt<Reply>> {
        let (ctx, me, others) = (self.ctx, self.me, self.others());
        let other = others.first().map_or("", String::as_str);
        let (id, former) = direct_ids(ctx, me, other).await?;
        let asked = (door(&id, me), door(&former, me), Others::ask(me, others));
        let (found, former, others) = ctx.read(asked).await?;
        for found in [found, former] {
            if found.0.is_some() {
                return self.existing(admit(found)?).await.map(Attempt::Done);
            }
        }
        let others = Others::of(others);
        others.refuse(Wish::Write, "participantIds", self.others(), |_| false)?;
        let is_request = others.is_stranger_to(other);
        let uses = Uses::of(ctx, &[(STRANGERS, usize::from(is_request))]).await?;
        let peer = ConversationMember {
            is_request,
            ..membership(&id, other, Role::Member, Some(me), Timestamp::AT_COMMIT)
        };
        self.make(id, Role::Member, vec![peer], &others, &uses)
            .await
    }

    async fn existing(&self, access: Access) -> Result<Reply> {
        let mut participants = self.participants();
        // In the order they joined: the maker comes first.
        participants.sort_by_key(|id| *id != access.conversation.creator_id);
        let shown = ShownMembers {
            participants,
            ..ShownMembers::default()
        };
        let id = access.conversation.id.clone();
        Ok(located(answer(self.ctx, access, shown).await?, &id))
    }

    async fn group(&self) -> Result<Attempt<Reply>> {
        let (ctx, me) = (self.ctx, self.me);
        let others = ctx.read(Others::ask(me, self.others())).await?;
        let others = Others::of(others);
        let wish = match self.is_list() {
            true => Wish::Write,
            false => Wish::Add,
        };
        others.refuse(wish, "participantIds", self.others(), |_| false)?;
        let uses = Uses::of(ctx, &[(GROUPS, 1), (ADDED, self.others().len())]).await?;
        let id = ctx.new_id()?;
        let at = Timestamp::AT_COMMIT;
        let is_list = self.is_list();
        let members = self.others().iter().filter(|_| !is_list);
        let members = members.map(|other| ConversationMember {
            is_request: others.is_stranger_to(other),
            ..membership(&id, other, Role::Member, Some(me), at)
        });
        let members = members.collect();
        self.make(id, Role::Owner, members, &others, &uses).await
    }

    /// Commits a conversation with its members; to be tried again when somebody was faster, or blocked somebody.
    async fn make(
        &self,
        id: String,
        role: Role,
        members: Vec<ConversationMember>,
        others: &Others,
        uses: &Uses,
    ) -> Result<Attempt<Reply>> {
        let (ctx, me) = (self.ctx, self.me);
        let now = ctx.now();
        let mut conversation = self.draft.conversation(id, me);
        let told = Told::of(ctx, &conversation, me, self.told(&conversation))?;
        if let Some(newest) = told.newest() {
            conversation.last_message_id = Some(newest.id.clone());
            conversation.last_message_text = newest.plain_text.clone();
            conversation.last_message_sender_id = Some(newest.sender_id.clone());
        }
        // No later than the others, who join at the commit: its maker stands first among its members, also where documents of
        // one commit have no order of their own.
        let myself = membership(&conversation.id, me, role, None, now);
        let mut batch = Batch::new().insert(&conversation).insert(&myself);
        batch = members.iter().fold(batch, Batch::insert);
        if self.is_list() {
            batch = on_list(batch, &conversation.id, self.others());
        }
        if !self.others().is_empty() {
            let ids = self.others().iter().map(String::as_str);
            batch = batch.expect_none(blocked_any(me, ids));
        }
        if self.is_group() {
            batch = bots_come(batch, &conversation.id, &[], self.others())?;
        }
        let picture = self.draft.avatar_file_id.as_deref();
        let place = (conversation.id.as_str(), me);
        for swapped in swaps(ctx, [Swap::conversation_avatar(place, None, picture)]).await? {
            batch = swapped.add_to(ctx, batch);
        }
        let people = others.people.clone().with_files(ctx, picture).await?;
        let batch = told.insert_in(batch);
        let what = json!({
            "type": conversation.kind,
            "participantIds": self.participants(),
            "messageIds": told.ids(),
        });
        let id = conversation.id.clone();
        let batch = append(ctx, batch, "conversation.created", &id, Some(me), &what)?;
        let batch = uses.count_in(batch, now);
        let seen = |at| self.seen(&conversation, &myself, told.newest(), &people, at);
        // A retry gets the same ETag, so it is made before the time of the commit is known.
        let undated = Reply::created(&seen(Timestamp::AT_COMMIT))?;
        let etag = tag(&undated, fingerprint(&conversation));
        let outcome = self.once.commit(ctx, batch, |at| {
            let reply = Reply::created(&seen(at))?.header("etag", &etag);
            Ok(located(reply, &id))
        });
        Attempt::of(uses.refuse(outcome.await, now))
    }

    /// The conversation as its maker sees it, once it was made at a time.
    fn seen(
        &self,
        conversation: &Conversation,
        myself: &ConversationMember,
        newest: Option<&Message>,
        people: &People,
        at: Timestamp,
    ) -> OneConversationView {
        let newest = newest.map(|newest| Message {
            created_at: Some(at),
            ..newest.clone()
        });
        let conversation = Conversation {
            created_at: Some(at),
            updated_at: Some(at),
            ..conversation.clone()
        };
        let admins = (myself.role == Role::Owner).then(|| self.me.to_owned());
        let sight = Sight {
            me: myself,
            shown: ShownMembers {
                participants: self.participants(),
                admins: admins.into_iter().collect(),
                ..ShownMembers::default()
            },
            unread: Unread::default(),
            newest: newest.as_ref(),
            people,
            now: self.ctx.now(),
        };
        OneConversationView {
            conversation: ConversationView::new(conversation, sight),
            users: people.users(),
        }
    }

    /// The beginning of the history of a group or channel.
    fn told(&self, conversation: &Conversation) -> Option<SystemMessage> {
        if self.draft.kind == ConversationKind::Direct {
            return None;
        }
        // Where not everybody may see the members, the first of them aren't named either.
        let settings = conversation.own_settings();
        let members = settings.circle(ConversationRight::SeeMembers);
        let is_open = members == ConversationCircle::Everyone;
        Some(SystemMessage::ConversationCreated {
            name: self.draft.name.clone(),
            user_ids: self.others().iter().filter(|_| is_open).cloned().collect(),
        })
    }

    fn participants(&self) -> Vec<String> {
        let others = self.others().iter().filter(|_| !self.is_list());
        let all = std::iter::once(self.me.to_owned()).chain(others.cloned());
        all.take(SHOWN_MEMBERS as usize).collect()
    }
}

fn located(reply: Reply, id: &str) -> Reply {
    reply.location(&format!("/v1/conversations/{id}"))
}

impl NewConversation {
    fn conversation(&self, id: String, creator: &str) -> Conversation {
        Conversation {
            id,
            kind: self.kind,
            name: self.name.clone(),
            description: self.description.clone(),
            avatar_url: self.avatar_url.clone(),
            avatar_file_id: self.avatar_file_id.clone(),
            creator_id: creator.to_owned(),
            participant_count: 1 + self.participant_ids.len() as i64,
            max_participants: match self.kind {
                ConversationKind::Direct => 2,
                ConversationKind::Broadcast => MOST_RECIPIENTS + 1,
                _ => self.most_members(),
            },
            is_encrypted: self.is_encrypted,
            settings: self.settings.as_ref().and_then(|set| set.to_text()),
            // The list is sorted by it: nothing comes in before conversations that were listed already.
            last_message_at: Some(Timestamp::AT_COMMIT),
            created_at: Some(Timestamp::AT_COMMIT),
            updated_at: Some(Timestamp::AT_COMMIT),
            ..Conversation::default()
        }
    }
}
