//! The context of a send: the documents that decide whether a message may be sent.

use whisper_kit::Ctx;
use whisper_kit::error::{Error, FieldError, OptionExt, Result, Rule};
use whisper_people::ids::member_id;
use whisper_people::{audience, consents};
use whisper_schema::main_db::{Conversation, ConversationKind, Message};
use whisper_schema::social_db::Story;
use whisper_schema::system::{ConversationMember, ConversationMemberRole, IncomingWebhook};
use whisper_schema::{Column, Ephemeral, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get};

use crate::attached::{Attached, Source, attached};
use crate::content::Details;
use crate::draft::SendMessage;
use crate::named::Named;
use crate::pace::Pace;
use whisper_messages::{
    NewLinkPreview, VIEW_ONCE_LIFETIME, deletion, first_members, is_active, is_view_once, is_voice,
    may_still_send, member_of, refuse_groups, refuse_sender,
};

/// The documents around a message to be sent, as of one moment.
#[derive(Debug)]
pub struct Context {
    /// Where it goes.
    pub conversation: Conversation,
    /// The sender's membership.
    pub member: ConversationMember,
    /// The membership of the other one of a direct conversation.
    pub peer: Option<ConversationMember>,
    /// The message that was sent with this id before.
    pub stored: Option<Message>,
    /// The message it answers.
    pub reply_to: Named,
    /// The message it is a copy of.
    pub origin: Named,
    /// The conversation that the copy comes from, and the sender's membership of it.
    pub origin_place: Option<(Conversation, ConversationMember)>,
    /// The membership of the gift's recipient.
    pub recipient: Option<ConversationMember>,
    /// The story it answers, if the sender may see it.
    pub story: Option<Story>,
    /// Whether the other one doesn't let the sender write to them, and hasn't answered either.
    pub is_unwanted: bool,
    /// The files that it names.
    pub attached: Attached,
    /// The webhook that sends it; none where a member does.
    pub webhook: Option<IncomingWebhook>,
}

/// Members that a direct conversation has.
const PAIR: u32 = 2;

impl Context {
    /// Reads it all in one statement, the files that the draft names too. An answer to a story takes a second one, as its audience depends on its author; so
    /// does a message to somebody who hasn't answered yet, as they may not want any by now.
    ///
    /// # Errors
    /// 401 when the session has ended, 404 for a user who is no member.
    pub async fn read(
        ctx: &Ctx,
        me: &str,
        conversation: &str,
        draft: &SendMessage,
        source: Source<'_>,
    ) -> Result<Context> {
        let member = |conversation: &str, user: &str| {
            Get::<ConversationMember>::id(member_id(conversation, user))
        };
        // In a group these are any two members, at the same small cost.
        let place = (
            member(conversation, me),
            Get::<Conversation>::id(conversation),
            first_members(conversation, PAIR),
        );
        let named = |id: &str| (Get::<Message>::id(id), deletion(me, id));
        let origin = draft.origin();
        let messages = (
            draft.id.as_deref().map(Get::<Message>::id),
            draft.reply_to_message_id.as_deref().map(named),
            origin.map(|(message, _)| named(message)),
        );
        let (recipient, story) = match &draft.details {
            Details::TokenGift(gift) => (Some(member(conversation, &gift.recipient_id)), None),
            Details::StoryReply(reply) => (None, Some(Get::<Story>::id(&reply.story_id))),
            _ => (None, None),
        };
        let others = (
            origin.map(|(_, conversation)| {
                let whole = Get::<Conversation>::id(conversation);
                (whole, member(conversation, me))
            }),
            recipient,
            story,
        );
        let asked = (place, messages, others, attached(ctx, draft, source));
        let (place, messages, others, files) = ctx.read(asked).await?;

        let member = member_of(place.0)?;
        let conversation = value(place.1).or_not_found()?;
        let is_direct = conversation.kind == ConversationKind::Direct;
        let mut pair = place.2.into_iter().map(Doc::into_inner);
        let mut context = Context {
            peer: pair.find(|other| is_direct && other.user_id != me),
            conversation,
            member,
            stored: value(messages.0.flatten()),
            reply_to: messages.1.map(Named::from).unwrap_or_default(),
            origin: messages.2.map(Named::from).unwrap_or_default(),
            origin_place: others
                .0
                .and_then(|(whole, member)| value(whole).zip(value(member))),
            recipient: value(others.1.flatten()),
            story: value(others.2.flatten()),
            is_unwanted: false,
            attached: Attached::of(files),
            webhook: None,
        };
        context.look_closer(ctx, me, draft).await?;
        Ok(context)
    }

    /// The context of a message that a webhook sends. It stands in the place of a member whom no setting holds up; it is none.
    pub fn of_webhook(
        webhook: IncomingWebhook,
        conversation: Conversation,
        stored: Option<Message>,
    ) -> Context {
        Context {
            member: ConversationMember {
                conversation_id: conversation.id.clone(),
                user_id: webhook.user_id.clone(),
                role: ConversationMemberRole::Owner,
                ..ConversationMember::default()
            },
            conversation,
            peer: None,
            stored,
            reply_to: Named::default(),
            origin: Named::default(),
            origin_place: None,
            recipient: None,
            story: None,
            is_unwanted: false,
            attached: Attached::default(),
            webhook: Some(webhook),
        }
    }

    /// Has a commit expect that the sender may still send: the member is as they were read; the webhook is there, with the same
    /// secret.
    pub fn expect_sender(&self, batch: Batch) -> Batch {
        match &self.webhook {
            None => batch.expect_some(may_still_send(&self.member)),
            Some(webhook) => batch.expect_some(Filter::and([
                Filter::eq(Column::id(), webhook.id.as_str()),
                Filter::eq(IncomingWebhook::SECRET_HASH, webhook.secret_hash.as_str()),
            ])),
        }
    }

    /// Takes away a story that the sender may not see, and the files of an origin that they may not see, and asks for the consent of somebody who hasn't
    /// answered yet.
    async fn look_closer(&mut self, ctx: &Ctx, me: &str, draft: &SendMessage) -> Result<()> {
        if let Some((origin, _)) = draft.origin().filter(|_| !self.has_origin(ctx.now())) {
            self.attached.forget(origin);
        }
        let story = self.story.take().filter(|story| story.stands(ctx.now()));
        let asked = self.peer.as_ref().filter(|peer| peer.is_request);
        let asked = asked.map(|peer| peer.user_id.as_str());
        if story.is_none() && asked.is_none() {
            return Ok(());
        }
        let author = story.as_ref().map(|story| audience(me, &story.user_id));
        let consent = asked.map(|peer| consents(me, [peer]));
        let (audience, consent) = ctx.read((author, consent)).await?;
        let may_see = |story: &Story| {
            let audience = audience.flatten();
            audience.is_some_and(|audience| story.is_visible(audience, ctx.now()))
        };
        let may_write = asked
            .zip(consent)
            .is_none_or(|(peer, consent)| consent.may_write(peer));
        self.is_unwanted = !may_write;
        self.story = story.filter(may_see);
        Ok(())
    }

    /// Whether the message goes to a user who doesn't know its sender, and hasn't accepted the conversation yet.
    pub fn is_request(&self) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.is_request)
    }

    /// When the message ends: as its sender says, and no later than the one it is a copy of, than the conversation's
    /// messages stay, and than one stays that can be viewed once.
    pub fn end_of(&self, draft: &SendMessage, now: Timestamp) -> Option<Timestamp> {
        let origin = self.origin().filter(|_| draft.origin().is_some());
        let origin = origin.and_then(|origin| origin.expires_at);
        let timer = self.timer().map(|life| now.plus(life));
        let once = draft.details.is_view_once();
        let once = once.then(|| now.plus(VIEW_ONCE_LIFETIME));
        let ends = [draft.expires_at, origin, timer, once];
        ends.into_iter().flatten().min()
    }

    /// How long the conversation's messages stay, in milliseconds; none where they stay for good.
    fn timer(&self) -> Option<i64> {
        let seconds = self.conversation.own_settings().message_timer();
        (seconds > 0).then_some(seconds * 1000)
    }

    /// Whether the message may end earlier than its sender said.
    pub fn may_end_earlier(&self, draft: &SendMessage) -> bool {
        draft.origin().is_some() || draft.details.is_view_once() || self.timer().is_some()
    }

    /// Refuses a sender who may not send anything here now.
    ///
    /// # Errors
    /// As [`Context::refuse_sender`]; `rate_limited` in slow mode.
    pub fn refuse(&self, now: Timestamp) -> Result<()> {
        self.refuse_sender()?;
        self.pace().map_or(Ok(()), |pace| pace.refuse(now))
    }

    /// Refuses a sender who may not send anything here, however long they wait.
    ///
    /// # Errors
    /// `forbidden`, in the same words for a block and where the other one doesn't want messages.
    pub fn refuse_sender(&self) -> Result<()> {
        refuse_sender(&self.conversation, &self.member, self.is_unwanted)
    }

    /// Refuses a sender who may not mention all members, or the admins, and does.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn refuse_groups(&self, draft: &SendMessage) -> Result<()> {
        let mentions = draft.mentions.iter().map(String::as_str);
        refuse_groups(&self.conversation, &self.member, mentions)
    }

    /// The wait between the sender's messages, in slow mode.
    pub fn pace(&self) -> Option<Pace> {
        Pace::of(&self.conversation, &self.member)
    }

    /// Holds a new message against the documents it names.
    ///
    /// # Errors
    /// `validation_failed`, naming each field; documents that don't exist and documents that the sender may not see are
    /// refused in the same words.
    pub fn check(&self, draft: &SendMessage, now: Timestamp) -> Result<()> {
        let mut errors: Vec<FieldError> = draft
            .missed(now)
            .map(|field| FieldError::new(field, Rule::Range, "must lie in the future"))
            .collect();
        let mut missing = |field: &str, detail: &str| {
            errors.push(FieldError::new(field, Rule::Reference, detail))
        };
        if draft.reply_to_message_id.is_some() && !self.has_reply_target(now) {
            missing(
                "replyToMessageId",
                "must name a message of this conversation",
            );
        }
        if draft.origin().is_some() && !self.has_origin(now) {
            let detail = "must name a message of forwardedFromConversationId that you can see";
            missing("forwardedFromMessageId", detail);
        }
        match &draft.details {
            Details::TokenGift(_) if !self.has_recipient() => {
                missing(
                    "metadata.recipientId",
                    "must be another member of this conversation",
                );
            }
            Details::StoryReply(_) if !self.has_story() => {
                let detail = "must name a story that takes replies, by the other one of this direct conversation";
                missing("metadata.storyId", detail);
            }
            Details::Poll(poll)
                if self.conversation.kind == ConversationKind::Channel
                    && poll.is_anonymous == Some(false) =>
            {
                let detail = "must not be false in a channel, whose readers nobody learns";
                errors.push(FieldError::new("metadata.isAnonymous", Rule::Enum, detail));
            }
            _ => {}
        }
        if self.conversation.is_encrypted && draft.details.link_preview().is_some() {
            errors.push(NewLinkPreview::in_the_clear());
        }
        errors.extend(self.attached.check(&self.member.user_id, draft, now));
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::fields(errors))
        }
    }

    /// The message it answers.
    pub fn reply_to(&self) -> Option<&Message> {
        self.reply_to.message.as_deref()
    }

    /// The message it is a copy of.
    pub fn origin(&self) -> Option<&Message> {
        self.origin.message.as_deref()
    }

    /// Whether a stored message is this draft, sent here before by this sender.
    pub fn is_replay(&self, draft: &SendMessage, stored: &Message, now: Timestamp) -> bool {
        let mut as_sent = stored.clone();
        if self.has_lost_target(draft, now) {
            as_sent.reply_to_message_id = draft.reply_to_message_id.clone();
        }
        let conversation = self.conversation.id.as_str();
        let sender = match is_voice(stored) {
            true => conversation,
            false => self.member.user_id.as_str(),
        };
        draft.is_stored_as(
            &as_sent,
            (conversation, sender),
            self.may_end_earlier(draft),
        )
    }

    /// Whether the message that was answered has ended since, so that a stored answer no longer names it.
    fn has_lost_target(&self, draft: &SendMessage, now: Timestamp) -> bool {
        let target = self.reply_to.message.as_ref();
        draft.reply_to_message_id.is_some() && target.is_none_or(|message| !message.lasts(now))
    }

    fn has_reply_target(&self, now: Timestamp) -> bool {
        let (conversation, member) = (&self.conversation, &self.member);
        self.reply_to.is_visible(conversation, member, now)
    }

    fn has_origin(&self, now: Timestamp) -> bool {
        let place = self.origin_place.as_ref();
        let place = place.filter(|(_, member)| is_active(member));
        let may_be_copied = self.origin().is_some_and(|origin| !is_view_once(origin));
        may_be_copied
            && place.is_some_and(|(whole, member)| self.origin.is_visible(whole, member, now))
    }

    fn has_recipient(&self) -> bool {
        self.recipient.as_ref().is_some_and(|recipient| {
            is_active(recipient) && recipient.user_id != self.member.user_id
        })
    }

    fn has_story(&self) -> bool {
        self.story.as_ref().is_some_and(|story| {
            let author = self.peer.as_ref();
            story.allow_replies && author.is_some_and(|peer| peer.user_id == story.user_id)
        })
    }
}

fn value<D>(doc: Option<Doc<D>>) -> Option<D> {
    doc.map(Doc::into_inner)
}
