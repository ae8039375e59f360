//! Whether somebody who doesn't belong to a conversation may know of it, and come in.

use whisper_kit::error::{Error, OptionExt, Result};
use whisper_messages::open_to;
use whisper_people::block;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{
    Column, CommunityGroup, Conversation, ConversationInvitation, ConversationKind,
    ConversationMember, ConversationMemberRole as Role, ConversationMemberStatus as Status,
    ConversationRight, LinkedGroup, Timestamp,
};
use whisper_store::{Batch, Count, Doc, Filter, First, Get, Patch, Query};

use crate::access::{Door, active, door, this_one};

/// The way by which somebody comes.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// They found it in the directory, or they belong to something that it belongs to: a channel, or a community.
    Directory,
    /// They have a link, which stands.
    Link(&'a Doc<ConversationInvitation>),
}

/// The questions that an entrance is decided by.
pub type Asking = (
    Door,
    Count<Conversation>,
    First<ConversationMember>,
    Option<Get<ConversationMember>>,
    Option<Near>,
);
/// The answers to these questions.
type Asked = (
    (Option<Doc<Conversation>>, Option<Doc<ConversationMember>>),
    u64,
    Option<Doc<ConversationMember>>,
    Option<Option<Doc<ConversationMember>>>,
    Option<IsNear>,
);

/// A conversation that somebody belongs to, or may know of.
#[derive(Debug)]
pub struct Entrance<'a> {
    way: Way<'a>,
    /// The conversation.
    pub conversation: Doc<Conversation>,
    /// Their membership, also one that has ended.
    pub member: Option<Doc<ConversationMember>>,
    owner: Option<Doc<ConversationMember>>,
    maker: Option<Doc<ConversationMember>>,
    /// Their membership of the channel that the group is linked to, or of its community; or of a group of the community.
    near: Option<Doc<ConversationMember>>,
}

/// The questions for a membership that leads in: of the channel that a group is linked to, of the community that it belongs to, and of a
/// group that belongs to a community.
pub type Near = (
    First<ConversationMember>,
    First<ConversationMember>,
    First<ConversationMember>,
);
/// The answers to these questions.
type IsNear = (
    Option<Doc<ConversationMember>>,
    Option<Doc<ConversationMember>>,
    Option<Doc<ConversationMember>>,
);

/// Asks for memberships of somebody's that lead into a conversation.
pub fn near(conversation: &str, user: &str) -> Near {
    let of = ConversationMember::CONVERSATION_ID;
    let mine = |where_else: Filter<ConversationMember>| {
        Query::new()
            .filter(Filter::eq(ConversationMember::USER_ID, user))
            .filter(active())
            .filter(where_else)
            .first()
    };
    let linked = Filter::eq(LinkedGroup::GROUP_ID, conversation);
    let roof = Filter::eq(Column::<CommunityGroup>::id(), conversation);
    let below = Filter::eq(CommunityGroup::COMMUNITY_ID, conversation);
    (
        mine(Filter::is_among(of, Column::<LinkedGroup>::id(), linked)),
        mine(Filter::is_among(of, CommunityGroup::COMMUNITY_ID, roof)),
        mine(Filter::is_among(of, Column::<CommunityGroup>::id(), below)),
    )
}

/// Asks whether somebody may come in, whether or not there is such a conversation: a 404 costs the same.
pub fn ask(conversation: &str, user: &str, way: Way<'_>, now: Timestamp) -> Asking {
    let open = Query::new()
        .filter(Filter::eq(Column::id(), conversation))
        .filter(open_to(Column::id(), user, now));
    let owner = Query::new()
        .filter(Filter::eq(
            ConversationMember::CONVERSATION_ID,
            conversation,
        ))
        .filter(active())
        .filter(Filter::eq(ConversationMember::ROLE, Role::Owner));
    let (maker, near) = match way {
        Way::Directory => (None, Some(near(conversation, user))),
        Way::Link(link) => (
            Some(Get::id(member_id(conversation, &link.created_by))),
            None,
        ),
    };
    (
        door(conversation, user),
        open.count(1),
        owner.first(),
        maker,
        near,
    )
}

impl<'a> Entrance<'a> {
    /// The entrance, of the answers to [`ask`]. Members pass.
    ///
    /// # Errors
    /// `not_found` for a user who may not know of the conversation, for any reason.
    pub fn of(way: Way<'a>, asked: Asked) -> Result<Self> {
        let ((conversation, member), open, owner, maker, near) = asked;
        let entrance = Entrance {
            way,
            conversation: conversation.or_not_found()?,
            member,
            owner,
            maker: maker.flatten(),
            near: near.and_then(|(channel, roof, below)| channel.or(roof).or(below)),
        };
        match entrance.is_member() || (open == 1 && entrance.lets_in()) {
            true => Ok(entrance),
            false => Err(Error::not_found()),
        }
    }

    /// Whether they belong to it.
    pub fn is_member(&self) -> bool {
        let member = self.member.as_ref();
        member.is_some_and(|member| member.status == Status::Active)
    }

    /// Whether users who come by this way wait for approval.
    pub fn needs_approval(&self) -> bool {
        let by_link = match self.way {
            Way::Directory => false,
            Way::Link(link) => link.needs_approval,
        };
        by_link || self.conversation.own_settings().join_approval()
    }

    /// The link that they come by.
    pub fn link(&self) -> Option<&'a Doc<ConversationInvitation>> {
        match self.way {
            Way::Directory => None,
            Way::Link(link) => Some(link),
        }
    }

    /// Whether the way leads in. A group without an owner can't be joined: all members have left it.
    fn lets_in(&self) -> bool {
        let of = &self.conversation;
        let is_way = match self.way {
            Way::Directory => of.is_public || self.near.is_some(),
            Way::Link(link) => !link.is_used_up() && may_invite(of, self.maker.as_deref()),
        };
        let is_open = !matches!(
            of.kind,
            ConversationKind::Direct | ConversationKind::Broadcast
        );
        is_way && is_open && self.owner.is_some()
    }

    /// Adds the conditions on which somebody may come in: the owner didn't block them, and the maker of the link may still invite.
    pub fn guarded(&self, batch: Batch, user: &str) -> Batch {
        let batch = match &self.owner {
            Some(owner) => batch.expect_none(block(&owner.user_id, user)),
            None => batch,
        };
        // They still belong to the channel, community or group that leads in, where this one isn't public.
        let near = self.near.as_ref().filter(|_| !self.conversation.is_public);
        let members = self.maker.iter().chain(near);
        members.fold(batch, |batch, member| batch.expect_some(this_one(member)))
    }

    /// Uses the link once in the commit, where there is one: it must stand by then, want no approval, and have a use left.
    pub fn used(&self, batch: Batch) -> Batch {
        match self.link() {
            Some(link) => {
                let free = Filter::and([
                    Filter::stands(Timestamp::AT_COMMIT),
                    Filter::eq(ConversationInvitation::NEEDS_APPROVAL, false),
                    same_limit(link),
                ]);
                batch.update_if(&link.id, one_more(link), free)
            }
            None => batch,
        }
    }

    /// Holds for the conversation while its settings, and whether it is public, are as they were read.
    pub fn unchanged(&self) -> Filter<Conversation> {
        let of = &self.conversation;
        Filter::and([
            crate::access::same_settings(of),
            Filter::eq(Conversation::IS_PUBLIC, of.is_public),
        ])
    }
}

/// Whether the maker of a link belongs to the conversation and may invite: the link works only then.
pub fn may_invite(conversation: &Conversation, maker: Option<&ConversationMember>) -> bool {
    maker.is_some_and(|maker| {
        maker.status == Status::Active
            && conversation.lets(maker.role, ConversationRight::InviteMembers)
    })
}

/// One more use of a link, as many as it may have at most.
pub fn one_more(link: &ConversationInvitation) -> Patch<ConversationInvitation> {
    let uses = ConversationInvitation::USES;
    match link.max_uses {
        Some(most) => Patch::new().add_within(uses, 1, 0, most),
        None => Patch::new().add(uses, 1),
    }
}

/// Holds while a link may be used as often as it was read.
pub fn same_limit(link: &ConversationInvitation) -> Filter<ConversationInvitation> {
    let most = ConversationInvitation::MAX_USES;
    match link.max_uses {
        Some(uses) => Filter::eq(most, uses),
        None => Filter::is_null(most),
    }
}
