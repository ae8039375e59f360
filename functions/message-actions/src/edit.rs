//! `PATCH /v1/conversations/{conversationId}/messages/{messageId}`: changes the words of a message.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::ids::derived_id;
use whisper_kit::precondition::{IfMatch, if_match_or_any};
use whisper_kit::rate_limit::Limit;
use whisper_kit::{Attempt, Ctx, Endpoint, Json, Method, Reply, Request, events};
use whisper_messages::ids::mention_id;
use whisper_messages::{
    LinkPreviewView, MENTIONS, NewLinkPreview, SingleMessageView, Words, first_members, plain_text,
    refuse_groups, takes_link_preview,
};
use whisper_people::{consents, list_changed};
use whisper_schema::Body;
use whisper_schema::body::forms::{MENTION, WEB_URL};
use whisper_schema::body::{Change, Changes, Distinct};
use whisper_schema::prelude::{
    BroadcastChange, ChannelPost, Conversation, ConversationKind, ConversationMember, Message,
    MessageVersion, Notification, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, First, Get, Order, Patch, Query};

use crate::answer::{answer, fingerprint};
use crate::broadcast_change::changed;
use crate::follow::{Copy, words_of};
use crate::limits::{CHANGES, EDIT_WINDOW};
use crate::opened::{Named, Opened};
use crate::preview::shows_none_of;
use crate::removal::delete;
use crate::rules::may_edit;

/// Members that a direct conversation has.
const PAIR: u32 = 2;

/// A change of a message's words; a field that is left out stays.
#[derive(Clone, Debug, Body)]
#[body(changes = Message, example = r#"{"content": "Hello, both of you!"}"#)]
#[body(
    example = r#"{"content": "Better tea: https://example.com/tea", "links": ["https://example.com/tea"],
        "metadata": {"linkPreview": {"url": "https://example.com/tea", "title": "Tea"}}}"#
)]
pub struct EditMessage {
    /// Words or caption; ciphertext when the conversation is encrypted.
    pub content: Option<String>,
    /// Users it mentions, `@all` or `@admins`; they take the place of those there were.
    #[field(count = 0..=100, is = MENTION)]
    pub mentions: Option<Distinct<String>>,
    /// Addresses found in it; they take the place of those there were.
    #[field(count = 0..=20, size = 1..=1000, is = WEB_URL)]
    pub links: Option<Vec<String>>,
    /// The detail that can be changed: the preview of a link.
    #[field(apart)]
    pub metadata: Option<EditedMetadata>,
}

/// A change of a message's details.
#[derive(Clone, Debug, Default, Body)]
pub struct EditedMetadata {
    /// The preview of one of the links that the message has now; null takes it away. One that is left out stays as long as the message has its link.
    pub link_preview: Change<NewLinkPreview>,
}

impl EditMessage {
    /// Changes the preview of a link, once the links are changed: where its link went it goes too.
    fn put_preview(&self, message: &mut Message, is_encrypted: bool) -> Result<()> {
        let change = self.metadata.as_ref().map(|details| &details.link_preview);
        let preview = match change.unwrap_or(&Change::Keep) {
            Change::Set(preview) => {
                let fault = match takes_link_preview(message.content_type) {
                    true if is_encrypted => Some(NewLinkPreview::in_the_clear()),
                    true => preview.fault(&message.links),
                    false => Some(NewLinkPreview::of_another_kind()),
                };
                if let Some(fault) = fault {
                    return Err(Error::fields(vec![fault]));
                }
                Some(preview.clone().into())
            }
            Change::Clear => None,
            Change::Keep => {
                let preview = LinkPreviewView::of(message);
                preview.filter(|preview| message.links.contains(&preview.url))
            }
        };
        LinkPreviewView::put(message, preview.as_ref());
        Ok(())
    }
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PATCH,
        whisper_messages::MESSAGE,
        "editMessage",
        "Changes the words of a message, for its sender",
        edit,
    )
    .for_bots()
    .headers(&["if-match"])
    .reply::<SingleMessageView>(200, "The changed message; unchanged where nothing differs.")
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::NotEditable,
        Code::TooLate,
        Code::PreconditionFailed,
        Code::RateLimited,
    ])
}

async fn edit(ctx: Ctx, request: Request, Json(change): Json<EditMessage>) -> Result<Reply> {
    let (named, precondition) = (Named::of(&request)?, if_match_or_any(&request)?);
    let edited = ctx.retry(async || attempt(&ctx, named, precondition, &change).await);
    let Opened { access, message } = edited.await?;
    answer(&ctx, &access, message).await
}

/// Reads, decides, commits. To be made again when the message, its conversation or the sender's rights changed before the
/// commit, or when another edit came first.
async fn attempt(
    ctx: &Ctx,
    named: Named<'_>,
    precondition: IfMatch,
    change: &EditMessage,
) -> Result<Attempt<Opened>> {
    let more = (
        first_members(named.conversation, PAIR),
        last_version(named.message),
        Get::<ChannelPost>::id(named.message),
    );
    let (mut opened, (pair, last, post)) = named.open_shown(ctx, more).await?;
    let hours = ctx.config().get(&EDIT_WINDOW);
    may_edit(&opened.message, &opened.access, hours, ctx.now())?;
    refuse_unwanted(ctx, &opened, pair).await?;
    precondition.check(fingerprint(&opened.message))?;
    let before = opened.message.value.clone();
    let message = &mut opened.message.value;
    let is_encrypted = opened.access.conversation.is_encrypted;
    change.clone().apply(message);
    change.put_preview(message, is_encrypted)?;
    if *message == before {
        return Ok(Attempt::Done(opened));
    }
    if let Some(fault) = Words::of(message).fault() {
        return Err(Error::fields(vec![fault]));
    }
    message.plain_text = (!is_encrypted).then(|| plain_text(message));
    let edit = Edit {
        before: &before,
        after: &opened,
        number: last.map_or(1, |last| last.number + 1),
        copy: Copy::of(ctx, post).await?,
    };
    edit.refuse_groups()?;
    let limits = edit.limits(ctx).await?;
    let batch = edit.batch(ctx)?;
    let batch = limits
        .iter()
        .fold(batch, |batch, limit| limit.count_in(batch, ctx.now()));
    let outcome = ctx.store().await?.commit(batch).await.map_err(Error::from);
    let outcome = limits.iter().fold(outcome, |outcome, limit| {
        whisper_kit::ResultExt::on_reached(outcome, limit, ctx.now())
    });
    Ok(match Attempt::of(outcome)? {
        Attempt::Done(committed) => {
            let message = &mut opened.message.value;
            message.edited_at = Some(committed.at);
            message.updated_at = Some(committed.at);
            Attempt::Done(opened)
        }
        Attempt::Retry => Attempt::Retry,
    })
}

/// Refuses new words to somebody who hasn't answered yet and doesn't want messages of the sender by now.
async fn refuse_unwanted(
    ctx: &Ctx,
    opened: &Opened,
    pair: Vec<Doc<ConversationMember>>,
) -> Result<()> {
    let me = opened.access.member.user_id.as_str();
    let is_direct = opened.access.conversation.kind == ConversationKind::Direct;
    let mut pair = pair.into_iter().map(Doc::into_inner);
    let peer = pair.find(|other| is_direct && other.user_id != me && other.is_request);
    let Some(peer) = peer else {
        return Ok(());
    };
    let peer = peer.user_id.as_str();
    match ctx.read(consents(me, [peer])).await?.may_write(peer) {
        true => Ok(()),
        false => Err(Error::forbidden("You can't send to this conversation.")),
    }
}

/// Asks for the newest version that an edit of a message replaced.
fn last_version(message: &str) -> First<MessageVersion> {
    Query::new()
        .filter(Filter::eq(MessageVersion::MESSAGE_ID, message))
        .order(Order::desc(MessageVersion::NUMBER))
        .first()
}

/// An edit that makes a difference.
struct Edit<'a> {
    before: &'a Message,
    after: &'a Opened,
    /// The number of the version that it replaces.
    number: i64,
    /// The copy that is talked about, of a message of a channel.
    copy: Option<Copy>,
}

impl Edit<'_> {
    /// The users whom the message mentions now and didn't before.
    fn newly_mentioned(&self) -> Vec<&str> {
        difference(&self.after.message.mentions, &self.before.mentions)
    }

    /// Refuses groups of members that the edit mentions anew without a right to.
    fn refuse_groups(&self) -> Result<()> {
        let access = &self.after.access;
        refuse_groups(&access.conversation, &access.member, self.newly_mentioned())
    }

    /// The limits that the edit counts against.
    async fn limits(&self, ctx: &Ctx) -> Result<Vec<Limit>> {
        let mut limits = vec![CHANGES.of_caller(ctx).await?];
        let mentioned = self.newly_mentioned().len();
        if mentioned > 0 {
            limits.push(MENTIONS.of_caller(ctx).await?.times(mentioned));
        }
        Ok(limits)
    }

    fn batch(&self, ctx: &Ctx) -> Result<Batch> {
        let (message, conversation) = (&self.after.message.value, &self.after.access.conversation);
        let batch = Batch::new()
            .expect_some(self.after.may_still())
            .update_if(
                &message.id,
                words_of(message),
                Filter::stands(Timestamp::AT_COMMIT),
            )
            .insert(&self.version());
        let shown = conversation.last_message_id.as_deref() == Some(&message.id);
        let batch = match shown {
            true => {
                let batch = batch.update_if(
                    &conversation.id,
                    Patch::new().set(Conversation::LAST_MESSAGE_TEXT, message.plain_text.clone()),
                    Filter::eq(Conversation::LAST_MESSAGE_ID, message.id.as_str()),
                );
                list_changed(ctx, batch, &conversation.id, &conversation.id)?
            }
            false => batch.expect_some(shows_none_of(&conversation.id, &[&message.id])),
        };
        let unmentioned = difference(&self.before.mentions, &message.mentions);
        let unmentioned = unmentioned.iter().map(|user| mention_id(&message.id, user));
        let batch = delete::<Notification>(batch, unmentioned.collect());
        let what = json!({
            "conversationId": conversation.id,
            "conversationType": conversation.kind,
            "senderId": message.sender_id,
            "contentType": message.content_type,
            "mentioned": self.newly_mentioned(),
        });
        let batch = match &self.copy {
            Some(copy) => copy.edited(ctx, batch, message, None)?,
            None => batch,
        };
        let batch = match conversation.kind {
            ConversationKind::Broadcast => changed(batch, &message.id, BroadcastChange::Edited),
            _ => batch,
        };
        let by = Some(self.after.access.member.user_id.as_str());
        events::append(ctx, batch, "message.edited", &message.id, by, &what)
    }

    /// The words that the edit replaces. One of two edits at once finds its number taken, and is made again.
    fn version(&self) -> MessageVersion {
        let before = self.before;
        MessageVersion {
            id: derived_id(&["version", &before.id, &self.number.to_string()]),
            message_id: before.id.clone(),
            conversation_id: before.conversation_id.clone(),
            number: self.number,
            content: before.content.clone(),
            mentions: before.mentions.clone(),
            links: before.links.clone(),
            written_at: before.edited_at.or(before.created_at).unwrap_or_default(),
            replaced_at: Timestamp::AT_COMMIT,
        }
    }
}

/// The users of the first that aren't among the second.
fn difference<'a>(some: &'a [String], others: &[String]) -> Vec<&'a str> {
    let others: BTreeSet<&str> = others.iter().map(String::as_str).collect();
    let some = some.iter().map(String::as_str);
    some.filter(|one| !others.contains(one)).collect()
}
