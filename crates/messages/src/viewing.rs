//! The facts that decide how messages look to one viewer: how far members have read, which people the viewer sees,
//! the reactions to the messages, and where copies come from.

use std::collections::{BTreeMap, BTreeSet};

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::ids::member_id;
use whisper_people::privacy::tells_of_reading;
use whisper_people::{People, UsersView, shown_to};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{
    ConversationKind, ConversationRight, Message, MessageStatus, Profile,
};
use whisper_schema::system::ConversationMember;
use whisper_store::{Doc, Get};

use crate::access::{Access, is_active};
use crate::broadcast::{BroadcastView, Broadcasts};
use crate::channel::{Channel, CommentsView, Posts};
use crate::marks::{Marks, ReactionCountView, marks};
use crate::media::{Media, files_of};
use crate::named::{Named, named};
use crate::once::{Openings, ViewOnceView, is_view_once, openings};
use crate::poll::{PollView, Polls, polls_of};
use crate::reactions::Mirror;
use crate::receipts::{Receipts, readers, sharing};

/// Members that a conversation of two has.
const PAIR: u32 = 2;

/// How messages look to a viewer, who is a member of their conversations.
#[derive(Debug, Default)]
pub struct Viewing {
    /// The conversations of two.
    direct: BTreeSet<String>,
    /// Up to where members have received and read, as far as the viewer is told.
    receipts: Receipts,
    /// The viewer.
    me: String,
    /// The conversations of which the viewer is a member, of those that the messages come from.
    origins: BTreeSet<String>,
    /// The people whom the messages name, as many as an answer has.
    named: BTreeSet<String>,
    /// Users whom they name only because they reacted, with the conversations in which they did.
    reacted: BTreeMap<String, BTreeSet<String>>,
    /// As the viewer sees them.
    people: People,
    /// The reactions to the messages, and the viewer's own.
    marks: Marks,
    /// The polls that the messages show.
    polls: Polls,
    /// The openings of messages that can be viewed once.
    openings: Openings,
    /// The moment at which they are shown.
    now: Timestamp,
    /// The conversations of which the viewer may know who the members are.
    open: BTreeSet<String>,
    /// The rows beside messages of channels.
    posts: Posts,
    /// How far messages of broadcasts got.
    broadcasts: Broadcasts,
    /// The files of the messages.
    media: Media,
    /// Whether it was asked of conversations of more than two how far their members are.
    is_whole: bool,
}

/// The facts that are known before the messages are looked at.
struct Facts<'a> {
    me: &'a str,
    direct: BTreeSet<String>,
    receipts: Receipts,
    channels: Vec<Channel>,
    /// The lists of recipients.
    lists: Vec<String>,
}

/// The id of a conversation, if it is a list of recipients.
fn list_of(access: &Access) -> Option<String> {
    let of = &access.conversation;
    (of.kind == ConversationKind::Broadcast).then(|| of.id.clone())
}

impl Viewing {
    /// Reads the people and memberships that these messages of a conversation name, and the reactions to them; one statement, in
    /// a channel two, none for no messages.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(
        ctx: &Ctx,
        access: &Access,
        receipts: Receipts,
        messages: &[Doc<Message>],
    ) -> Result<Self> {
        let here = &access.conversation;
        let direct = (here.kind == ConversationKind::Direct).then(|| here.id.clone());
        let facts = Facts {
            me: &access.member.user_id,
            direct: direct.into_iter().collect(),
            receipts,
            channels: Channel::of(access).into_iter().collect(),
            lists: list_of(access).into_iter().collect(),
        };
        let viewing = Viewing::of(ctx, facts, messages).await?.within(access);
        Ok(Viewing {
            is_whole: true,
            ..viewing
        })
    }

    /// As [`Viewing::read`], for messages of several conversations; two statements, and one more where some are of channels.
    /// Receipts are those of conversations of two: in each of the others there may be as many as in a history.
    ///
    /// # Errors
    /// The store's.
    pub async fn read_across(
        ctx: &Ctx,
        me: &str,
        places: impl IntoIterator<Item = &Access> + Clone,
        messages: &[Doc<Message>],
    ) -> Result<Self> {
        let direct = places
            .clone()
            .into_iter()
            .map(|access| &access.conversation)
            .filter(|conversation| conversation.kind == ConversationKind::Direct)
            .map(|conversation| conversation.id.clone())
            .filter(|id| messages.iter().any(|m| m.conversation_id == *id));
        let direct: BTreeSet<String> = direct.collect();
        let asked = direct.iter().map(|id| sharing(id, me).limit(PAIR));
        let profile = (!direct.is_empty()).then(|| Get::<Profile>::id(me));
        let (profile, members) = ctx.read((profile, asked.collect::<Vec<_>>())).await?;
        let (profile, members) = (profile.flatten(), members.into_iter().flatten().collect());
        let receipts = Receipts {
            readers: readers(members, me, tells_of_reading(profile.as_deref())),
            ..Receipts::default()
        };
        let channels = places.clone().into_iter().filter_map(Channel::of);
        let facts = Facts {
            me,
            direct,
            receipts,
            channels: channels.collect(),
            lists: places.clone().into_iter().filter_map(list_of).collect(),
        };
        let viewing = Viewing::of(ctx, facts, messages).await?;
        Ok(places.into_iter().fold(viewing, Viewing::within))
    }

    async fn of(ctx: &Ctx, facts: Facts<'_>, messages: &[Doc<Message>]) -> Result<Self> {
        let Facts {
            me,
            direct,
            receipts,
            channels,
            lists,
        } = facts;
        if messages.is_empty() {
            return Ok(Viewing::default());
        }
        let posts = Posts::read(ctx, &channels, messages).await?;
        let broadcasts = Broadcasts::read(ctx, &lists, messages).await?;
        let origins: BTreeSet<&str> = messages.iter().filter_map(|m| origin(m)).collect();
        let memberships = origins
            .iter()
            .map(|origin| Get::<ConversationMember>::id(member_id(origin, me)));
        let Named { named, reacted } = named(messages, &receipts.readers, &posts);
        let (people, memberships, marks, polls, openings, threads, files) = ctx
            .read((
                shown_to(me, named.iter().map(String::as_str)),
                memberships.collect::<Vec<_>>(),
                marks(me, messages),
                polls_of(me, messages.iter().map(|m| &m.value)),
                openings(me, messages),
                posts.threads(),
                files_of(ctx, messages.iter().map(|m| &m.value)),
            ))
            .await?;
        let memberships = memberships.into_iter().flatten().map(Doc::into_inner);
        Ok(Viewing {
            direct,
            receipts,
            me: me.to_owned(),
            origins: memberships
                .filter(is_active)
                .map(|member| member.conversation_id)
                .collect(),
            named,
            reacted,
            people,
            marks: marks.complete(ctx, messages).await?,
            polls,
            openings,
            now: ctx.now(),
            open: BTreeSet::new(),
            posts: posts.counted(threads),
            broadcasts,
            media: Media::of(ctx, me, messages.iter().map(|m| &m.value), files).await?,
            is_whole: false,
        })
    }

    /// The sender of this message to the viewer: its author, or the channel that stands for them.
    pub fn sender_of(&self, message: &Message) -> String {
        let sender = self.posts.sender(message);
        sender.unwrap_or(&message.sender_id).to_owned()
    }

    /// How many users viewed this message; none where it isn't one of a channel.
    pub fn views_of(&self, message: &Message) -> Option<i64> {
        self.posts.views(&message.id)
    }

    /// How far this message of a broadcast got.
    pub fn broadcast_of(&self, message: &Message) -> Option<BroadcastView> {
        self.broadcasts.view(&message.id)
    }

    /// Where this message of a channel is talked about.
    pub fn comments_on(&self, message: &Message) -> Option<CommentsView> {
        self.posts.comments(&message.id)
    }

    /// Shows the parts that the settings of the messages' conversation let this member see: the users who reacted, where they may see
    /// the members.
    #[must_use]
    fn within(mut self, access: &Access) -> Self {
        if access.has(ConversationRight::SeeMembers) {
            self.open.insert(access.conversation.id.clone());
        }
        self
    }

    /// The files of the messages, for the viewer.
    pub(crate) fn media(&self) -> &Media {
        &self.media
    }

    /// The readers of this message: members who have read up to it or further. Its sender is no reader.
    pub fn readers_of(&self, message: &Doc<Message>) -> Vec<String> {
        let readers = self.receipts.readers.iter();
        let readers = readers.filter(|reader| reader.has_read(message));
        readers.map(|reader| reader.user.clone()).collect()
    }

    /// The members who have this message on a device, or have read it.
    pub fn recipients_of(&self, message: &Doc<Message>) -> Vec<String> {
        let readers = self.receipts.readers.iter();
        let recipients = readers.filter(|reader| reader.has_received(message));
        recipients.map(|reader| reader.user.clone()).collect()
    }

    /// How far this message got. A message of the other one in a direct conversation is read once the viewer has read it.
    pub fn status_of(&self, message: &Doc<Message>) -> MessageStatus {
        let is_direct = self.is_direct(message);
        let reached = match message.sender_id == self.me {
            true => self.receipts.status(message, is_direct),
            false if is_direct && !self.readers_of(message).is_empty() => Some(MessageStatus::Read),
            false => None,
        };
        reached.unwrap_or(message.status)
    }

    /// Whether it is known how far this message got: not of the viewer's own in groups, among messages of several conversations.
    pub fn knows_status_of(&self, message: &Message) -> bool {
        let is_asked = self.is_whole || self.is_direct(message);
        is_asked || message.sender_id != self.me || message.is_system_message
    }

    /// Whether a message is one of a conversation of two.
    pub fn is_direct(&self, message: &Message) -> bool {
        self.direct.contains(&message.conversation_id)
    }

    /// The conversations of which the viewer is a member, of those that copies come from.
    pub fn origins(&self) -> &BTreeSet<String> {
        &self.origins
    }

    /// The people with a block between them and the viewer, of those whom the messages name.
    pub fn parted(&self) -> impl Iterator<Item = &str> {
        let named = self.named.iter().map(String::as_str);
        named.filter(|user| self.people.is_blocked(user))
    }

    /// Whether the viewer may know where this message comes from.
    pub fn shows_origin(&self, message: &Message) -> bool {
        origin(message).is_some_and(|origin| self.origins.contains(origin))
    }

    /// The users who reacted to this message, by their reactions: of the users whom the answer names, the ones without
    /// a block in between.
    pub fn reactions(&self, message: &Message) -> Mirror {
        let mirror = match self.open.contains(&message.conversation_id) {
            true => Mirror::of(message),
            false => Mirror::default(),
        };
        mirror.only(|user| self.named.contains(user) && !self.people.is_blocked(user))
    }

    /// How many users have which reaction to this message, the most used first. Users with a block in between whom the
    /// message carries aren't counted. In a crowd the message carries no users, so all are counted.
    pub fn reaction_counts(&self, message: &Message) -> Vec<ReactionCountView> {
        let mirror = Mirror::of(message);
        let hidden = mirror.only(|user| self.people.is_blocked(user));
        let mut counts = self.marks.counts(&message.id);
        for count in &mut counts {
            count.count -= hidden.count(&count.reaction);
        }
        counts.retain(|count| count.count > 0);
        counts
    }

    /// The viewer's own reactions to this message.
    pub fn my_reactions(&self, message: &Message) -> Vec<String> {
        self.marks.mine(&message.id)
    }

    /// The results of the poll that this message shows.
    pub fn poll_of(&self, message: &Message) -> Option<PollView> {
        self.polls.view(message, self.now)
    }

    /// How far this message got, if it can be viewed once.
    pub fn view_once(&self, message: &Message) -> Option<ViewOnceView> {
        is_view_once(message).then(|| self.openings.view(message))
    }

    /// Whether the viewer starred this message.
    pub fn is_starred(&self, message: &Message) -> bool {
        self.marks.is_starred(&message.id)
    }

    /// How many messages answer this one.
    pub fn replies_to(&self, message: &Message) -> i64 {
        self.marks.replies(&message.id)
    }

    /// The people whom the messages name; users who only reacted, where the viewer sees who reacted.
    pub fn into_users(self) -> UsersView {
        let mut users = self.people.users();
        let is_shown = |user: &String| {
            let places = self.reacted.get(user);
            places.is_none_or(|places| {
                !self.people.is_blocked(user)
                    && places.iter().any(|place| self.open.contains(place))
            })
        };
        users.users.retain(|user, _| is_shown(user));
        users
    }
}

fn origin(message: &Message) -> Option<&str> {
    message.forwarded_from_conversation_id.as_deref()
}
