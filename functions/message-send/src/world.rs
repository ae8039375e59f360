//! What a message is about: the documents that decide whether it may be sent.

use whisper_kit::Ctx;
use whisper_kit::error::{Error, FieldError, OptionExt, Result, Rule};
use whisper_kit::ids::{direct_conversation_id, member_id};
use whisper_schema::main_db::{Contact, Conversation, ConversationKind, Message};
use whisper_schema::social_db::{Follow, Story, StoryAudience};
use whisper_schema::system::{ConversationMember, ConversationMemberStatus};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::{Doc, Filter, Get, Order, Query};

use crate::content::Details;
use crate::draft::SendMessage;

/// The documents around a message to be sent, as of one moment.
#[derive(Debug)]
pub struct World {
    /// Where it goes.
    pub conversation: Conversation,
    /// The sender's membership.
    pub member: ConversationMember,
    /// The other one of a direct conversation.
    pub peer: Option<String>,
    /// What was sent with this id before.
    pub stored: Option<Message>,
    /// The message it answers.
    pub reply_to: Option<Message>,
    /// The message it is a copy of.
    pub origin: Option<Message>,
    /// The sender's membership of the conversation that the copy comes from.
    pub origin_member: Option<ConversationMember>,
    /// The membership of whoever gets the gift.
    pub recipient: Option<ConversationMember>,
    /// The story it answers, if the sender may see it.
    pub story: Option<Story>,
}

/// Members that a direct conversation has.
const PAIR: u32 = 2;

impl World {
    /// Reads it all in one statement; an answer to a story takes a second one, as who may see a story
    /// depends on whose it is.
    ///
    /// # Errors
    /// 401 when the session has ended, 404 for who is no member.
    pub async fn read(
        ctx: &Ctx,
        me: &str,
        conversation: &str,
        draft: &SendMessage,
    ) -> Result<World> {
        let place = (
            Get::<ConversationMember>::id(member_id(conversation, me)),
            Get::<Conversation>::id(conversation),
            first_members(conversation),
        );
        let message = |id: Option<&str>| id.map(Get::<Message>::id);
        let origin = draft.origin();
        let messages = (
            message(draft.id.as_deref()),
            message(draft.reply_to_message_id.as_deref()),
            message(origin.map(|(message, _)| message)),
        );
        let member = |conversation: &str, user: &str| {
            Get::<ConversationMember>::id(member_id(conversation, user))
        };
        let (recipient, story) = match &draft.details {
            Details::TokenGift(gift) => (Some(member(conversation, &gift.recipient_id)), None),
            Details::StoryReply(reply) => (None, Some(Get::<Story>::id(&reply.story_id))),
            _ => (None, None),
        };
        let others = (
            origin.map(|(_, conversation)| member(conversation, me)),
            recipient,
            story,
        );
        let (place, messages, others) = ctx.read((place, messages, others)).await?;

        let (member, conversation) = admit(place.0, place.1)?;
        let direct = conversation.kind == ConversationKind::Direct;
        let peer = place
            .2
            .into_iter()
            .map(|doc| doc.value.user_id)
            .find(|user| direct && user != me);
        let mut world = World {
            peer,
            conversation,
            member,
            stored: value(messages.0.flatten()),
            reply_to: value(messages.1.flatten()),
            origin: value(messages.2.flatten()),
            origin_member: value(others.0.flatten()),
            recipient: value(others.1.flatten()),
            story: value(others.2.flatten()),
        };
        world.hide_story(ctx, me).await?;
        Ok(world)
    }

    /// Takes away a story that the sender may not see.
    async fn hide_story(&mut self, ctx: &Ctx, me: &str) -> Result<()> {
        let Some(story) = self.story.take().filter(|story| story.stands(ctx.now())) else {
            return Ok(());
        };
        let author = story.user_id.as_str();
        let follow = |follower: &str, following: &str| {
            Filter::and([
                Filter::eq(Follow::FOLLOWER_ID, follower),
                Filter::eq(Follow::FOLLOWING_ID, following),
            ])
        };
        let contact = |user: &str, other: &str| {
            Filter::and([
                Filter::eq(Contact::USER_ID, user),
                Filter::eq(Contact::CONTACT_USER_ID, other),
            ])
        };
        let between = (
            Query::<Follow>::new().filter(Filter::or([follow(me, author), follow(author, me)])),
            Query::<Contact>::new().filter(Filter::or([contact(me, author), contact(author, me)])),
        );
        let (follows, contacts) = ctx.read(between).await?;
        let follows = follows.iter().map(|doc| &doc.value);
        let contacts = contacts.iter().map(|doc| &doc.value);
        let audience = StoryAudience::of(me, author, follows, contacts);
        self.story = Some(story).filter(|story| story.is_visible(audience, ctx.now()));
        Ok(())
    }

    /// Holds a new message against the documents it names.
    ///
    /// # Errors
    /// `validation_failed`, naming each field. What doesn't exist and what the sender may not see
    /// are refused in the same words.
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
        if let Some((_, conversation)) = draft.origin()
            && !self.has_origin(conversation, now)
        {
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
            _ => {}
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::fields(errors))
        }
    }

    fn has_reply_target(&self, now: Timestamp) -> bool {
        self.reply_to.as_ref().is_some_and(|message| {
            message.conversation_id == self.conversation.id
                && is_visible(message, &self.member.user_id, now)
        })
    }

    fn has_origin(&self, conversation: &str, now: Timestamp) -> bool {
        let member = self.origin_member.as_ref().is_some_and(is_active);
        member
            && self.origin.as_ref().is_some_and(|message| {
                message.conversation_id == conversation
                    && is_visible(message, &self.member.user_id, now)
            })
    }

    fn has_recipient(&self) -> bool {
        self.recipient.as_ref().is_some_and(|recipient| {
            is_active(recipient) && recipient.user_id != self.member.user_id
        })
    }

    fn has_story(&self) -> bool {
        self.story.as_ref().is_some_and(|story| {
            let direct = direct_conversation_id(&self.member.user_id, &story.user_id);
            story.allow_replies
                && story.user_id != self.member.user_id
                && self.conversation.id == direct
        })
    }
}

/// Lets an active member in.
///
/// # Errors
/// The same 404 for a conversation that doesn't exist and for one the caller doesn't belong to.
pub fn admit(
    member: Option<Doc<ConversationMember>>,
    conversation: Option<Doc<Conversation>>,
) -> Result<(ConversationMember, Conversation)> {
    let member = value(member).filter(is_active).or_not_found()?;
    Ok((member, value(conversation).or_not_found()?))
}

/// Whether somebody belongs to the conversation.
pub fn is_active(member: &ConversationMember) -> bool {
    member.status == ConversationMemberStatus::Active
}

/// Whether a message can be referred to: it lasts, and was deleted neither for all nor for the user.
fn is_visible(message: &Message, user: &str, now: Timestamp) -> bool {
    is_lasting(message, now) && message.deleted_at.is_none() && !is_deleted_for(message, user)
}

/// Whether it has not expired.
pub fn is_lasting(message: &Message, now: Timestamp) -> bool {
    message.expires_at.is_none_or(|at| at > now)
}

/// Whether a user deleted it for themselves.
pub fn is_deleted_for(message: &Message, user: &str) -> bool {
    message.deleted_for.iter().any(|who| who == user)
}

/// The two members of a direct conversation; of a group any two, at the same small cost.
fn first_members(conversation: &str) -> Query<ConversationMember> {
    Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(Filter::eq(
            ConversationMember::STATUS,
            ConversationMemberStatus::Active,
        ))
        .order(Order::asc(ConversationMember::JOINED_AT))
        .limit(PAIR)
}

fn value<D>(doc: Option<Doc<D>>) -> Option<D> {
    doc.map(Doc::into_inner)
}
