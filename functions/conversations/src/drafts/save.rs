//! `PUT /v1/conversations/{conversationId}/draft`: keeps the caller's draft. Where two devices save, the last one's words stay.

use serde_json::{Map, Value, json};
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Json, Method, Reply, Request, Result};
use whisper_schema::body::Fields;
use whisper_schema::body::forms::ID;
use whisper_schema::prelude::{Column, ConversationMember, MessageDraft, Timestamp};
use whisper_schema::{Body, Ephemeral, Rule};
use whisper_store::{Batch, Filter, Get};

use super::DRAFT;
use crate::access::{active, admit, door};
use crate::limits::{DRAFTS, Uses};
use whisper_views::drafts::{DraftView, draft_id};

/// The most characters of the client's own object, as JSON.
const CUSTOM_TEXT: usize = 4000;

/// The words that somebody has begun to write; they take the place of the former ones.
#[derive(Clone, Debug, PartialEq, Body)]
#[body(check = SavedDraft::check)]
#[body(
    rule = r#"{"anyOf": [{"required": ["content"], "properties": {"content": {"type": "string", "minLength": 1}}},
        {"required": ["replyToMessageId"], "properties": {"replyToMessageId": {"type": "string"}}},
        {"required": ["custom"], "properties": {"custom": {"type": "object"}}}]}"#
)]
#[body(example = r#"{"content": "See you at"}"#)]
pub struct SavedDraft {
    /// The words so far, or a ciphertext of the client's: at most 10,000 characters.
    #[field(size = 0..=10_000, text = Words, default = String::new())]
    pub content: String,
    /// Message of the conversation that it will answer.
    #[field(is = ID)]
    pub reply_to_message_id: Option<String>,
    /// An object of the client's own, such as formatting or files that wait: at most 4,000 characters as JSON.
    pub custom: Option<Map<String, Value>>,
}

impl SavedDraft {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        let is_bare = self.reply_to_message_id.is_none() && self.custom.is_none();
        if self.content.is_empty() && is_bare && fields.is_clean("content") {
            let detail = "is required where nothing else is kept; DELETE discards a draft";
            fields.refuse("content", Rule::Required, detail);
        }
        let custom = self.custom_text();
        if custom.is_some_and(|text| text.chars().count() > CUSTOM_TEXT) {
            let detail = format!("must have at most {CUSTOM_TEXT} characters as JSON");
            fields.refuse("custom", Rule::Size, detail);
        }
    }

    fn custom_text(&self) -> Option<String> {
        let custom = self.custom.as_ref();
        custom.map(|custom| Value::Object(custom.clone()).to_string())
    }

    fn document(&self, conversation: &str, user: &str, now: Timestamp) -> MessageDraft {
        MessageDraft {
            id: draft_id(conversation, user),
            user_id: user.to_owned(),
            conversation_id: conversation.to_owned(),
            content: self.content.clone(),
            reply_to_message_id: self.reply_to_message_id.clone(),
            custom: self.custom_text(),
            updated_at: Timestamp::AT_COMMIT,
            expires_at: now.plus(MessageDraft::LIFETIME),
        }
    }
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        DRAFT,
        "saveDraft",
        "Keeps a message that the caller has begun to write, for all their devices; nobody else sees it. It goes a year after it was saved last.",
        save,
    )
    .reply::<DraftView>(200, "The draft as it is kept.")
    .codes(&[Code::RateLimited])
}

/// Answers 200 with the draft.
async fn save(ctx: Ctx, request: Request, Json(saved): Json<SavedDraft>) -> Result<Reply> {
    let id = request.id("conversationId")?;
    ctx.retry(async || attempt(&ctx, id, &saved).await).await
}

async fn attempt(ctx: &Ctx, id: &str, saved: &SavedDraft) -> Result<Attempt<Reply>> {
    let me = ctx.caller()?.user_id;
    let former = Get::<MessageDraft>::id(draft_id(id, &me));
    let (found, former) = ctx.read((door(id, &me), former)).await?;
    let access = admit(found)?;
    let mut draft = saved.document(id, &me, ctx.now());
    if let Some(former) =
        former.filter(|former| former.stands(ctx.now()) && is_same(former, &draft))
    {
        return Reply::ok(&DraftView::from(former.into_inner())).map(Attempt::Done);
    }
    let belongs = Filter::and([
        Filter::eq(Column::<ConversationMember>::id(), access.me.id.as_str()),
        active(),
    ]);
    let batch = Batch::new().expect_some(belongs).upsert(&draft);
    let what = json!({"conversationId": id});
    let batch = append(ctx, batch, "draft.saved", &me, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(DRAFTS, 1)]).await?;
    let Some(committed) = uses.try_commit(ctx, batch).await? else {
        return Ok(Attempt::Retry);
    };
    draft.updated_at = committed.at;
    Reply::ok(&DraftView::from(draft)).map(Attempt::Done)
}

/// Whether two drafts say the same.
fn is_same(one: &MessageDraft, other: &MessageDraft) -> bool {
    one.content == other.content
        && one.reply_to_message_id == other.reply_to_message_id
        && one.custom == other.custom
}
