//! Messages as listeners see them, read once for all who see the same.
//!
//! Most members of a conversation see a message alike, so it is read and shown for one of them ([`show_history`], the history's own
//! rules) and told to all. Members who may see it otherwise stand alone: its sender, the one who did something to it, somebody with a block
//! between them and a person whom it names or who did something to it, and somebody to whom parts of the history are hidden.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Map, Value};
use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_messages::{MessageView, Mirror, Rights, is_group, show_history};
use whisper_people::{People, UserSummaryView, UsersView, by_ids, shown_to_all};
use whisper_schema::prelude::{Conversation, ConversationMemberRole, Message, SystemMessage};
use whisper_schema::{Ephemeral, Timestamp};
use whisper_store::Doc;

use crate::audience::{Audience, User};
use crate::event::object;
use crate::news::News;
use crate::viewer::Viewer;

/// The messages and conversations that news are about, of which somebody here hears.
#[derive(Debug, Default)]
pub struct Facts {
    /// The messages.
    pub messages: BTreeMap<String, Doc<Message>>,
    /// The conversations.
    pub conversations: BTreeMap<String, Conversation>,
    /// The users who did something there, by conversation.
    doers: BTreeMap<String, BTreeSet<String>>,
    /// The messages of each conversation.
    places: BTreeMap<String, BTreeSet<String>>,
    /// The people whom the messages of each conversation name.
    named: BTreeMap<String, BTreeSet<String>>,
    /// The people of the news themselves, as everybody sees them whom no block parts from them.
    people: People,
    /// When they were read.
    now: Timestamp,
}

/// Everybody who sees the messages of a conversation alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// One who may see them otherwise.
    Alone(User),
    /// Members of a role who share read receipts or don't, with or without a membership in the conversations that copies come from.
    Role(String, ConversationMemberRole, bool, Vec<bool>),
    /// Members who see none of the messages: all are from before their history.
    Blind,
}

/// The messages as one of a group sees them.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    messages: BTreeMap<String, (MessageView, Map<String, Value>)>,
    users: UsersView,
    /// The rights by which they were read.
    rights: Rights,
}

/// The messages of a round, as each group sees them.
#[derive(Debug, Default)]
pub struct Sights(BTreeMap<Group, Seen>);

impl Facts {
    /// Reads them; one statement, none where no listener here hears of any.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(ctx: &Ctx, audience: &Audience, news: &[News]) -> Result<Self> {
        let mut facts = Facts {
            now: ctx.now(),
            ..Facts::default()
        };
        let mut people: BTreeSet<&str> = BTreeSet::new();
        for new in news {
            let Some(place) = new.conversation() else {
                continue;
            };
            if audience.members(place).next().is_none() {
                continue;
            }
            let messages = facts.places.entry(place.to_owned()).or_default();
            messages.extend(new.messages().into_iter().map(str::to_owned));
            let doers = facts.doers.entry(place.to_owned()).or_default();
            doers.extend(new.by.clone());
            people.extend(new.people());
        }
        if facts.places.is_empty() {
            return Ok(facts);
        }
        let messages = facts.places.values().flatten().map(String::as_str);
        let conversations = facts.places.keys().map(String::as_str);
        let asked = (
            by_ids::<Message>(messages),
            by_ids::<Conversation>(conversations),
            shown_to_all(people),
        );
        let (messages, conversations, people) = ctx.read(asked).await?;
        facts.people = people;
        facts.messages = messages
            .into_iter()
            .flatten()
            .map(|message| (message.id.clone(), message))
            .collect();
        facts.conversations = conversations
            .into_iter()
            .flatten()
            .map(|place| (place.id.clone(), place.into_inner()))
            .collect();
        for message in facts.messages.values() {
            let place = message.conversation_id.clone();
            facts.named.entry(place).or_default().extend(named(message));
        }
        Ok(facts)
    }

    /// The group of a member of a conversation.
    pub fn group(&self, place: &str, user: &User, viewer: &Viewer) -> Group {
        let (Some(conversation), Some(own)) =
            (self.conversations.get(place), viewer.places.get(place))
        else {
            return Group::Alone(Rc::clone(user));
        };
        let does = self
            .doers
            .get(place)
            .is_some_and(|doers| doers.contains(&**user));
        let messages = || self.of(place);
        let is_blind = !does
            && messages().next().is_some()
            && messages().all(|message| own.misses(message.seq, conversation));
        if is_blind {
            return Group::Blind;
        }
        let stands_apart =
            does || messages().any(|message| {
                message.sender_id == **user || own.may_miss(message.seq, conversation)
            }) || viewer
                .blocks
                .may_hit(self.named(place).chain(self.doing(place)));
        if stands_apart {
            return Group::Alone(Rc::clone(user));
        }
        let origins = self.origins(place);
        let origins = origins.map(|(_, origin)| viewer.places.contains_key(origin));
        let is_told = viewer.is_told_of_reading;
        Group::Role(place.to_owned(), own.role, is_told, origins.collect())
    }

    /// Somebody of the news ([`News::people`]), for a listener whom no block parts from them.
    pub fn person(&self, id: &str) -> UserSummaryView {
        self.people.summary(id)
    }

    /// The users who did something in a conversation, such as the author of a message whose sender is the channel.
    fn doing(&self, place: &str) -> impl Iterator<Item = &str> {
        all_of(&self.doers, place)
    }

    /// The people whom the messages of a conversation name.
    fn named(&self, place: &str) -> impl Iterator<Item = &str> {
        all_of(&self.named, place)
    }

    /// The messages of a conversation that haven't ended: each member sees them, but for those whom [`Facts::group`] sets apart.
    fn standing(&self, place: &str) -> impl Iterator<Item = &Doc<Message>> {
        let now = self.now;
        self.of(place).filter(move |message| message.lasts(now))
    }

    /// The messages of a conversation that are copies, each with the conversation that it comes from.
    fn origins(&self, place: &str) -> impl Iterator<Item = (&Doc<Message>, &str)> {
        self.of(place).filter_map(|message| {
            let origin = message.forwarded_from_conversation_id.as_deref()?;
            Some((message, origin))
        })
    }

    /// The messages of a conversation.
    fn of(&self, place: &str) -> impl Iterator<Item = &Doc<Message>> {
        let ids = self.places.get(place).into_iter().flatten();
        ids.filter_map(|id| self.messages.get(id))
            .filter(move |message| message.conversation_id == place)
    }
}

fn all_of<'a>(
    of: &'a BTreeMap<String, BTreeSet<String>>,
    place: &str,
) -> impl Iterator<Item = &'a str> {
    of.get(place).into_iter().flatten().map(String::as_str)
}

/// The people whom a message names.
fn named(message: &Doc<Message>) -> Vec<String> {
    let mentions = message.mentions.iter().filter(|mention| !is_group(mention));
    let told = SystemMessage::of(message);
    let told = told.iter().flat_map(|told| told.users().to_vec());
    let mirror = Mirror::of(message);
    [message.sender_id.clone()]
        .into_iter()
        .chain(mentions.cloned())
        .chain(told)
        .chain(mirror.users().cloned())
        .collect()
}

impl Sights {
    /// Reads the messages of these conversations as a user sees them, for everybody of a group.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(
        &mut self,
        ctx: &Ctx,
        facts: &Facts,
        group: &Group,
        (user, places): (&str, &BTreeSet<String>),
    ) -> Result<()> {
        let of = |place| {
            facts.of(place).flat_map(|message| {
                let answered = message.reply_to_message_id.as_deref();
                [message.id.as_str()].into_iter().chain(answered)
            })
        };
        let wanted: BTreeSet<(&str, &str)> = places
            .iter()
            .flat_map(|place| of(place).map(|id| (place.as_str(), id)))
            .collect();
        let wanted: Vec<(&str, &str)> = wanted.into_iter().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let shown = show_history(ctx, user, &wanted).await?;
        let messages = shown.messages.into_iter().map(|(id, view)| {
            let fields = object(&view);
            (id, (view, fields))
        });
        let seen = self.0.entry(group.clone()).or_default();
        seen.messages.extend(messages);
        seen.users.users.extend(shown.users.users);
        seen.rights.members.extend(shown.rights.members);
        seen.rights.origins.extend(shown.rights.origins);
        seen.rights.parted.extend(shown.rights.parted);
        Ok(())
    }

    /// The messages as the members of a group see them.
    pub fn seen(&self, group: &Group) -> Option<&Seen> {
        self.0.get(group)
    }

    /// One member of a group saw a conversation otherwise than the others may: they left, cleared it, deleted messages, got another role or
    /// blocked somebody since. They stand alone from here on, with what they saw.
    ///
    /// Returns whether it is so.
    pub fn part(&mut self, facts: &Facts, place: &str, group: &Group, user: &User) -> bool {
        let seen = self.0.get(group);
        if seen.is_some_and(|seen| seen.is_of(facts, place, group)) {
            return false;
        }
        let seen = self.0.remove(group).unwrap_or_default();
        let alone = self.0.entry(Group::Alone(Rc::clone(user))).or_default();
        alone.messages.extend(seen.messages);
        alone.users.users.extend(seen.users.users);
        true
    }
}

impl Seen {
    /// Whether all of a group see the messages of a conversation like this.
    fn is_of(&self, facts: &Facts, place: &str, group: &Group) -> bool {
        let Group::Role(_, role, _, origins) = group else {
            return true;
        };
        let sees_all = facts
            .standing(place)
            .all(|message| self.messages.contains_key(&message.id));
        let has_role = match self.rights.members.get(place) {
            Some(member) => member.role == *role,
            // Nothing was to be read.
            None => self.messages.is_empty(),
        };
        let mut known = facts.origins(place).zip(origins);
        let shows_origins = known.all(|((message, origin), is_member)| {
            !self.messages.contains_key(&message.id)
                || self.rights.origins.contains(origin) == *is_member
        });
        let mut named = facts.named(place);
        sees_all
            && has_role
            && shows_origins
            && !named.any(|user| self.rights.parted.contains(user))
    }

    /// A message; none that they don't see.
    pub fn message(&self, id: &str) -> Option<&MessageView> {
        self.messages.get(id).map(|(view, _)| view)
    }

    /// The fields of a message.
    pub fn fields(&self, id: &str) -> Option<&Map<String, Value>> {
        self.messages.get(id).map(|(_, fields)| fields)
    }

    /// The people whom this text names.
    pub fn users_in(&self, text: &str) -> UsersView {
        let users = self.users.users.iter();
        let users = users.filter(|(id, _)| text.contains(id.as_str()));
        UsersView {
            users: users.map(|(id, user)| (id.clone(), user.clone())).collect(),
        }
    }
}
