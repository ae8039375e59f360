//! The end of a membership: the commit of somebody's leaving, and its parts that sending somebody away has too.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, Result};
use whisper_messages::Told;
use whisper_people::bots::bot_goes;
use whisper_people::list_changed;
use whisper_schema::prelude::{
    Column, CommunityDeparture, CommunityGroup, Conversation, ConversationKind, ConversationMember,
    ConversationMemberRole as Role, ConversationMemberStatus as Status, SystemMessage, Timestamp,
};
use whisper_store::{Batch, Doc, Filter, Get, Patch};

use crate::access::{Access, same_role};
use crate::community_groups::Pair;
use crate::directory::deserted;
use crate::give_role::as_role;
use crate::linked::Ending;
use crate::picture::{let_go, same_picture};
use crate::positions::forget_trail;

/// More groups than a community has.
const ALL_GROUPS: u64 = 1_000;

/// Takes the groups out of a community that its last member leaves: each stands by itself, and its community is there for nobody.
fn without_groups(batch: Batch, community: &str) -> Batch {
    let groups = Filter::<CommunityGroup>::eq(CommunityGroup::COMMUNITY_ID, community);
    batch.delete_where(groups, ALL_GROUPS)
}

/// Takes a group that its last member leaves out of its community, and tells the community.
async fn without_roof(ctx: &Ctx, batch: Batch, group: &Conversation, by: &str) -> Result<Batch> {
    let Some(roof) = ctx.read(Get::<CommunityGroup>::id(&group.id)).await? else {
        let this = Filter::<CommunityGroup>::eq(Column::id(), group.id.as_str());
        return Ok(batch.expect_none(this));
    };
    let as_read = Filter::<CommunityGroup>::revision(roof.revision);
    let batch = batch.delete_if(&roof.id, as_read);
    let community = Get::<Conversation>::id(&roof.community_id);
    match ctx.read(community).await? {
        Some(community) => {
            let pair = Pair {
                community: &community,
                group,
            };
            pair.lost(ctx, batch, by)
        }
        None => Ok(batch),
    }
}

/// The commit of a member's leaving; an owner hands over to the successor by it, or is the last.
///
/// # Errors
/// The store's.
pub async fn leaving(
    ctx: &Ctx,
    access: &Access,
    successor: Option<&Doc<ConversationMember>>,
) -> Result<Batch> {
    let Access { conversation, me } = access;
    let (id, user) = (conversation.id.as_str(), me.user_id.as_str());
    let is_last = me.role == Role::Owner && successor.is_none();
    let handed = successor.map(|successor| SystemMessage::OwnershipHandedOver {
        user_id: successor.user_id.clone(),
    });
    // No system message is written when the last member leaves: no member is left to read it.
    let left = Some(SystemMessage::MemberLeft).filter(|_| !is_last);
    let ending = match me.role {
        Role::Owner => Ending::of(ctx, conversation).await?,
        _ => Ending::default(),
    };
    let unlinked = ending.told().filter(|_| !is_last);
    let news = handed.into_iter().chain(unlinked).chain(left);
    let told = Told::of(ctx, conversation, user, news)?;
    let one_less = told.summarised(Patch::new().add(Conversation::PARTICIPANT_COUNT, -1));
    let batch = Batch::new().update_if(&me.id, gone(Status::Left), same_role(me));
    let batch = list_changed(ctx, forget_trail(batch, &me.id), user, id)?;
    let batch = departing(batch, conversation, user);
    let batch = ending.add_to(ctx, batch, user)?;
    let batch = match is_last {
        // The commit fails if somebody joined in the meantime. A group without an owner is in no directory.
        true => {
            let alone = Filter::eq(Conversation::PARTICIPANT_COUNT, 1);
            let as_read = Filter::and([alone, same_picture(conversation)]);
            let one_less = one_less.set(Conversation::IS_PUBLIC, false);
            let batch = deserted(batch.update_if(id, one_less, as_read), id);
            let batch = let_go(ctx, batch, conversation).await?;
            match conversation.kind {
                ConversationKind::Community => without_groups(batch, id),
                _ => without_roof(ctx, batch, conversation, user).await?,
            }
        }
        false => batch.update(id, one_less),
    };
    let batch = match successor {
        Some(successor) => {
            let batch = batch.update_if(&successor.id, as_role(Role::Owner), same_role(successor));
            let what = json!({"userId": successor.user_id, "role": Role::Owner});
            append(
                ctx,
                batch,
                "conversation.role_changed",
                id,
                Some(user),
                &what,
            )?
        }
        None => batch,
    };
    let what = json!({"userId": user, "messageIds": told.ids()});
    let batch = told.insert_in(batch);
    append(
        ctx,
        batch,
        "conversation.member_left",
        id,
        Some(user),
        &what,
    )
}

/// The end of a membership.
pub fn gone(status: Status) -> Patch<ConversationMember> {
    Patch::new()
        .set(ConversationMember::STATUS, status)
        .set(ConversationMember::LEFT_AT, Timestamp::AT_COMMIT)
        .set(ConversationMember::IS_PINNED, false)
        .set(ConversationMember::UPDATED_AT, Timestamp::AT_COMMIT)
}

/// Id of the note that somebody leaves the groups of a community.
pub fn departure_id(community: &str, user: &str) -> String {
    derived_id(&["community departure", community, user])
}

/// Notes, in the commit by which somebody leaves a community, that they leave its groups; and that a bot left.
pub fn departing(batch: Batch, conversation: &Conversation, user: &str) -> Batch {
    let batch = bot_goes(batch, &conversation.id, user);
    match conversation.kind {
        ConversationKind::Community => batch.upsert(&CommunityDeparture {
            id: departure_id(&conversation.id, user),
            community_id: conversation.id.clone(),
            user_id: user.to_owned(),
            position: 0,
            due_at: Timestamp::AT_COMMIT,
        }),
        _ => batch,
    }
}
