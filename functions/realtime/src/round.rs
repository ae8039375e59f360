//! From news to what each listener hears of them.
//!
//! A round takes some of the log, in its order. It first keeps up with what the news change of the listeners' own rights, then
//! reads what they are about once for all who see the same ([`crate::sights`]), and tells each listener at most one event for each of the
//! news. Rights are those of the moment of delivery, also when an old part of the log is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;

use crate::audience::{Audience, User};
use crate::event::What;
use crate::frame::Frame;
use crate::news::News;
use crate::places;
use crate::sights::{Facts, Group, Sights};
use crate::{messages, personal};

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
    /// The group of each listener in each conversation of the round.
    groups: BTreeMap<String, BTreeMap<User, Group>>,
}

/// The events that come of these news, in their order.
///
/// # Errors
/// The store's; then nothing was told, and the same news can be told again.
pub async fn round(ctx: &Ctx, audience: &mut Audience, news: &[News]) -> Result<Vec<Told>> {
    audience.follow(ctx, news).await?;
    let facts = Facts::read(ctx, audience, news).await?;
    let mut round = Round {
        ctx,
        audience,
        facts,
        sights: Sights::default(),
        groups: BTreeMap::new(),
    };
    round.look(news).await?;
    let mut told = Vec::new();
    for new in news {
        round.tell(new, &mut told).await?;
    }
    Ok(told)
}

impl Round<'_> {
    /// Puts the listeners of messages into groups, and reads the messages for each.
    async fn look(&mut self, news: &[News]) -> Result<()> {
        let mut wanted: BTreeMap<Group, (User, BTreeSet<String>)> = BTreeMap::new();
        let places: BTreeSet<&str> = news
            .iter()
            .filter(|new| !new.messages().is_empty())
            .filter_map(News::conversation)
            .collect();
        for place in places {
            let mut groups = BTreeMap::new();
            for (user, viewer) in self.audience.members(place) {
                let group = self.facts.group(place, user, viewer);
                let (_, places) = wanted
                    .entry(group.clone())
                    .or_insert_with(|| (Rc::clone(user), BTreeSet::new()));
                places.insert(place.to_owned());
                groups.insert(Rc::clone(user), group);
            }
            self.groups.insert(place.to_owned(), groups);
        }
        self.sights = Sights::read(self.ctx, &self.facts, wanted).await?;
        Ok(())
    }

    async fn tell(&self, new: &News, told: &mut Vec<Told>) -> Result<()> {
        let subject = new.kind.split('.').next().unwrap_or_default();
        match subject {
            "message" | "reaction" | "poll" => messages::tell(self, new, told).await,
            "conversation" | "my_conversation" | "broadcast" | "pinned_conversations" => {
                places::tell(self, new, told).await
            }
            _ => personal::tell(self, new, told).await,
        }
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
