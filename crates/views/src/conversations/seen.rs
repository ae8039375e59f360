//! One conversation, as a member of it sees it.

use whisper_kit::{Ctx, Result};
use whisper_people::shown_to;

use super::access::{Access, admitted, door};
use super::newest;
use super::shown::{self, ShownMembers, shown_members, told_of};
use super::unread::{self, Unread};
use super::view::{ConversationView, OneConversationView, Sight};

/// The conversation as this viewer's GET shows it now; none for somebody who doesn't belong to it, as for nothing. Two statements, one more where pictures
/// are files, and up to three more where messages or people are hidden from the viewer.
///
/// # Errors
/// The store's.
pub async fn conversation_of(
    ctx: &Ctx,
    viewer: &str,
    id: &str,
) -> Result<Option<OneConversationView>> {
    let (found, shown) = ctx.read((door(id, viewer), shown_members(id))).await?;
    match admitted(found) {
        Some(access) => conversation_seen(ctx, access, shown).await.map(Some),
        None => Ok(None),
    }
}

/// The conversation as the member sees it, with the unread messages counted. `shown` are its members as they were read; the ones whom
/// the member may not see are left out here. One statement, one more where pictures are files, and up to three more where messages or people are
/// hidden from them.
///
/// # Errors
/// The store's.
pub async fn conversation_seen(
    ctx: &Ctx,
    access: Access,
    shown: ShownMembers,
) -> Result<OneConversationView> {
    let Access { conversation, me } = access;
    let shown = shown.seen_by(&me, &conversation);
    let found = newest::looked_for(ctx, &[(&conversation, &me)])
        .await?
        .pop();
    let found = found.flatten();
    let sender = match &found {
        Some(found) => found.as_deref().and_then(shown::sender),
        None => {
            let sender = conversation.last_message_sender_id.as_deref();
            sender.filter(|sender| *sender != conversation.id)
        }
    };
    let named = shown.all().chain(shown::maker(&conversation, &me));
    let asked = (
        unread::count(&conversation, &me, ctx.now()),
        newest::named(&conversation),
        shown_to(&me.user_id, named.chain(sender)),
    );
    let (unread, named, mut people) = ctx.read(asked).await?;
    let mut newest = found.unwrap_or_else(|| newest::seen(named.flatten(), &conversation, &me));
    if newest::is_hidden(newest.as_deref(), &people) {
        newest = ctx
            .read(newest::newest_for(ctx, &conversation, &me).first())
            .await?;
    }
    // Seldom needed: the people of whom it tells are most often among the members that are shown.
    let mut told = newest.as_deref().map(told_of).unwrap_or_default();
    let sender = newest.as_deref().and_then(shown::sender);
    told.extend(sender.map(str::to_owned));
    if !told.iter().all(|user| people.ids().any(|id| id == user)) {
        let told = told.iter().map(String::as_str);
        let all: Vec<String> = people.ids().chain(told).map(str::to_owned).collect();
        let all = all.iter().map(String::as_str);
        people = ctx.read(shown_to(&me.user_id, all)).await?;
    }
    let people = people
        .with_files(ctx, conversation.avatar_file_id.as_deref())
        .await?;
    let sight = Sight {
        me: &me,
        shown,
        unread: Unread::of(unread),
        newest: newest.as_deref(),
        people: &people,
        now: ctx.now(),
    };
    Ok(OneConversationView {
        conversation: ConversationView::new(conversation.into_inner(), sight),
        users: people.users(),
    })
}
