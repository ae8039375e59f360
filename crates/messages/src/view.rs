//! Messages as the API shows them.

use serde::Serialize;
use serde_json::{Map, Value};
use whisper_files::{Files, MediaView};
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::UsersView;
#[cfg(not(target_family = "wasm"))]
use whisper_schema::main_db::SystemMessage;
use whisper_schema::main_db::{Message, MessageContentType, MessageStatus};
use whisper_schema::{Choice, Timestamp};
use whisper_store::Doc;

use crate::broadcast::BroadcastView;
use crate::channel::CommentsView;
#[cfg(not(target_family = "wasm"))]
use crate::link_preview::LinkPreviewMetadata;
use crate::marks::ReactionCountView;
use crate::media::{Media, file_ids, files_of, keeps_files};
use crate::once::{ViewOnceView, concealed, is_view_once};
use crate::poll::PollView;
use crate::viewing::Viewing;
#[cfg(not(target_family = "wasm"))]
use crate::webhook::WebhookMetadata;

/// Where the metadata of a copy names the kind of the message it was made of.
pub const ORIGINAL_CONTENT_TYPE: &str = "originalContentType";

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Id: the client's own, or one of the server's.
    pub id: String,
    /// Conversation it belongs to.
    pub conversation_id: String,
    /// User who sent it; the channel itself, where it stands for an author whom the caller doesn't learn.
    pub sender_id: String,
    /// Words, caption or question; ciphertext when the conversation is encrypted.
    pub content: String,
    /// The kind of its content, which decides the form of `metadata`.
    pub content_type: MessageContentType,
    /// The kind of content of the message that it is a copy of, where the copy has that content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_content_type: Option<MessageContentType>,
    /// The first 300 characters, or the kind in brackets; none when encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_text: Option<String>,
    /// Where media of its are served that lie elsewhere.
    pub media_urls: Vec<String>,
    /// Ids of the files of its media.
    pub media_file_ids: Vec<String>,
    /// These files, for the caller alone: each has an address that was signed for them. Outgoing webhooks are told the ids alone.
    pub media: Vec<MediaView>,
    /// Where a small picture is served that lies elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
    /// Id of the file of the small picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_file_id: Option<String>,
    /// This file, for the caller alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<MediaView>,
    /// Details of the content type. A poll's has `pollId`; a copied message's has
    /// `originalContentType` and `original`, the metadata it had there.
    /// Words, links and replies may have `linkPreview`, made by the client of their sender.
    /// A system message's is the change to the conversation. A message of a webhook has its sender's name and picture under
    /// `webhook`: clients show these in place of the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(not(target_family = "wasm"), schemars(with = "Option<Metadata>"))]
    pub metadata: Option<Map<String, Value>>,
    /// Message of the same conversation that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to_message_id: Option<String>,
    /// Message it is a copy of; shown to members of the conversation that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from_message_id: Option<String>,
    /// Conversation the copy comes from; shown to its members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from_conversation_id: Option<String>,
    /// When its content last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// Always empty: a message deleted for the caller is not shown, and others' deletions are their own.
    pub deleted_for: Vec<String>,
    /// Whether it tells of its sender's change to the conversation, by `metadata`. It is unread to nobody.
    pub is_system_message: bool,
    /// Whether it is pinned in the conversation.
    pub is_pinned: bool,
    /// When it was pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned_at: Option<Timestamp>,
    /// The users who reacted: from the emoji, or the id of a sticker, to ids of users, as far as 10,000 characters reach. Only in conversations of
    /// up to 256 members, and without users with a block in between; the list of reactions has everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reactions: Option<Map<String, Value>>,
    /// How many users have which reaction: the 20 most used, the most used first.
    pub reaction_counts: Vec<ReactionCountView>,
    /// The caller's own reactions.
    pub my_reactions: Vec<String>,
    /// Whether the caller starred it.
    pub is_starred: bool,
    /// How many messages answer it.
    pub reply_count: i64,
    /// How many users viewed it; only in channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<i64>,
    /// Where a message of a channel is talked about, once somebody asked for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<CommentsView>,
    /// How far a message of a broadcast got to its recipients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<BroadcastView>,
    /// The results of its poll, with the viewer's choice; absent in the answer to a send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll: Option<PollView>,
    /// Present where it can be viewed once: then its content is shown by opening it alone, and absent here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_once: Option<ViewOnceView>,
    /// Users it mentions, by their ids; `@all` for all members, `@admins` for the owner and the admins.
    pub mentions: Vec<String>,
    /// Addresses found in it.
    pub links: Vec<String>,
    /// Members who read it, of the first 100 to whom it was sent; without members whom the caller blocked, or who blocked the caller,
    /// and without members who have read receipts turned off. A caller who has them turned off sees no others here.
    pub read_by: Vec<String>,
    /// Members who have it on a device or read it, of the same.
    pub delivered_to: Vec<String>,
    /// How far a message of the caller's got: `delivered` once all others have it on a device, and `read` once all have read it; in a direct
    /// conversation and in groups of up to 1,024 members, else it stays `sent`. Members who have read receipts turned off never count as readers.
    /// A message that the caller received in a direct conversation is `read` once the caller has read it. Absent from the caller's own messages in groups
    /// where a list goes over several conversations: the history says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MessageStatus>,
    /// When it disappears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was sent: the time of the commit. The order of the history is that of the commits.
    pub created_at: Timestamp,
    /// When it was edited or deleted; reactions, receipts and pins don't count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// A message with the people whom it names.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct SingleMessageView {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// The people.
    #[serde(flatten)]
    pub users: UsersView,
}

impl MessageView {
    /// The message as its viewer sees it, with the receipts that follow from where its readers are.
    pub fn seen(of: Doc<Message>, viewing: &Viewing) -> Self {
        let read_by = viewing.readers_of(&of);
        let shows_origin = viewing.shows_origin(&of);
        let poll = viewing.poll_of(&of);
        let (status, delivered_to) = (viewing.status_of(&of), viewing.recipients_of(&of));
        let reactions = viewing.reactions(&of).object();
        let (reaction_counts, my_reactions) =
            (viewing.reaction_counts(&of), viewing.my_reactions(&of));
        let view_once = viewing.view_once(&of);
        let (sender, views) = (viewing.sender_of(&of), viewing.views_of(&of));
        let mut view = MessageView {
            views,
            comments: viewing.comments_on(&of),
            broadcast: viewing.broadcast_of(&of),
            view_once,
            is_starred: viewing.is_starred(&of),
            reply_count: viewing.replies_to(&of),
            reactions,
            reaction_counts,
            my_reactions,
            ..MessageView::from(of.into_inner())
        };
        view.sender_id = sender;
        view.status = Some(status);
        if !shows_origin {
            view.forwarded_from_message_id = None;
            view.forwarded_from_conversation_id = None;
        }
        view.delivered_to = delivered_to;
        view.read_by = read_by;
        view.poll = poll;
        view.show(viewing.media());
        view
    }

    /// As [`MessageView::seen`] in a list over several conversations: without a status that it doesn't know.
    pub fn listed(of: Doc<Message>, viewing: &Viewing) -> Self {
        let is_known = viewing.knows_status_of(&of);
        let view = MessageView::seen(of, viewing);
        MessageView {
            status: view.status.filter(|_| is_known),
            ..view
        }
    }

    /// A message that can be viewed once, as somebody sees it who opens it.
    pub fn opened(of: Doc<Message>, viewing: &Viewing) -> Self {
        let content = of.value.clone();
        let mut view = MessageView::seen(of, viewing);
        view.content = content.content;
        view.media_urls = content.media_urls;
        view.media_file_ids = content.media_file_ids;
        view.thumbnail_url = content.thumbnail_url;
        view.thumbnail_file_id = content.thumbnail_file_id;
        view.show(viewing.media());
        view.links = content.links;
        view.metadata = object(content.metadata.as_deref());
        view.view_once = Some(ViewOnceView {
            is_opened: true,
            opened_count: None,
        });
        view
    }

    /// Shows the files that it names by their ids.
    fn show(&mut self, media: &Media) {
        self.media = media.views(self.media_file_ids.iter().map(String::as_str));
        let thumbnail = media.views(self.thumbnail_file_id.as_deref());
        self.thumbnail = thumbnail.into_iter().next();
    }
}

/// A message as its sender sees it right after sending, with its files. Those that aren't among the `known` ones are read, in one
/// statement.
///
/// # Errors
/// The store's.
pub async fn sent_view(
    ctx: &Ctx,
    sender: &str,
    message: Message,
    known: Files,
) -> Result<MessageView> {
    let is_known = file_ids(&message).all(|id| known.get(id).is_some());
    let files = match is_known || is_view_once(&message) || !keeps_files(ctx) {
        true => known,
        false => ctx.read(files_of(ctx, [&message])).await?,
    };
    let media = Media::of(ctx, sender, [&message], files).await?;
    let mut view = MessageView::from(message);
    view.show(&media);
    Ok(view)
}

impl From<Message> for MessageView {
    /// The message as its sender sees it right after sending, without readers yet.
    fn from(of: Message) -> Self {
        let view_once = is_view_once(&of).then(ViewOnceView::default);
        let of = concealed(of);
        let metadata = object(of.metadata.as_deref());
        MessageView {
            original_content_type: original(of.content_type, metadata.as_ref()),
            metadata,
            reactions: None,
            reaction_counts: Vec::new(),
            my_reactions: Vec::new(),
            is_starred: false,
            reply_count: 0,
            views: None,
            comments: None,
            broadcast: None,
            view_once,
            deleted_for: Vec::new(),
            read_by: Vec::new(),
            poll: None,
            delivered_to: Vec::new(),
            id: of.id,
            conversation_id: of.conversation_id,
            sender_id: of.sender_id,
            content: of.content,
            content_type: of.content_type,
            plain_text: of.plain_text,
            media_urls: of.media_urls,
            media_file_ids: of.media_file_ids,
            media: Vec::new(),
            thumbnail_url: of.thumbnail_url,
            thumbnail_file_id: of.thumbnail_file_id,
            thumbnail: None,
            reply_to_message_id: of.reply_to_message_id,
            forwarded_from_message_id: of.forwarded_from_message_id,
            forwarded_from_conversation_id: of.forwarded_from_conversation_id,
            edited_at: of.edited_at,
            deleted_at: of.deleted_at,
            is_system_message: of.is_system_message,
            is_pinned: of.is_pinned,
            pinned_at: of.pinned_at,
            mentions: of.mentions,
            links: of.links,
            status: Some(of.status),
            expires_at: of.expires_at,
            created_at: of.created_at.unwrap_or_default(),
            updated_at: of.updated_at,
        }
    }
}

/// The metadata of a message: of a system message one of the forms of system messages, of a webhook's message the webhook's form,
/// of one with the preview of a link that of the preview, of any other the form of its content type.
#[cfg(not(target_family = "wasm"))]
struct Metadata;

#[cfg(not(target_family = "wasm"))]
impl schemars::JsonSchema for Metadata {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Metadata".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let told = generator.subschema_for::<SystemMessage>();
        let posted = generator.subschema_for::<WebhookMetadata>();
        let previewed = generator.subschema_for::<LinkPreviewMetadata>();
        let other = schemars::json_schema!({"type": "object", "additionalProperties": true});
        schemars::json_schema!({"anyOf": [told, posted, previewed, other]})
    }
}

/// A stored JSON text as the object it holds.
fn object(text: Option<&str>) -> Option<Map<String, Value>> {
    serde_json::from_str(text?).ok()
}

/// The kind of the message that a copy was made of.
fn original(
    kind: MessageContentType,
    metadata: Option<&Map<String, Value>>,
) -> Option<MessageContentType> {
    // A message of another kind may have details with that name.
    let metadata = metadata.filter(|_| kind == MessageContentType::Forward)?;
    MessageContentType::parse(metadata.get(ORIGINAL_CONTENT_TYPE)?.as_str()?)
}
