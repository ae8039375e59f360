//! Entries of the outbox with the facts that decide whom to tell.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use whisper_kit::{Ctx, Result};
use whisper_people::ids::member_id;
use whisper_people::{Reach, by_ids, in_foreground, reach};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{
    ChannelPost, ConversationMember, ConversationMemberRole, Message, QueuedMessage,
};
use whisper_store::{Doc, ReadSet};

use super::audience::{Audience, devices_of};
use super::members::{self, Page};
use super::preferences::preferences;
use super::silence::Foreground;

/// How many members of groups one step looks at, about.
const MEMBERS: u32 = 400;
/// Groups at whose members one step looks.
const GROUPS: usize = 20;

/// An entry with the facts that decide whom to tell.
pub struct Case {
    /// The entry.
    pub entry: QueuedMessage,
    /// Its message; none when that is gone, taken back or expired: nobody is told.
    pub message: Option<Doc<Message>>,
    /// The user who wrote it for a channel, which is its sender.
    pub author: Option<String>,
    /// How far its recipients were handed on, if it stands in its sender's line.
    pub position: Option<i64>,
    /// The recipients that have their turn now; none if it isn't this entry's.
    pub page: Option<Rc<Page>>,
}

impl Case {
    /// Its sender, if the message stands.
    pub fn sender(&self) -> Option<&str> {
        self.message
            .as_ref()
            .map(|message| message.sender_id.as_str())
    }

    /// Whether it goes to all members of the conversation.
    pub fn is_group(&self) -> bool {
        self.entry.recipient_ids.is_empty()
    }

    /// The group, and behind which member to look.
    fn place(&self) -> (String, i64) {
        let conversation = self.entry.conversation_id.clone();
        (conversation, self.position.unwrap_or(0))
    }

    /// The ids of the memberships of the users whom the entry names.
    fn named(&self) -> impl Iterator<Item = String> {
        let conversation = &self.entry.conversation_id;
        let named = self.entry.recipient_ids.iter();
        named.map(move |user| member_id(conversation, user))
    }
}

/// Reads the messages of entries, each with its position in a line; and `more` in the same statement.
///
/// # Errors
/// The store's.
pub async fn with_messages<R: ReadSet>(
    ctx: &Ctx,
    entries: Vec<(QueuedMessage, Option<i64>)>,
    more: R,
) -> Result<(Vec<Case>, R::Output)> {
    let ids = || entries.iter().map(|(entry, _)| entry.message_id.as_str());
    let asked = (by_ids::<Message>(ids()), by_ids::<ChannelPost>(ids()), more);
    let (messages, posts, more) = ctx.read(asked).await?;
    let posts = posts.into_iter().flatten().map(Doc::into_inner);
    let mut authors: BTreeMap<String, String> =
        posts.map(|post| (post.id, post.author_id)).collect();
    let standing = messages.into_iter().flatten();
    let standing = standing.filter(|message| message.stands(ctx.now()));
    let messages: BTreeMap<String, Doc<Message>> = standing
        .map(|message| (message.id.clone(), message))
        .collect();
    let cases = entries.into_iter().map(|(entry, position)| Case {
        message: messages.get(&entry.message_id).cloned(),
        author: authors.remove(&entry.message_id),
        entry,
        position,
        page: None,
    });
    Ok((in_turns(cases.collect()), more))
}

/// Puts the first of each sender before the second of any; and before a sender's first to a group the first to one.
fn in_turns(cases: Vec<Case>) -> Vec<Case> {
    let mut before = BTreeMap::<(String, bool), usize>::new();
    let rank = |case: Case| {
        let sender = case.sender().unwrap_or_default().to_owned();
        let before = before.entry((sender, case.is_group())).or_default();
        *before += 1;
        (*before, case)
    };
    let mut ranked: Vec<(usize, Case)> = cases.into_iter().map(rank).collect();
    ranked.sort_by_key(|(rank, case)| (*rank, case.is_group()));
    ranked.into_iter().map(|(_, case)| case).collect()
}

/// Reads the next recipients of those cases that have their turn, as many as a step looks at.
///
/// # Errors
/// The store's.
pub async fn read_recipients(
    ctx: &Ctx,
    cases: &mut [Case],
    has_turn: impl Fn(&Case) -> bool,
) -> Result<()> {
    let has_turn = |case: &&Case| case.message.is_some() && has_turn(case);
    let mut groups: Vec<(String, i64)> = Vec::new();
    for case in cases.iter().filter(has_turn).filter(|case| case.is_group()) {
        let place = case.place();
        if groups.len() < GROUPS && !groups.contains(&place) {
            groups.push(place);
        }
    }
    let limit = (MEMBERS / u32::try_from(groups.len()).unwrap_or(MEMBERS).max(1)).max(20);
    let only = members::with_device(ctx.store().await?);
    let pages = groups
        .iter()
        .flat_map(|(conversation, behind)| members::page(conversation, *behind, &only, limit));
    let named = cases.iter().filter(has_turn).flat_map(Case::named);
    let named: Vec<String> = named.collect();
    let named = by_ids::<ConversationMember>(named.iter().map(String::as_str));
    let (pages, named) = ctx.read((pages.collect::<Vec<_>>(), named)).await?;
    let named: BTreeMap<String, Doc<ConversationMember>> = named
        .into_iter()
        .flatten()
        .map(|member| (member.id.clone(), member))
        .collect();
    let mut pages = pages.into_iter();
    let pages: BTreeMap<(String, i64), Rc<Page>> = groups
        .into_iter()
        .map(|group| {
            let of_group = pages.by_ref().take(ConversationMemberRole::ALL.len());
            (group, Rc::new(members::merge(of_group.collect(), limit)))
        })
        .collect();
    for case in cases {
        case.page = match (has_turn(&&*case), case.is_group()) {
            (false, _) => None,
            (true, true) => pages.get(&case.place()).cloned(),
            (true, false) => Some(Rc::new(named_page(case, &named))),
        };
    }
    Ok(())
}

/// Users whom an entry names, from its position on.
fn named_page(case: &Case, named: &BTreeMap<String, Doc<ConversationMember>>) -> Page {
    let behind = case.position.unwrap_or(0);
    let members = case.named().filter_map(|id| named.get(&id).cloned());
    let mut members: Vec<_> = members.filter(|member| member.seq > behind).collect();
    members.sort_by_key(|member| member.seq);
    Page {
        members,
        more: false,
    }
}

/// All that decides about recipients who have devices.
#[derive(Default)]
pub struct Around {
    /// Whether senders may reach them.
    pub reach: Reach,
    /// Their devices, and their preferences.
    pub audience: Audience,
    /// Whether they see messages come in.
    pub foreground: Foreground,
}

impl Around {
    /// Reads it: a statement for the devices, and one more if anybody has any.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx, cases: &[Case]) -> Result<Self> {
        let pairs: BTreeSet<(&str, &str)> = cases.iter().flat_map(pairs).collect();
        let users: BTreeSet<&str> = pairs.iter().map(|(_, user)| *user).collect();
        let mut audience = Audience::new(ctx.read(devices_of(&users, ctx.now())).await?);
        let pairs = pairs.iter().copied();
        let pairs = pairs.filter(|(_, user)| audience.has_devices(user));
        let users = audience.users();
        let there = in_foreground(users.iter().copied(), ctx.now());
        let asked = (reach(pairs), preferences(users), there);
        let (reach, preferences, there) = ctx.read(asked).await?;
        audience.preferences = preferences;
        Ok(Self {
            reach,
            audience,
            foreground: Foreground::new(there),
        })
    }
}

/// The sender of a case with each of its recipients.
fn pairs(case: &Case) -> Vec<(&str, &str)> {
    let (Some(sender), Some(page)) = (case.sender(), &case.page) else {
        return Vec::new();
    };
    let users = page.members.iter().map(|member| member.user_id.as_str());
    let others = users.filter(|user| *user != sender);
    others.map(|user| (sender, user)).collect()
}
