//! All listeners of an instance, and the conversations that each belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_messages::is_active;
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::prelude::ConversationMember;
use whisper_store::Doc;

use crate::news::News;
use crate::viewer::{Place, Viewer};

/// A user's id. Many frames name it.
pub type User = Rc<str>;

/// The listeners.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    viewers: BTreeMap<User, Viewer>,
    members: BTreeMap<String, BTreeSet<User>>,
}

impl Audience {
    /// One listener alone.
    pub fn of(user: &str, viewer: Viewer) -> Self {
        let mut audience = Audience::default();
        audience.add(user.into(), viewer);
        audience
    }

    /// One more listener; of one who is there already the facts are these.
    pub fn add(&mut self, user: User, viewer: Viewer) {
        self.remove(&user);
        for place in viewer.places.keys() {
            let members = self.members.entry(place.clone()).or_default();
            members.insert(Rc::clone(&user));
        }
        self.viewers.insert(user, viewer);
    }

    /// A listener went.
    pub fn remove(&mut self, user: &str) {
        let Some(viewer) = self.viewers.remove(user) else {
            return;
        };
        for place in viewer.places.keys() {
            self.leave(place, user);
        }
    }

    fn leave(&mut self, place: &str, user: &str) {
        if let Some(members) = self.members.get_mut(place) {
            members.remove(user);
            if members.is_empty() {
                self.members.remove(place);
            }
        }
    }

    /// Whether somebody listens.
    pub fn has(&self, user: &str) -> bool {
        self.viewers.contains_key(user)
    }

    /// The facts about a listener.
    pub fn viewer(&self, user: &str) -> Option<&Viewer> {
        self.viewers.get(user)
    }

    /// The listener with this id.
    pub fn user(&self, user: &str) -> Option<User> {
        let (user, _) = self.viewers.get_key_value(user)?;
        Some(Rc::clone(user))
    }

    /// The listeners.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.viewers.keys()
    }

    /// The listeners who belong to a conversation.
    pub fn members(&self, conversation: &str) -> impl Iterator<Item = (&User, &Viewer)> {
        let members = self.members.get(conversation).into_iter().flatten();
        members.filter_map(|user| Some((user, self.viewers.get(user)?)))
    }

    /// Keeps up with what these news change of it: memberships, blocks and settings, as they are by now. So a listener
    /// hears of nothing behind the commit that took away their right to it. Without such news it reads nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn follow(&mut self, ctx: &Ctx, news: &[News]) -> Result<()> {
        let mut places: BTreeMap<String, (String, User)> = BTreeMap::new();
        let mut anew: BTreeSet<User> = BTreeSet::new();
        for new in news {
            let by = new.by.as_deref();
            match new.kind.as_str() {
                "user.blocked" | "user.unblocked" => {
                    let both = [by, new.text("userId")];
                    anew.extend(
                        both.into_iter()
                            .flatten()
                            .filter_map(|user| self.user(user)),
                    );
                }
                kind if kind.starts_with("profile.") => {
                    anew.extend(by.and_then(|user| self.user(user)));
                }
                _ => {
                    let Some(conversation) = new.conversation().filter(|_| changes_places(new))
                    else {
                        continue;
                    };
                    let users = new.users().into_iter().chain(by);
                    for user in users.filter_map(|user| self.user(user)) {
                        let id = member_id(conversation, &user);
                        places.insert(id, (conversation.to_owned(), user));
                    }
                }
            }
        }
        for user in anew {
            if let Some(viewer) = self.viewers.get_mut(&user) {
                viewer.learn(ctx, &user).await?;
            }
        }
        if places.is_empty() {
            return Ok(());
        }
        let ids = places.keys().map(String::as_str);
        let found = ctx.read(by_ids::<ConversationMember>(ids)).await?;
        let found = found.into_iter().flatten().map(Doc::into_inner);
        let active: BTreeMap<String, Place> = found
            .filter(is_active)
            .map(|member| (member.id.clone(), Place::from(&member)))
            .collect();
        for (id, (conversation, user)) in places {
            self.set(&conversation, &user, active.get(&id).copied());
        }
        Ok(())
    }

    /// Reads the facts about a listener anew: the conversations that they belong to, blocks and settings, as they are by now.
    ///
    /// # Errors
    /// The store's.
    pub async fn learn(&mut self, ctx: &Ctx, user: &User) -> Result<()> {
        let mut viewer = Viewer::read(ctx, user).await?;
        let known = self.viewers.get(user).map(|viewer| &viewer.places);
        for (conversation, place) in &mut viewer.places {
            // Clients' knowledge of it goes by the news in their order, not by its present state.
            if let Some(known) = known.and_then(|known| known.get(conversation)) {
                place.is_hidden = known.is_hidden;
            }
        }
        self.add(Rc::clone(user), viewer);
        Ok(())
    }

    /// Notes of listeners' conversations whether their clients were told to drop them.
    pub fn hide(&mut self, hidden: impl IntoIterator<Item = ((User, String), bool)>) {
        for ((user, conversation), is_hidden) in hidden {
            let viewer = self.viewers.get_mut(&user);
            let place = viewer.and_then(|viewer| viewer.places.get_mut(&conversation));
            if let Some(place) = place {
                place.is_hidden = is_hidden;
            }
        }
    }

    fn set(&mut self, conversation: &str, user: &User, place: Option<Place>) {
        let Some(viewer) = self.viewers.get_mut(user) else {
            return;
        };
        match place {
            Some(mut place) => {
                // Clients' knowledge of it goes by the news in their order, not by its present state.
                if let Some(known) = viewer.places.get(conversation) {
                    place.is_hidden = known.is_hidden;
                }
                viewer.places.insert(conversation.to_owned(), place);
                let members = self.members.entry(conversation.to_owned()).or_default();
                members.insert(Rc::clone(user));
            }
            None => {
                viewer.places.remove(conversation);
                self.leave(conversation, user);
            }
        }
    }
}

/// Whether news change memberships, or what a member sees.
fn changes_places(new: &News) -> bool {
    match new.kind.as_str() {
        "conversation.read" | "conversation.delivered" | "conversation.updated" => false,
        kind => {
            kind.starts_with("conversation.")
                || kind.starts_with("my_conversation.")
                || kind == "message.hidden"
        }
    }
}
