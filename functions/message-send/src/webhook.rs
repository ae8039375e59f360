//! `POST /v1/webhooks/{webhookId}/{secret}`: a program posts into a conversation, through the code that sends members' messages.

use whisper_kit::auth::is_secret;
use whisper_kit::error::{Code, Error, FieldError, OptionExt, Result, Rule};
use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request};
use whisper_messages::{MessageView, WebhookSenderView, is_active, voice};
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::Body;
use whisper_schema::body::forms::{ID, LINE, SECURE_URL};
use whisper_schema::body::{Distinct, Fields};
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::{Account, ConversationMember, IncomingWebhook};
use whisper_schema::text::is_blank;
use whisper_store::{Doc, Get};

use crate::compose;
use crate::context::Context;
use crate::draft::SendMessage;
use crate::limits::of_webhook;

/// A message that a webhook posts.
#[derive(Clone, Debug, Body)]
#[body(check = PostedMessage::check)]
#[body(
    example = r#"{"content": "Build 42 passed", "username": "CI", "avatarUrl": "https://ci.example.com/logo.png"}"#
)]
pub struct PostedMessage {
    /// Words: 1 to 10,000 characters, with something to see.
    #[field(size = 1..=10_000, text = Words)]
    pub content: String,
    /// Name of the sender in place of the webhook's.
    #[field(size = 1..=80, is = LINE, text = Name)]
    pub username: Option<String>,
    /// Where the sender's picture is served, in place of the webhook's: an https address.
    #[field(size = 1..=2000, is = SECURE_URL)]
    pub avatar_url: Option<String>,
    /// Members whom it mentions, by their ids. There is no mention of groups.
    #[field(count = 0..=20, is = ID)]
    pub mentions: Distinct<String>,
    /// The program's own id for the message: posted again with the same one, it is stored once. A UUID is a good choice.
    #[field(is = ID)]
    pub id: Option<String>,
}

impl PostedMessage {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if is_blank(&self.content) && fields.is_clean("content") {
            let detail = "must have at least one visible character";
            fields.refuse("content", Rule::Required, detail);
        }
    }

    /// The message as members send them.
    fn draft(&self) -> SendMessage {
        SendMessage {
            id: self.id.clone(),
            content: self.content.clone(),
            mentions: self.mentions.clone(),
            ..SendMessage::default()
        }
    }

    /// The sender to be shown.
    fn sender(&self, webhook: &IncomingWebhook) -> WebhookSenderView {
        let name = self.username.as_ref().unwrap_or(&webhook.name);
        let avatar_url = self.avatar_url.as_ref().or(webhook.avatar_url.as_ref());
        WebhookSenderView {
            id: webhook.id.clone(),
            name: name.clone(),
            avatar_url: avatar_url.cloned(),
        }
    }
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/webhooks/{webhookId}/{secret}",
        "postToWebhook",
        "Posts a message into the conversation of an incoming webhook. The address is the right to do so.",
        post,
    )
    .public()
    .reply::<MessageView>(201, "The message was sent.")
    .reply::<MessageView>(
        200,
        "It had been sent before, with the same id and the same body.",
    )
    .codes(&[Code::NotFound, Code::MessageIdTaken, Code::RateLimited])
}

async fn post(ctx: Ctx, request: Request, Json(posted): Json<PostedMessage>) -> Result<Reply> {
    let (id, secret) = (request.id("webhookId")?, request.param("secret")?);
    let posting = Posting {
        ctx: &ctx,
        address: (id, secret),
        draft: posted.draft(),
        posted,
    };
    ctx.retry(async || posting.attempt().await).await
}

struct Posting<'a> {
    ctx: &'a Ctx,
    /// The webhook's id, and the secret that was given.
    address: (&'a str, &'a str),
    posted: PostedMessage,
    draft: SendMessage,
}

impl Posting<'_> {
    async fn attempt(&self) -> Result<Attempt<Reply>> {
        let ctx = self.ctx;
        let (context, is_anonymous) = self.context().await?;
        let webhook = context.webhook.as_ref().or_not_found()?;
        let metadata = self.posted.sender(webhook).metadata_text();
        if let Some(stored) = &context.stored {
            return self.replay(stored, &context, &metadata).map(Attempt::Done);
        }
        let id = self.draft.id.clone().map_or_else(|| ctx.new_id(), Ok)?;
        let mut message = compose::message(id, &self.draft, &context, ctx.now());
        message.metadata = Some(metadata);
        let batch = compose::batch(ctx, &message, &self.draft, &context)?;
        let uses = of_webhook(ctx.config(), webhook, is_anonymous, &message);
        let Some(committed) = uses.try_commit(ctx, batch).await? else {
            return Ok(Attempt::Retry);
        };
        let view = MessageView {
            created_at: committed.at,
            ..MessageView::from(message)
        };
        Reply::created(&view).map(Attempt::Done)
    }

    /// Reads the webhook, and then its conversation, and whether its maker is anonymous. A wrong secret, a webhook or a conversation that isn't there, one without
    /// members, and one that clients encrypt are answered alike.
    async fn context(&self) -> Result<(Context, bool)> {
        let (id, secret) = self.address;
        let webhook = self.ctx.read(Get::<IncomingWebhook>::id(id)).await?;
        let hash = webhook.as_ref().map(|webhook| webhook.secret_hash.as_str());
        let is_right = is_secret(secret, hash);
        let webhook = webhook.filter(|_| is_right).or_not_found()?.into_inner();
        let conversation = webhook.conversation_id.as_str();
        let mentions = self.draft.mentions.iter();
        let members = mentions.map(|user| member_id(conversation, user));
        let members: Vec<String> = members.collect();
        let asked = (
            Get::<Conversation>::id(conversation),
            self.draft.id.as_deref().map(Get::<Message>::id),
            by_ids::<ConversationMember>(members.iter().map(String::as_str)),
            Get::<Account>::id(&webhook.created_by),
        );
        let (conversation, stored, members, maker) = self.ctx.read(asked).await?;
        let is_open = |conversation: &Doc<Conversation>| {
            !conversation.is_encrypted && conversation.participant_count > 0
        };
        let conversation = conversation.filter(is_open).or_not_found()?;
        let stored = stored.flatten().map(Doc::into_inner);
        if stored.is_none() {
            let members: Vec<_> = members.into_iter().flatten().collect();
            self.refuse_strangers(&members)?;
        }
        let is_anonymous = maker.is_some_and(|account| account.is_anonymous);
        let context = Context::of_webhook(webhook, conversation.into_inner(), stored);
        Ok((context, is_anonymous))
    }

    /// Refuses mentions of users who don't belong to the conversation.
    fn refuse_strangers(&self, members: &[Doc<ConversationMember>]) -> Result<()> {
        let is_member = |user: &String| {
            let mut members = members.iter().filter(|member| is_active(member));
            members.any(|member| member.user_id == *user)
        };
        let mentions = self.draft.mentions.iter().enumerate();
        let strangers = mentions.filter(|(_, user)| !is_member(user));
        let errors: Vec<FieldError> = strangers
            .map(|(place, _)| {
                let detail = "must be a member of the conversation";
                FieldError::new(format!("mentions[{place}]"), Rule::Reference, detail)
            })
            .collect();
        match errors.is_empty() {
            true => Ok(()),
            false => Err(Error::fields(errors)),
        }
    }

    /// Answers for a message that has this id already.
    fn replay(&self, stored: &Message, context: &Context, metadata: &str) -> Result<Reply> {
        let is_same_sender =
            stored.deleted_at.is_some() || stored.metadata.as_deref() == Some(metadata);
        let mut bare = stored.clone();
        bare.metadata = None;
        let sender = voice(&context.conversation, &context.member.user_id);
        let place = (context.conversation.id.as_str(), sender);
        let may_end_earlier = context.may_end_earlier(&self.draft);
        if !is_same_sender || !self.draft.is_stored_as(&bare, place, may_end_earlier) {
            let detail = "Another message has this id. Use a new one for each message.";
            return Err(Error::new(Code::MessageIdTaken, detail));
        }
        Reply::ok(&MessageView::from(stored.clone()))
    }
}
