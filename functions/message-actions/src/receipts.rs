//! `GET …/receipts`: the members who have received and read a message of the caller's, and when; in large conversations their number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_messages::{Access, MOST_LISTED, Trail, recipients};
use whisper_people::privacy::tells_of_reading;
use whisper_people::{UsersView, by_ids, shown_to};
use whisper_schema::Timestamp;
use whisper_schema::main_db::{ConversationKind, ConversationRight, Message, Profile};
use whisper_schema::system::{ConversationMember, ReceiptTrail};
use whisper_store::{Count, Doc, Filter, Get, Order, Paged, Query};

use crate::opened::Named;

/// The most members that are counted in a conversation that is too large for a list.
const MOST_COUNTED: u64 = 1_000;

/// Filter of the list of receipts.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ReceiptFilters {
    /// `read`: members who have read it; `delivered`: members who have it on a device and haven't read it, as far as the caller is told.
    #[serde(default)]
    pub state: ReceiptState,
}

/// How far a message got with somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReceiptState {
    /// They read it.
    #[default]
    Read,
    /// They have it.
    Delivered,
}

/// A member who received a message.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
    /// Id of the user.
    pub user_id: String,
    /// When they read it: exact for the 16 times that their reading last moved, of older ones no earlier than it was. Absent where it isn't
    /// known any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When it came to a device of theirs, or was read; as exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
}

/// How many received a message, beside the list of them.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReceiptCountsView {
    /// How many have read it, at most 1,000.
    pub read_count: u64,
    /// Whether there are more than 1,000.
    pub read_capped: bool,
    /// How many have it on a device or have read it, at most 1,000.
    pub delivered_count: u64,
    /// Whether there are more than 1,000.
    pub delivered_capped: bool,
    /// Whether they are listed: in conversations of up to 512 members, for a sender who may see the members.
    pub is_listed: bool,
    /// The people whom the list names.
    #[serde(flatten)]
    pub users: UsersView,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    let summary = "Tells the sender of a message who has received and read it, and when, in the order in which they joined; in conversations \
         of more than 512 members, how many.";
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/messages/{messageId}/receipts",
        "listMessageReceipts",
        summary,
        list,
    )
    .reply::<ListingWith<ReceiptView, ReceiptCountsView>>(
        200,
        "A page of members, with the counts.",
    )
    .codes(&[
        Code::NotFound,
        Code::Forbidden,
        Code::InvalidQuery,
        Code::WrongKind,
    ])
}

async fn list(ctx: Ctx, request: Request, window: Window<ReceiptFilters>) -> Result<Reply> {
    let (named, me) = (Named::of(&request)?, ctx.caller()?.user_id);
    let (opened, profile) = named.open(&ctx, Get::<Profile>::id(&me)).await?;
    let (access, message) = (opened.access, opened.message);
    if access.conversation.kind == ConversationKind::Channel {
        let detail = "A channel doesn't tell who reads it: it counts views.";
        return Err(Error::new(Code::WrongKind, detail));
    }
    if message.sender_id != me {
        return Err(Error::forbidden(
            "Only the sender of a message learns who received it.",
        ));
    }
    let receipts = Receipts {
        access: &access,
        message: &message,
        is_told: tells_of_reading(profile.as_deref()),
    };
    let is_listed = receipts.are_listed();
    let page = is_listed.then(|| receipts.page(&window));
    let counted = (
        receipts.count(receipts.read()),
        receipts.count(receipts.delivered()),
    );
    let (page, (read, delivered)) = ctx.read((page, counted)).await?;
    let page = page.map(|page| (page.items, page.next, page.previous));
    let (members, next, previous) = page.unwrap_or_default();
    let members = || members.iter();
    let asked = (
        shown_to(&me, members().map(|member| member.user_id.as_str())),
        by_ids::<ReceiptTrail>(members().map(|member| member.id.as_str())),
    );
    let (people, trails) = ctx.read(asked).await?;
    let trails = trails.into_iter().flatten();
    let trails: BTreeMap<String, ReceiptTrail> = trails
        .map(|trail| (trail.id.clone(), trail.into_inner()))
        .collect();
    let items = members().map(|member| receipts.view(member, trails.get(&member.id)));
    let counts = ReceiptCountsView {
        read_count: read.min(MOST_COUNTED),
        read_capped: read > MOST_COUNTED,
        delivered_count: delivered.min(MOST_COUNTED),
        delivered_capped: delivered > MOST_COUNTED,
        is_listed,
        users: people.users(),
    };
    let cursors = (next.as_ref(), previous.as_ref());
    window
        .reply_with(&ctx, items.collect(), cursors, counts)
        .await
}

/// The receipts of a message, for its sender.
struct Receipts<'a> {
    access: &'a Access,
    message: &'a Doc<Message>,
    /// Whether the sender is told of reading at all.
    is_told: bool,
}

impl Receipts<'_> {
    fn is_small(&self) -> bool {
        self.access.conversation.participant_count <= MOST_LISTED
    }

    fn are_listed(&self) -> bool {
        self.is_small() && self.access.has(ConversationRight::SeeMembers)
    }

    /// Holds for members who have read it, as far as the sender is told; for none where the sender isn't.
    fn read(&self) -> Filter<ConversationMember> {
        match self.is_told {
            true => Filter::ge(ConversationMember::RECEIPT_POSITION, self.message.seq),
            false => Filter::or([]),
        }
    }

    fn delivered(&self) -> Filter<ConversationMember> {
        Filter::ge(ConversationMember::DELIVERED_POSITION, self.message.seq)
    }

    /// Holds for members who have it, without the ones of whom the sender is told that they read it.
    fn only_delivered(&self) -> Filter<ConversationMember> {
        let unread = Filter::or([
            Filter::is_null(ConversationMember::RECEIPT_POSITION),
            Filter::lt(ConversationMember::RECEIPT_POSITION, self.message.seq),
        ]);
        Filter::and(
            [self.delivered()]
                .into_iter()
                .chain(self.is_told.then_some(unread)),
        )
    }

    /// The members to whom it was sent. In a large conversation they would be too many to look at each: there members
    /// count too who joined later and have come as far.
    fn recipients(&self) -> Query<ConversationMember> {
        let all = recipients(&self.access.conversation.id, &self.message.sender_id);
        match self.is_small() {
            false => all,
            true => all.filter(Filter::or([
                Filter::is_null(ConversationMember::JOINED_POSITION),
                Filter::lt(ConversationMember::JOINED_POSITION, self.message.seq),
            ])),
        }
    }

    fn count(&self, members: Filter<ConversationMember>) -> Count<ConversationMember> {
        self.recipients().filter(members).count(MOST_COUNTED + 1)
    }

    fn page(&self, window: &Window<ReceiptFilters>) -> Paged<ConversationMember> {
        let members = match window.filters.state {
            ReceiptState::Read => self.read(),
            ReceiptState::Delivered => self.only_delivered(),
        };
        let all = self.recipients().filter(members);
        window
            .over(all.order(Order::asc(ConversationMember::JOINED_AT)))
            .page()
    }

    fn view(&self, member: &ConversationMember, trail: Option<&ReceiptTrail>) -> ReceiptView {
        let reached = |of: fn(&ReceiptTrail) -> &String| {
            let trail = trail.map(|trail| Trail::read(of(trail)));
            trail.and_then(|trail| trail.reached(self.message.seq))
        };
        let read_at = reached(|trail| &trail.read).filter(|_| self.is_told);
        ReceiptView {
            user_id: member.user_id.clone(),
            read_at,
            delivered_at: reached(|trail| &trail.delivered),
        }
    }
}
