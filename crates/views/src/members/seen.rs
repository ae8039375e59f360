//! Members of a conversation, with how far each has received and read.

use whisper_kit::{Ctx, Result};
use whisper_messages::is_active;
use whisper_people::ids::member_id;
use whisper_people::privacy::tells_of_reading;
use whisper_people::{UsersView, by_ids, shown_to};
use whisper_schema::prelude::{ConversationKind, ConversationMember, ConversationRight, Profile};
use whisper_store::{Doc, Get};

use super::reached::{Reached, at_positions};
use super::view::MemberView;
use crate::conversations::{Access, admitted, door};

/// These users, as far as they belong to the conversation, as the list of its members shows them to this viewer now, in the order they
/// joined, with the people whom they name; none where the viewer doesn't belong to it, or may not see its members. Two statements, three where pictures are files.
///
/// # Errors
/// The store's.
pub async fn members_of(
    ctx: &Ctx,
    viewer: &str,
    conversation: &str,
    users: &[&str],
) -> Result<Option<(Vec<MemberView>, UsersView)>> {
    let ids: Vec<String> = users
        .iter()
        .map(|user| member_id(conversation, user))
        .collect();
    let members = by_ids::<ConversationMember>(ids.iter().map(String::as_str));
    let (found, members) = ctx.read((door(conversation, viewer), members)).await?;
    let access = admitted(found).filter(|access| access.has(ConversationRight::SeeMembers));
    let Some(access) = access else {
        return Ok(None);
    };
    let members = members.into_iter().flatten();
    let mut members: Vec<_> = members.filter(|member| is_active(member)).collect();
    members.sort_by_key(|member| (member.joined_at, member.seq));
    members_seen(ctx, &access, &members).await.map(Some)
}

/// These members of the conversation as a viewer who may see them sees them, and the people whom they name: themselves, and the users
/// who brought them in, also if those have left. One statement, two where pictures are files.
///
/// # Errors
/// The store's.
pub async fn members_seen(
    ctx: &Ctx,
    access: &Access,
    members: &[Doc<ConversationMember>],
) -> Result<(Vec<MemberView>, UsersView)> {
    let viewer = access.me.user_id.as_str();
    let named = members.iter().flat_map(|member| {
        let inviter = member.invited_by.as_deref();
        [member.user_id.as_str()].into_iter().chain(inviter)
    });
    let asked = (
        shown_to(viewer, named),
        at_positions(access, members),
        Get::<Profile>::id(viewer),
    );
    let (people, messages, profile) = ctx.read(asked).await?;
    let people = people.pictured(ctx).await?;
    let is_told = tells_of_reading(profile.as_deref());
    let reached = match access.conversation.kind {
        // A channel counts views and shows no receipts.
        ConversationKind::Channel => Reached::default(),
        _ => Reached::new(access, messages, is_told, ctx.now()),
    };
    let views = members.iter();
    let views = views.map(|member| MemberView::new(member, &people, &reached));
    Ok((views.collect(), people.users()))
}
