//! `POST /v1/conversations/{conversationId}/messages/{messageId}/comments`: opens the thread in which a message of a channel is talked
//! about, in the group that is linked to the channel.
//!
//! The thread begins with a copy of the message in that group, by the channel itself. Its id follows from the two, so it is there once however
//! many ask at once. Comments are answers to the copy.

use serde_json::json;
use whisper_files::{Holder, held_by};
use whisper_kit::error::{Code, Error, OptionExt, Result};
use whisper_kit::ids::derived_id;
use whisper_kit::{Attempt, Ctx, Endpoint, Method, Reply, Request, events};
use whisper_messages::{
    Access, CommentsView, deletion, file_ids, is_view_once, keeps_files, may_still_send, member_of,
    message_path, open_to, plain_text, refuse_others, summarised,
};
use whisper_people::ids::member_id;
use whisper_schema::main_db::{Conversation, Message, MessageContentType, MessageStatus};
use whisper_schema::system::{
    ChannelPost, ConversationMember, FileHold, FileHoldKind, LinkedGroup, MessageExpiry,
    MessageThread,
};
use whisper_schema::{Column, Timestamp};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::compose::copy;
use crate::limits::COMMENTS;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        message_path!("/comments"),
        "openComments",
        "Opens the thread of comments on a message of a channel, in the group that is linked to it: the message stands there as a copy, \
         which comments answer",
        open,
    )
    .reply::<CommentsView>(201, "The thread was opened.")
    .reply::<CommentsView>(200, "It was open before.")
    .codes(&[Code::NotFound, Code::WrongKind, Code::RateLimited])
}

async fn open(ctx: Ctx, request: Request) -> Result<Reply> {
    let (conversation, message) = (request.id("conversationId")?, request.id("messageId")?);
    ctx.retry(async || attempt(&ctx, conversation, message).await)
        .await
}

async fn attempt(ctx: &Ctx, conversation: &str, message: &str) -> Result<Attempt<Reply>> {
    let (post, link) = (
        Get::<ChannelPost>::id(message),
        Get::<LinkedGroup>::id(conversation),
    );
    let me = ctx.caller()?.user_id;
    let place = (
        Get::<ConversationMember>::id(member_id(conversation, &me)),
        Get::<Conversation>::id(conversation),
    );
    let named = (Get::<Message>::id(message), deletion(&me, message));
    let ((member, channel), (message, deleted), (post, link)) =
        ctx.read((place, named, (post, link))).await?;
    let access = Access {
        member: member_of(member)?,
        conversation: channel.or_not_found()?.into_inner(),
    };
    let message = message
        .filter(|message| access.is_visible(message, deleted.as_ref(), ctx.now()))
        .or_not_found()?;
    refuse_others(&access.conversation)?;
    let (Some(post), Some(link), false) = (post, link, is_view_once(&message)) else {
        let detail = "This message takes no comments: no group is linked to the channel, or it can be viewed once.";
        return Err(Error::new(Code::WrongKind, detail));
    };
    let opening = Opening {
        access,
        message,
        post,
        link: link.into_inner(),
    };
    opening.run(ctx).await
}

/// A thread to be opened.
struct Opening {
    access: Access,
    message: Doc<Message>,
    post: Doc<ChannelPost>,
    link: LinkedGroup,
}

impl Opening {
    fn copy_id(&self) -> String {
        derived_id(&["comments", &self.link.group_id, &self.message.id])
    }

    async fn run(&self, ctx: &Ctx) -> Result<Attempt<Reply>> {
        let id = self.copy_id();
        let me = self.access.member.user_id.as_str();
        // A user who was banned there, or whom its owner blocked, puts nothing into the group.
        let open = Query::<Conversation>::new()
            .filter(Filter::eq(Column::id(), self.link.group_id.as_str()))
            .filter(open_to(Column::id(), me, ctx.now()));
        let asked = (
            open.count(1),
            Get::<Message>::id(&id),
            Get::<MessageThread>::id(&id),
            Get::<Conversation>::id(&self.link.group_id),
            held_by(FileHoldKind::Message, self.with_files(ctx)),
        );
        let (open, known, thread, group, holds) = ctx.read(asked).await?;
        let view = CommentsView {
            conversation_id: self.link.group_id.clone(),
            message_id: id,
            count: thread.map_or(0, |thread| thread.reply_count),
        };
        let is_open = self.post.comments_message_id.as_ref() == Some(&view.message_id);
        if known.is_some() && is_open {
            return Reply::ok(&view).map(Attempt::Done);
        }
        let group = group.filter(|_| open > 0).or_not_found()?;
        let new = known.is_none().then_some(holds.as_slice());
        let batch = self.batch(ctx, &group, new)?;
        let limit = COMMENTS.of_caller(ctx).await?;
        Ok(match limit.try_commit(ctx, batch).await? {
            Some(_) => Attempt::Done(Reply::created(&view)?),
            None => Attempt::Retry,
        })
    }

    /// The message, if it has files.
    fn with_files(&self, ctx: &Ctx) -> Option<&str> {
        let message = &self.message;
        let has_files = keeps_files(ctx) && file_ids(message).next().is_some();
        has_files.then_some(message.id.as_str())
    }

    /// The commit. The copy may be there from the time when the group was linked before; a new one holds the same files as the message.
    fn batch(&self, ctx: &Ctx, group: &Conversation, new: Option<&[FileHold]>) -> Result<Batch> {
        let (message, copy) = (&self.message, self.copy(group));
        let still_linked = Filter::<LinkedGroup>::and([
            Filter::eq(Column::id(), self.link.id.as_str()),
            Filter::eq(LinkedGroup::GROUP_ID, group.id.as_str()),
        ]);
        let stands = Filter::<Message>::and([
            Filter::eq(Column::id(), message.id.as_str()),
            Filter::stands(Timestamp::AT_COMMIT),
        ]);
        let opened = Patch::new()
            .set(ChannelPost::COMMENTS_CONVERSATION_ID, group.id.as_str())
            .set(ChannelPost::COMMENTS_MESSAGE_ID, copy.id.as_str());
        let batch = Batch::new()
            .expect_some(may_still_send(&self.access.member))
            .expect_some(still_linked)
            .expect_some(stands)
            .update(&self.post.id, opened);
        let Some(holds) = new else {
            return Ok(batch);
        };
        let batch = whisper_files::copy(batch, holds, &Holder::message(&copy))
            .insert(&copy)
            .update(&group.id, summarised(Patch::new(), &copy));
        let batch = MessageExpiry::of(&copy).iter().fold(batch, Batch::insert);
        let payload = json!({
            "conversationId": copy.conversation_id,
            "conversationType": group.kind,
            "senderId": copy.sender_id,
            "contentType": copy.content_type,
            "hasMentions": false,
        });
        events::append(ctx, batch, "message.sent", &copy.id, None, &payload)
    }

    /// The message as it stands in the group: by the channel, and no longer than there. It is pushed to no device.
    fn copy(&self, group: &Conversation) -> Message {
        let of = &self.message.value;
        let mut message = Message {
            id: self.copy_id(),
            conversation_id: group.id.clone(),
            sender_id: of.conversation_id.clone(),
            content_type: MessageContentType::Forward,
            forwarded_from_message_id: Some(of.id.clone()),
            forwarded_from_conversation_id: Some(of.conversation_id.clone()),
            status: MessageStatus::Sent,
            expires_at: of.expires_at,
            created_at: Some(Timestamp::AT_COMMIT),
            ..Message::default()
        };
        copy(of, &mut message);
        message.plain_text = (!group.is_encrypted).then(|| plain_text(&message));
        message
    }
}
