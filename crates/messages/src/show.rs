//! Messages that are named by their ids, as somebody sees them.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::ids::member_id;
use whisper_people::{UsersView, by_ids};
use whisper_schema::main_db::{Conversation, Message};
use whisper_schema::system::{ConversationMember, MessageMark};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::{Doc, Get, ReadSet};

use crate::access::{Access, is_active};
use crate::receipts::receipts;
use crate::sight::{deletion, is_in_sight, is_visible};
use crate::view::MessageView;
use crate::viewing::Viewing;

/// Messages as somebody sees them, by id, with the people whom they name.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The messages that they see.
    pub messages: BTreeMap<String, MessageView>,
    /// The people.
    pub users: UsersView,
    /// The rights by which they are seen.
    pub rights: Rights,
}

/// The facts about somebody that decide how they see messages, as they were read with the messages.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// Their memberships in the conversations of the messages, by conversation.
    pub members: BTreeMap<String, ConversationMember>,
    /// The conversations that copies come from in which they are a member.
    pub origins: BTreeSet<String>,
    /// The people with a block in between, of those whom the messages name.
    pub parted: BTreeSet<String>,
}

impl Shown {
    fn new(
        messages: Vec<Doc<Message>>,
        view: View,
        viewing: Viewing,
        members: impl IntoIterator<Item = ConversationMember>,
    ) -> Self {
        let members = members.into_iter();
        let rights = Rights {
            members: members
                .map(|member| (member.conversation_id.clone(), member))
                .collect(),
            origins: viewing.origins().clone(),
            parted: viewing.parted().map(str::to_owned).collect(),
        };
        let views = messages.into_iter().map(|message| {
            let id = message.id.clone();
            (id, view(message, &viewing))
        });
        Shown {
            messages: views.collect(),
            users: viewing.into_users(),
            rights,
        }
    }
}

/// Reads these messages of a conversation, those of them that stand and that the member sees, and `more` beside them; two
/// statements.
///
/// # Errors
/// The store's.
pub async fn show<R: ReadSet>(
    ctx: &Ctx,
    access: &Access,
    ids: &[&str],
    more: R,
) -> Result<(Shown, R::Output)> {
    let me = access.member.user_id.as_str();
    let asked = (named(me, ids), receipts(access), more);
    let (messages, receipts, more) = ctx.read(asked).await?;
    let messages = together(ids, messages);
    let sees = |(message, deleted): &(Doc<Message>, Option<Doc<MessageMark>>)| {
        let (conversation, member) = (&access.conversation, &access.member);
        is_visible(message, conversation, member, deleted.as_ref(), ctx.now())
    };
    let messages = messages.into_iter().filter(sees);
    let messages: Vec<Doc<Message>> = messages.map(|(message, _)| message).collect();
    let viewing = Viewing::read(ctx, access, receipts, &messages).await?;
    let member = access.member.clone();
    let view = MessageView::seen;
    Ok((Shown::new(messages, view, viewing, [member]), more))
}

/// Reads messages of several conversations, each named by a conversation's id and a message's: the ones that stand and that the
/// user sees, as a member, by now. Four statements at most.
///
/// # Errors
/// The store's.
pub async fn show_all(ctx: &Ctx, me: &str, places: &[(&str, &str)]) -> Result<Shown> {
    show_some(ctx, me, places, (is_visible, MessageView::listed)).await
}

/// As [`show_all`], of all messages that the history shows: messages that were deleted for all as well, and the server's own.
///
/// # Errors
/// The store's.
pub async fn show_history(ctx: &Ctx, me: &str, places: &[(&str, &str)]) -> Result<Shown> {
    show_some(ctx, me, places, (is_shown, MessageView::seen)).await
}

/// Whether the history of a member shows a message.
fn is_shown(
    message: &Doc<Message>,
    conversation: &Conversation,
    member: &ConversationMember,
    deletion: Option<&Doc<MessageMark>>,
    now: Timestamp,
) -> bool {
    message.lasts(now) && is_in_sight(message, conversation, member, deletion)
}

/// Tells whether a member sees a message.
type Sees = fn(
    &Doc<Message>,
    &Conversation,
    &ConversationMember,
    Option<&Doc<MessageMark>>,
    Timestamp,
) -> bool;

/// Makes the view of a message.
type View = fn(Doc<Message>, &Viewing) -> MessageView;

async fn show_some(
    ctx: &Ctx,
    me: &str,
    places: &[(&str, &str)],
    (sees, view): (Sees, View),
) -> Result<Shown> {
    let ids: Vec<&str> = places.iter().map(|(_, message)| *message).collect();
    let conversations: BTreeSet<&str> = places.iter().map(|(place, _)| *place).collect();
    let members = conversations.iter().map(|place| member_id(place, me));
    let members: Vec<String> = members.collect();
    let (messages, conversations, members) = ctx
        .read((
            named(me, &ids),
            by_ids::<Conversation>(conversations),
            by_ids::<ConversationMember>(members.iter().map(String::as_str)),
        ))
        .await?;
    let members = members.into_iter().flatten().map(Doc::into_inner);
    let mut members: BTreeMap<String, ConversationMember> = members
        .filter(is_active)
        .map(|member| (member.conversation_id.clone(), member))
        .collect();
    let conversations = conversations.into_iter().flatten().map(Doc::into_inner);
    let places = conversations.filter_map(|conversation| {
        let member = members.remove(&conversation.id)?;
        let id = conversation.id.clone();
        let access = Access {
            conversation,
            member,
        };
        Some((id, access))
    });
    let places: BTreeMap<String, Access> = places.collect();
    let is_seen = |(message, deleted): &(Doc<Message>, Option<Doc<MessageMark>>)| {
        let place = places.get(&message.conversation_id);
        place.is_some_and(
            |Access {
                 conversation,
                 member,
             }| { sees(message, conversation, member, deleted.as_ref(), ctx.now()) },
        )
    };
    let messages = together(&ids, messages).into_iter().filter(is_seen);
    let messages: Vec<Doc<Message>> = messages.map(|(message, _)| message).collect();
    let viewing = Viewing::read_across(ctx, me, places.values(), &messages).await?;
    let members = places.into_values().map(|access| access.member);
    Ok(Shown::new(messages, view, viewing, members))
}

/// The questions for messages, and for the user's deletions of them.
type Asked = (Vec<whisper_store::Query<Message>>, Vec<Get<MessageMark>>);
/// Their answers.
type Found = (Vec<Vec<Doc<Message>>>, Vec<Option<Doc<MessageMark>>>);

fn named(me: &str, ids: &[&str]) -> Asked {
    let deletions = ids.iter().map(|id| deletion(me, id)).collect();
    (by_ids(ids.iter().copied()), deletions)
}

/// Each message with the user's deletion of it.
fn together(ids: &[&str], found: Found) -> Vec<(Doc<Message>, Option<Doc<MessageMark>>)> {
    let (messages, deletions) = found;
    let mut deleted: BTreeMap<&str, Option<Doc<MessageMark>>> =
        ids.iter().copied().zip(deletions).collect();
    let messages = messages.into_iter().flatten();
    messages
        .map(|message| {
            let deleted = deleted.remove(message.id.as_str()).flatten();
            (message, deleted)
        })
        .collect()
}
