//! Conversations as lists show them, with the people they name.

use std::collections::BTreeSet;

use whisper_kit::{Ctx, Result};
use whisper_people::ids::member_id;
use whisper_people::{People, UsersView, shown_to};
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberStatus, Message,
};
use whisper_store::{Doc, Get};
use whisper_views::conversations::shown::{self, shown_members, shown_pair, told_of};
use whisper_views::conversations::{ConversationView, ShownMembers, Sight, Unread, newest, unread};

/// A conversation of the page with the documents that were read of it first.
struct Item {
    conversation: Doc<Conversation>,
    me: Doc<ConversationMember>,
    shown: ShownMembers,
    /// The newest message, if it is the caller's to see.
    newest: Option<Doc<Message>>,
}

/// The view of each that the caller still belongs to, and of the people it names; two statements, one more where
/// pictures are files, and up to three more where something is hidden from the caller.
///
/// # Errors
/// The store's.
pub async fn views(
    ctx: &Ctx,
    me: &str,
    conversations: Vec<Doc<Conversation>>,
) -> Result<(Vec<ConversationView>, UsersView)> {
    let mut items = items(ctx, me, conversations).await?;
    let pairs = items.iter().map(|item| (&*item.conversation, &*item.me));
    let looked_for = newest::looked_for(ctx, &pairs.collect::<Vec<_>>()).await?;
    for (item, found) in items.iter_mut().zip(looked_for) {
        item.newest = found.unwrap_or(item.newest.take());
    }
    let names = all_named(&items, me);
    let asked = items
        .iter()
        .map(|item| unread::count(&item.conversation, &item.me, ctx.now()));
    let asked = (
        asked.collect::<Vec<_>>(),
        shown_to(me, names.iter().map(String::as_str)),
    );
    let (answers, mut people) = ctx.read(asked).await?;
    if look_behind_hidden(ctx, &mut items, &people).await? {
        let names = all_named(&items, me);
        let names = names.iter().map(String::as_str);
        people = ctx.read(shown_to(me, names)).await?;
    }
    let pictures = items.iter();
    let pictures = pictures.filter_map(|item| item.conversation.avatar_file_id.as_deref());
    let people = people.with_files(ctx, pictures).await?;
    let views = items.into_iter().zip(answers).map(|(item, unread)| {
        let sight = Sight {
            me: &item.me,
            shown: item.shown,
            unread: Unread::of(unread),
            newest: item.newest.as_deref(),
            people: &people,
            now: ctx.now(),
        };
        ConversationView::new(item.conversation.into_inner(), sight)
    });
    Ok((views.collect(), people.users()))
}

/// Takes the message before, where the newest comes from somebody whom the caller doesn't see; tells whether there was any such.
async fn look_behind_hidden(ctx: &Ctx, items: &mut [Item], people: &People) -> Result<bool> {
    let hidden = items.iter_mut();
    let mut hidden: Vec<&mut Item> = hidden
        .filter(|item| newest::is_hidden(item.newest.as_deref(), people))
        .collect();
    if hidden.is_empty() {
        return Ok(false);
    }
    let asked = hidden
        .iter()
        .map(|item| newest::newest_for(ctx, &item.conversation, &item.me).first());
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    for (item, found) in hidden.iter_mut().zip(found) {
        item.newest = found;
    }
    Ok(true)
}

/// The people whom the list of these shows.
fn all_named(items: &[Item], me: &str) -> BTreeSet<String> {
    items.iter().flat_map(|item| named(item, me)).collect()
}

/// The people whom an item of the list shows: the other one, the sender of the newest message and some of the people of whom it tells, and the
/// maker. All members of all groups would be too many; a conversation's own answer names them.
fn named(item: &Item, me: &str) -> Vec<String> {
    let conversation = &item.conversation;
    let is_direct = conversation.kind == ConversationKind::Direct;
    let peer = item.shown.peer_of(me).filter(|_| is_direct);
    let newest = item.newest.as_deref();
    let sender = newest.and_then(shown::sender);
    let told = newest.map(told_of).unwrap_or_default();
    let named = [shown::maker(conversation, &item.me), peer, sender];
    let named = named.into_iter().flatten().map(str::to_owned);
    named.chain(told).collect()
}

/// The conversations with the caller's memberships and the members that are shown.
async fn items(ctx: &Ctx, me: &str, conversations: Vec<Doc<Conversation>>) -> Result<Vec<Item>> {
    let asked = conversations.iter().map(|conversation| {
        let id = conversation.id.as_str();
        let is_direct = conversation.kind == ConversationKind::Direct;
        (
            Get::<ConversationMember>::id(member_id(id, me)),
            newest::named(conversation),
            match is_direct {
                true => shown_pair(id),
                false => shown_members(id),
            },
        )
    });
    let found = ctx.read(asked.collect::<Vec<_>>()).await?;
    let items = conversations.into_iter().zip(found);
    let items = items.filter_map(|(conversation, (member, newest, shown))| {
        // Somebody who left since the page was read sees it no more.
        let me = member.filter(|member| member.status == ConversationMemberStatus::Active)?;
        Some(Item {
            shown: shown.seen_by(&me, &conversation),
            newest: newest::seen(newest.flatten(), &conversation, &me),
            conversation,
            me,
        })
    });
    Ok(items.collect())
}
