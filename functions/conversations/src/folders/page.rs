//! The conversations of a folder, page by page: the list of all is walked, and those that don't belong to the folder are passed over.

use std::collections::BTreeMap;

use whisper_kit::page::Window;
use whisper_kit::{Ctx, Result};
use whisper_people::ids::member_id;
use whisper_people::{Kept, contact_id};
use whisper_schema::prelude::{
    Column, Contact, Conversation, ConversationFolder, ConversationFolderExclusion as Exclusion,
    ConversationFolderKind as Kind, ConversationKind, ConversationMember,
};
use whisper_store::{Cursor, Doc, Filter, Get};
use whisper_views::conversations::shown::shown_pair;
use whisper_views::conversations::unread;

use crate::activity::{Listed, Part, Placed, Shelf};
use crate::found::{Found, read_part};
use crate::which::Which;
use whisper_views::folders::{exclusions, kinds};

/// The most rounds of a walk: a bound on the cost of a page of which few conversations belong to the folder.
const ROUNDS: usize = 4;
/// How many conversations a round looks at.
const PORTION: u32 = 100;

/// A page of a folder; up to four rounds of three statements.
///
/// # Errors
/// `invalid_cursor`; the store's.
pub async fn page(
    ctx: &Ctx,
    me: &str,
    folder: &ConversationFolder,
    window: &Window<Which>,
) -> Result<Found> {
    let rule = Belonging::to(folder);
    let shelf = Shelf {
        user: me,
        archived: rule.archived(),
        requests: Some(false),
        only: Some(rule.only()),
    };
    let limit = window.limit as usize;
    let mut whole: Option<Found> = None;
    let mut items: Vec<Placed> = Vec::new();
    let mut next: Option<Cursor> = window.after.clone();
    for _ in 0..ROUNDS {
        let part = Part::behind(next.take(), PORTION, ctx.now())?;
        let mut found = read_part(ctx, me, &part, &shelf).await?;
        let listed = std::mem::take(&mut found.listed);
        whole.get_or_insert(found);
        next = listed.next;
        let mut fitting = rule.fitting(ctx, me, listed.items).await?;
        if items.len() + fitting.len() > limit {
            fitting.truncate(limit - items.len());
            items.extend(fitting);
            next = items.last().map(|item| item.place.clone());
            break;
        }
        items.extend(fitting);
        if next.is_none() || items.len() == limit {
            break;
        }
    }
    let listed = Listed {
        items,
        next,
        previous: None,
    };
    let found = whole.ok_or_else(|| whisper_kit::Error::internal("no round was made"))?;
    Ok(Found { listed, ..found })
}

/// The rule by which a conversation belongs to a folder.
struct Belonging<'a> {
    folder: &'a ConversationFolder,
    kinds: Vec<Kind>,
    exclusions: Vec<Exclusion>,
}

/// Facts about a conversation that the rule goes by.
struct Facts {
    member: ConversationMember,
    /// Whether the other one of a direct conversation is a contact; false where the folder's rule doesn't need it.
    is_contact: bool,
    /// Whether something is unread; true where the folder's rule doesn't need it.
    is_unread: bool,
}

impl<'a> Belonging<'a> {
    fn to(folder: &'a ConversationFolder) -> Self {
        Belonging {
            kinds: kinds(folder),
            exclusions: exclusions(folder),
            folder,
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    fn excludes(&self, state: Exclusion) -> bool {
        self.exclusions.contains(&state)
    }

    /// The archived state that its conversations have; none where both are looked at, as for a folder that names conversations.
    fn archived(&self) -> Option<bool> {
        let only_others = self.excludes(Exclusion::Archived) && self.folder.included_ids.is_empty();
        only_others.then_some(false)
    }

    fn wants_contacts(&self) -> bool {
        self.has(Kind::Contacts) != self.has(Kind::NonContacts) && !self.has(Kind::Direct)
    }

    /// Holds for the conversations that may belong to it.
    fn only(&self) -> Filter<Conversation> {
        let of_two = [Kind::Direct, Kind::Contacts, Kind::NonContacts];
        let has_direct = of_two.into_iter().any(|kind| self.has(kind));
        let kind = Conversation::KIND;
        let named = self.folder.included_ids.iter().map(String::as_str);
        let named = Filter::is_in(Column::id(), named);
        match (has_direct, self.has(Kind::Groups)) {
            (true, true) => Filter::and([]),
            (true, false) => Filter::or([named, Filter::eq(kind, ConversationKind::Direct)]),
            (false, true) => Filter::or([named, Filter::ne(kind, ConversationKind::Direct)]),
            (false, false) => named,
        }
    }

    /// The conversations of a part that belong to the folder; two statements.
    async fn fitting(&self, ctx: &Ctx, me: &str, items: Vec<Placed>) -> Result<Vec<Placed>> {
        let mut facts = self.facts(ctx, me, &items).await?;
        let mut fitting = items;
        fitting.retain(|item| {
            let facts = facts.remove(&item.conversation.id);
            facts.is_some_and(|facts| self.fits(ctx, &item.conversation, &facts))
        });
        Ok(fitting)
    }

    fn fits(&self, ctx: &Ctx, conversation: &Conversation, facts: &Facts) -> bool {
        let id = &conversation.id;
        if self.folder.excluded_ids.contains(id) {
            return false;
        }
        if self.folder.included_ids.contains(id) {
            return true;
        }
        let is_direct = conversation.kind == ConversationKind::Direct;
        let is_of_kind = match is_direct {
            true => {
                self.has(Kind::Direct)
                    || self.has(Kind::Contacts) && self.has(Kind::NonContacts)
                    || self.has(Kind::Contacts) && facts.is_contact
                    || self.has(Kind::NonContacts) && !facts.is_contact
            }
            false => self.has(Kind::Groups),
        };
        let member = &facts.member;
        let is_excluded = self.excludes(Exclusion::Muted) && member.is_muted_at(ctx.now())
            || self.excludes(Exclusion::Archived) && member.is_archived
            || self.excludes(Exclusion::Read) && !facts.is_unread;
        is_of_kind && !is_excluded
    }

    async fn facts(
        &self,
        ctx: &Ctx,
        me: &str,
        items: &[Placed],
    ) -> Result<BTreeMap<String, Facts>> {
        let asked = items.iter().map(|item| {
            let conversation = &item.conversation;
            let is_direct = conversation.kind == ConversationKind::Direct;
            let pair = (is_direct && self.wants_contacts()).then(|| shown_pair(&conversation.id));
            (
                Get::<ConversationMember>::id(member_id(&conversation.id, me)),
                pair,
            )
        });
        let found = ctx.read(asked.collect::<Vec<_>>()).await?;
        let met = items.iter().zip(found);
        let met: Vec<(&Doc<Conversation>, Doc<ConversationMember>, Option<String>)> = met
            .filter_map(|(item, (member, pair))| {
                let peer = pair.and_then(|pair| pair.peer_of(me).map(str::to_owned));
                Some((&item.conversation, member?, peer))
            })
            .collect();
        let asked = met.iter().map(|(conversation, member, peer)| {
            let contact = peer.as_deref();
            let contact = contact.map(|peer| Get::<Contact>::id(contact_id(me, peer)));
            let unread = self.excludes(Exclusion::Read);
            let unread = unread.then(|| unread::count(conversation, member, ctx.now()));
            (contact, unread)
        });
        let found = ctx.read(asked.collect::<Vec<_>>()).await?;
        let facts = met.into_iter().zip(found);
        let facts = facts.map(|((conversation, member, _), (contact, unread))| {
            let facts = Facts {
                is_contact: contact
                    .flatten()
                    .is_some_and(|contact| Kept::Counting.holds(&contact)),
                is_unread: unread.is_none_or(|count| count > 0) || member.is_marked_unread,
                member: member.into_inner(),
            };
            (conversation.id.clone(), facts)
        });
        Ok(facts.collect())
    }
}
