//! News of conversations and their members.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value, json};
use whisper_kit::error::Result;
use whisper_messages::MOST_LISTED;
use whisper_people::ids::member_id;
use whisper_people::{UserSummaryView, UsersView, by_ids};
use whisper_schema::prelude::{
    Conversation, ConversationKind, ConversationMember, ConversationMemberRole, ConversationRight,
};
use whisper_views::members::{MemberView, members_of};

use crate::added::{added, wake};
use crate::audience::User;
use crate::event::{
    ConversationChangedView, ConversationClearedView, ConversationRemovedView, Departure,
    PinsChangedView, ReceiptKind, ReceiptMovedView, What, common_fields, object,
};
use crate::frame::Frame;
use crate::moves::Moves;
use crate::news::News;
use crate::sights::Group;
use crate::telling::{Round, Told};
use crate::viewer::Blocks;

/// Tells the members, and the users who came or went.
///
/// # Errors
/// The store's.
pub async fn tell(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let place = match new.conversation() {
        Some(place) => place,
        None if new.kind == "pinned_conversations.changed" => {
            return pinned(round, new, told).await;
        }
        None => return Ok(()),
    };
    if new.kind != "my_conversation.deleted" {
        wake(round, new, place, told).await?;
    }
    match new.kind.as_str() {
        "my_conversation.deleted" => {
            let by = new.by.as_deref();
            if let Some(user) = by.and_then(|user| round.audience.user(user)) {
                round.hide(&user, place, true);
            }
            return gone(round, new, place, by, Departure::Deleted, told).await;
        }
        "my_conversation.changed" if new.is("isBack") => {
            let by = new.by.as_deref().unwrap_or_default();
            return added(round, new, place, by, told).await;
        }
        "my_conversation.changed"
        | "conversation.cleared"
        | "broadcast.recipients_added"
        | "broadcast.recipient_removed" => return mine(round, new, place, told).await,
        "conversation.read" => {
            mine(round, new, place, told).await?;
            return receipts(round, new, place, ReceiptKind::Read, told).await;
        }
        "conversation.delivered" => {
            return receipts(round, new, place, ReceiptKind::Delivered, told).await;
        }
        _ => {}
    }
    let Some(moves) = Moves::of(new) else {
        return Ok(());
    };
    let mut apart: BTreeSet<&str> = moves.came.iter().copied().collect();
    for user in &moves.came {
        added(round, new, place, user, told).await?;
    }
    if let Some((user, reason)) = moves.went {
        apart.insert(user);
        // Somebody may have come back since.
        if !is_member(round, place, user) {
            gone(round, new, place, Some(user), reason, told).await?;
        }
    }
    changed(round, new, place, &moves, &apart, told).await
}

fn is_member(round: &Round<'_>, place: &str, user: &str) -> bool {
    let viewer = round.audience.viewer(user);
    viewer.is_some_and(|viewer| viewer.places.contains_key(place))
}

async fn pinned(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let Some(to) = new.by.as_deref().and_then(|user| round.audience.user(user)) else {
        return Ok(());
    };
    let ids = new.texts("conversationIds");
    let what = What::PinsChanged(PinsChangedView {
        pinned_conversation_ids: ids.into_iter().map(str::to_owned).collect(),
    });
    round.tell_one(new, to, what, told).await
}

/// Their own side of it, to all devices of the one who changed it.
async fn mine(round: &Round<'_>, new: &News, place: &str, told: &mut Vec<Told>) -> Result<()> {
    let Some(to) = new.by.as_deref().and_then(|user| round.audience.user(user)) else {
        return Ok(());
    };
    if round.is_hidden(&to, place) {
        return Ok(());
    }
    match round.conversation(&to, place).await? {
        Some(view) => {
            let cleared = new
                .text("messageId")
                .filter(|_| new.kind == "conversation.cleared");
            let what = match cleared {
                Some(message) => What::ConversationCleared(ConversationClearedView {
                    message_id: message.to_owned(),
                    conversation: view.conversation,
                    users: view.users,
                }),
                None => What::ConversationMine(view.into()),
            };
            round.tell_one(new, to, what, told).await
        }
        None => Ok(()),
    }
}

async fn gone(
    round: &Round<'_>,
    new: &News,
    place: &str,
    user: Option<&str>,
    reason: Departure,
    told: &mut Vec<Told>,
) -> Result<()> {
    let Some(to) = user.and_then(|user| round.audience.user(user)) else {
        return Ok(());
    };
    let what = What::ConversationRemoved(ConversationRemovedView {
        conversation_id: place.to_owned(),
        reason,
    });
    round.tell_one(new, to, what, told).await
}

/// Tells those of the other members who may know how far this one got.
async fn receipts(
    round: &Round<'_>,
    new: &News,
    place: &str,
    kind: ReceiptKind,
    told: &mut Vec<Told>,
) -> Result<()> {
    let is_read = kind == ReceiptKind::Read;
    let is_shared = !new.is("isRequest") && (!is_read || new.is("isReceipt"));
    let (Some(by), Some(message)) = (new.by.as_deref(), new.text("messageId")) else {
        return Ok(());
    };
    let Some(conversation) = round.facts.conversations.get(place) else {
        return Ok(());
    };
    let is_listed = conversation.kind != ConversationKind::Channel
        && conversation.participant_count <= MOST_LISTED;
    if !is_shared || !is_listed {
        return Ok(());
    }
    let what = What::Receipt(ReceiptMovedView {
        conversation_id: place.to_owned(),
        user_id: by.to_owned(),
        kind,
        message_id: message.to_owned(),
        users: UsersView {
            users: [(by.to_owned(), round.facts.person(by))].into(),
        },
    });
    let mut frame = None;
    for (user, viewer) in round.audience.members(place) {
        let Some(own) = viewer.places.get(place) else {
            continue;
        };
        let is_told = **user != *by
            && !round.is_hidden(user, place)
            && (!is_read || viewer.is_told_of_reading)
            && conversation.lets(own.role, ConversationRight::SeeMembers)
            && !round.parts(user, by);
        if !is_told {
            continue;
        }
        let frame = match &frame {
            Some(frame) => Rc::clone(frame),
            None => {
                let made = Rc::new(Frame::of(round.ctx, new, what.clone()).await?);
                Rc::clone(frame.insert(made))
            }
        };
        let to = Rc::clone(user);
        told.push(Told { to, frame });
    }
    Ok(())
}

/// Everybody who sees a conversation alike, but for its messages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Circle {
    Alone(User),
    /// Members of a role who share read receipts or don't, and have as many of the named members' positions hidden from them: members are shown
    /// with the messages that they have read and received, to those who see them.
    Role(ConversationMemberRole, bool, usize),
}

/// A conversation as the members of a circle see it.
#[derive(Clone, Debug)]
struct Side {
    view: ConversationChangedView,
    users: UsersView,
}

/// The numbers of the messages that the members whom these news name have read and received by now, a newcomer too.
async fn positions(round: &Round<'_>, place: &str, moves: &Moves<'_>) -> Result<BTreeSet<i64>> {
    let named = moves.came.iter().chain(&moves.roles);
    let ids: Vec<String> = named.map(|user| member_id(place, user)).collect();
    let members = by_ids::<ConversationMember>(ids.iter().map(String::as_str));
    let members = round.ctx.read(members).await?.into_iter().flatten();
    let positions = members.flat_map(|member| {
        [
            member.read_position,
            member.receipt_position,
            member.delivered_position,
        ]
    });
    Ok(positions.flatten().collect())
}

async fn changed(
    round: &Round<'_>,
    new: &News,
    place: &str,
    moves: &Moves<'_>,
    apart: &BTreeSet<&str>,
    told: &mut Vec<Told>,
) -> Result<()> {
    let Some(conversation) = round.facts.conversations.get(place) else {
        return Ok(());
    };
    let mut sides: BTreeMap<Circle, Side> = BTreeMap::new();
    let mut frames: BTreeMap<(Circle, Option<Group>), Rc<Frame>> = BTreeMap::new();
    let groups: BTreeMap<&User, &Group> = round.groups(place).collect();
    let positions = positions(round, place, moves).await?;
    for (user, viewer) in round.audience.members(place) {
        if apart.contains(&**user) || round.is_hidden(user, place) {
            continue;
        }
        let Some(own) = viewer.places.get(place) else {
            continue;
        };
        let floor = own.floor(conversation);
        let below = positions.iter().filter(|at| **at <= floor).count();
        let stands_apart = conversation.kind == ConversationKind::Direct
            || !matches!(viewer.blocks, Blocks::None)
            || moves.roles.contains(&&**user);
        let mut circle = match stands_apart {
            true => Circle::Alone(Rc::clone(user)),
            false => Circle::Role(own.role, viewer.is_told_of_reading, below),
        };
        if !sides.contains_key(&circle) {
            // One who left since sees nothing of it; then the next one stands for the circle.
            let Some((side, role)) = side(round, conversation, user, moves).await? else {
                continue;
            };
            // One whose role is another since sees it otherwise than the others of the circle.
            if role != own.role {
                circle = Circle::Alone(Rc::clone(user));
            }
            sides.insert(circle.clone(), side);
        }
        let Some(side) = sides.get(&circle) else {
            continue;
        };
        let group = groups.get(user).map(|group| (*group).clone());
        let key = (circle, group);
        let frame = match frames.get(&key) {
            Some(frame) => Rc::clone(frame),
            None => {
                let what = with_messages(round, new, side, key.1.as_ref());
                let frame = Rc::new(Frame::of(round.ctx, new, what).await?);
                frames.insert(key, Rc::clone(&frame));
                frame
            }
        };
        let to = Rc::clone(user);
        told.push(Told { to, frame });
    }
    Ok(())
}

/// The conversation as this listener, and all of the same circle, see it; and the role by which they do. Files are left out: their addresses
/// are signed for one user, who alone may have them.
async fn side(
    round: &Round<'_>,
    conversation: &Conversation,
    user: &User,
    moves: &Moves<'_>,
) -> Result<Option<(Side, ConversationMemberRole)>> {
    let place = conversation.id.as_str();
    let Some(seen) = round.conversation(user, place).await? else {
        return Ok(None);
    };
    let mut changes = common_fields(&seen.conversation);
    let role = seen.conversation.my.role;
    if !conversation.lets(role, ConversationRight::SeeMembers)
        || conversation.kind == ConversationKind::Channel
    {
        // `participantIds` names the listener here, so it differs within the circle and is left out.
        changes.remove("participantIds");
    }
    if moves.roles.contains(&&**user) {
        changes.insert("my".to_owned(), json!(object(&seen.conversation.my)));
    }
    let mut users = seen.users.without_files();
    let named: Vec<&str> = moves.came.iter().chain(&moves.roles).copied().collect();
    let members = match named.is_empty() {
        true => None,
        false => members_of(round.ctx, user, place, &named).await?,
    };
    let (members, more) = members.unwrap_or_default();
    let members = members.into_iter().map(MemberView::without_file);
    users.users.extend(more.without_files().users);
    let is_open = conversation.lets(role, ConversationRight::SeeMembers)
        && (conversation.kind != ConversationKind::Channel
            || role != ConversationMemberRole::Member);
    let left = moves.went.map(|(user, _)| user.to_owned());
    let left: Vec<String> = left.into_iter().filter(|_| is_open).collect();
    for gone in &left {
        let summary = match round.parts(user, gone) {
            true => UserSummaryView::hidden(gone),
            false => round.facts.person(gone),
        };
        users.users.entry(gone.clone()).or_insert(summary);
    }
    let side = Side {
        view: ConversationChangedView {
            conversation_id: place.to_owned(),
            changes,
            messages: Vec::new(),
            members: members.collect(),
            left_user_ids: left,
            users: UsersView::default(),
        },
        users,
    };
    Ok(Some((side, role)))
}

/// With the server's messages about it, as the members of a group see them.
fn with_messages(round: &Round<'_>, new: &News, side: &Side, group: Option<&Group>) -> What {
    let mut view = side.view.clone();
    let mut users = side.users.clone();
    // A newest message names its sender to members who see it, and the circle needn't.
    let common = json!([view.changes, view.members, view.left_user_ids]).to_string();
    users.users.retain(|id, _| common.contains(id.as_str()));
    if let Some(seen) = group.and_then(|group| round.sights.seen(group)) {
        for id in new.messages() {
            if let (Some(message), Some(fields)) = (seen.message(id), seen.fields(id)) {
                view.messages.push(message.clone());
                let text = Value::Object(fields.clone()).to_string();
                users.users.extend(seen.users_in(&text).users);
            }
        }
    }
    view.users = users;
    What::ConversationChanged(view)
}
