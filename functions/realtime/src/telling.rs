//! The facts of a round, and the telling.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_views::conversations::{OneConversationView, conversation_of};

use crate::audience::{Audience, User};
use crate::event::What;
use crate::frame::Frame;
use crate::news::News;
use crate::parting::Parting;
use crate::sights::{Facts, Group, Sights};

/// An event for a listener.
#[derive(Clone, Debug)]
pub struct Told {
    /// The listener.
    pub to: User,
    /// The event.
    pub frame: Rc<Frame>,
}

/// The facts of a round.
pub struct Round<'a> {
    /// The context.
    pub ctx: &'a Ctx,
    /// The listeners.
    pub audience: &'a Audience,
    /// The messages and conversations that it is about.
    pub facts: Facts,
    /// The messages as listeners see them.
    pub sights: Sights,
    /// The blocks between listeners and the people of the round.
    parting: Parting,
    /// Conversations as listeners see them, by listener.
    views: RefCell<BTreeMap<(User, String), Option<OneConversationView>>>,
    /// The listeners' conversations of which their clients were told, in this round, that they are gone or are there again.
    hidden: RefCell<BTreeMap<(User, String), bool>>,
    /// The listeners' conversations of which it was asked already whether they are there again.
    asked: RefCell<BTreeSet<(User, String)>>,
    /// The group of each listener in each conversation of the round.
    groups: BTreeMap<String, BTreeMap<User, Group>>,
}

impl<'a> Round<'a> {
    /// Reads the facts about these news.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(ctx: &'a Ctx, audience: &'a Audience, news: &[News]) -> Result<Self> {
        let mut round = Round {
            ctx,
            audience,
            facts: Facts::read(ctx, audience, news).await?,
            sights: Sights::default(),
            parting: Parting::read(ctx, audience, news.iter().flat_map(News::people)).await?,
            views: RefCell::default(),
            hidden: RefCell::default(),
            asked: RefCell::default(),
            groups: BTreeMap::new(),
        };
        round.look(news).await?;
        Ok(round)
    }

    /// Puts the listeners of messages into groups, and reads the messages for each.
    async fn look(&mut self, news: &[News]) -> Result<()> {
        let mut alone: BTreeMap<User, BTreeSet<String>> = BTreeMap::new();
        let places: BTreeSet<&str> = news
            .iter()
            .filter(|new| !new.messages().is_empty())
            .filter_map(News::conversation)
            .collect();
        for place in places {
            let mut groups: BTreeMap<User, Group> = BTreeMap::new();
            let mut sharing: BTreeMap<Group, Vec<User>> = BTreeMap::new();
            for (user, viewer) in self.audience.members(place) {
                let group = self.facts.group(place, user, viewer);
                match group {
                    Group::Alone(_) => {
                        let places = alone.entry(Rc::clone(user)).or_default();
                        places.insert(place.to_owned());
                    }
                    Group::Role(..) => {
                        let members = sharing.entry(group.clone()).or_default();
                        members.push(Rc::clone(user));
                    }
                    Group::Blind => {}
                }
                groups.insert(Rc::clone(user), group);
            }
            for (group, members) in sharing {
                for apart in self.share(place, &group, members).await? {
                    groups.insert(Rc::clone(&apart), Group::Alone(apart));
                }
            }
            self.groups.insert(place.to_owned(), groups);
        }
        for (user, places) in alone {
            let group = Group::Alone(Rc::clone(&user));
            let sights = &mut self.sights;
            sights
                .read(self.ctx, &self.facts, &group, (&user, &places))
                .await?;
        }
        Ok(())
    }

    /// Reads the messages of a conversation for all of a group, by the first of its members who sees all of them. Returns the members who
    /// were tried before that one; they stand alone.
    async fn share(&mut self, place: &str, group: &Group, members: Vec<User>) -> Result<Vec<User>> {
        let places = BTreeSet::from([place.to_owned()]);
        let mut apart = Vec::new();
        for user in members {
            let sights = &mut self.sights;
            sights
                .read(self.ctx, &self.facts, group, (&user, &places))
                .await?;
            if !sights.part(&self.facts, place, group, &user) {
                break;
            }
            apart.push(user);
        }
        Ok(apart)
    }

    /// Whether a block parts a listener from one of the people of the round ([`News::people`]).
    pub fn parts(&self, user: &str, other: &str) -> bool {
        let viewer = self.audience.viewer(user);
        viewer.is_some_and(|viewer| self.parting.parts(user, viewer, other))
    }

    /// A conversation as a listener sees it, who is a member; read once for all news of the round.
    ///
    /// # Errors
    /// The store's.
    pub async fn conversation(
        &self,
        user: &User,
        place: &str,
    ) -> Result<Option<OneConversationView>> {
        let key = (Rc::clone(user), place.to_owned());
        let known = self.views.borrow().get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let view = conversation_of(self.ctx, user, place).await?;
        self.views.borrow_mut().insert(key, view.clone());
        Ok(view)
    }

    /// Whether a listener deleted a conversation for themselves, and their clients have dropped it.
    pub fn is_hidden(&self, user: &User, place: &str) -> bool {
        let key = (Rc::clone(user), place.to_owned());
        let known = self.hidden.borrow().get(&key).copied();
        known.unwrap_or_else(|| {
            let viewer = self.audience.viewer(user);
            let place = viewer.and_then(|viewer| viewer.places.get(place));
            place.is_some_and(|place| place.is_hidden)
        })
    }

    /// Whether this is asked for the first time in this round.
    pub fn asks_first(&self, user: &User, place: &str) -> bool {
        let key = (Rc::clone(user), place.to_owned());
        self.asked.borrow_mut().insert(key)
    }

    /// Notes that a listener's clients are told to drop a conversation, or that it is there again.
    pub fn hide(&self, user: &User, place: &str, is_hidden: bool) {
        let key = (Rc::clone(user), place.to_owned());
        self.hidden.borrow_mut().insert(key, is_hidden);
    }

    /// The conversations that clients were told of with [`Round::hide`].
    pub fn into_hidden(self) -> BTreeMap<(User, String), bool> {
        self.hidden.into_inner()
    }

    /// The groups of a conversation's listeners.
    pub fn groups(&self, place: &str) -> impl Iterator<Item = (&User, &Group)> {
        self.groups.get(place).into_iter().flatten()
    }

    /// Tells one listener.
    ///
    /// # Errors
    /// A fault when the event can't be written.
    pub async fn tell_one(
        &self,
        new: &News,
        to: User,
        what: What,
        told: &mut Vec<Told>,
    ) -> Result<()> {
        let frame = Rc::new(Frame::of(self.ctx, new, what).await?);
        told.push(Told { to, frame });
        Ok(())
    }
}
