//! News of messages: sent, changed, gone.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value};
use whisper_kit::error::Result;
use whisper_messages::MessageView;
use whisper_schema::prelude::{ConversationKind, ConversationMemberRole, ConversationRight};

use crate::added::{added, wake};
use crate::addressed::Shared;
use crate::audience::User;
use crate::event::{
    AnsweredView, MessageChangedView, MessageCreatedView, MessageRemovedView, What,
};
use crate::frame::Frame;
use crate::news::News;
use crate::sights::{Group, Seen};
use crate::telling::{Round, Told};

/// The fields of a message's own content.
const WORDS: [&str; 20] = [
    "replyToMessageId",
    "forwardedFromMessageId",
    "forwardedFromConversationId",
    "content",
    "contentType",
    "originalContentType",
    "plainText",
    "mediaUrls",
    "mediaFileIds",
    "media",
    "thumbnailUrl",
    "thumbnailFileId",
    "thumbnail",
    "metadata",
    "mentions",
    "links",
    "editedAt",
    "deletedAt",
    "updatedAt",
    "expiresAt",
];

/// The fields of everything that hangs on a message.
const HANGING: [&str; 9] = [
    "reactions",
    "reactionCounts",
    "myReactions",
    "isStarred",
    "isPinned",
    "pinnedAt",
    "poll",
    "viewOnce",
    "broadcast",
];

/// The listeners of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ears {
    /// All members.
    All,
    /// The one who did it, on all devices.
    Doer,
    /// The one who did it, and the sender of the message.
    DoerAndSender,
}

/// The part of a message that news show.
#[derive(Clone, Copy, Debug)]
enum Form {
    Whole,
    Gone,
    /// All fields of its content and of all that hangs on it, which is gone.
    Emptied,
    /// These fields; and these too, to whom they are their own.
    Fields(&'static [&'static str], &'static [&'static str]),
}

/// The form of news, and their listeners; none for news that no listener hears of.
fn form(kind: &str) -> Option<(Form, Ears)> {
    Some(match kind {
        "message.sent" => (Form::Whole, Ears::All),
        "message.expired" => (Form::Gone, Ears::All),
        "message.hidden" => (Form::Gone, Ears::Doer),
        // Everything that hung on it is gone for all.
        "message.deleted" => (Form::Emptied, Ears::All),
        "message.edited" | "message.spent" => (Form::Fields(&WORDS, &["viewOnce"]), Ears::All),
        "message.pinned" | "message.unpinned" => {
            (Form::Fields(&["isPinned", "pinnedAt"], &[]), Ears::All)
        }
        "message.starred" | "message.unstarred" => (Form::Fields(&[], &["isStarred"]), Ears::Doer),
        "message.viewed" => (Form::Fields(&[], &["viewOnce"]), Ears::DoerAndSender),
        "reaction.set" | "reaction.removed" => (
            Form::Fields(&["reactions", "reactionCounts"], &["myReactions"]),
            Ears::All,
        ),
        "poll.voted" | "poll.closed" => (Form::Fields(&["poll"], &[]), Ears::All),
        _ => return None,
    })
}

/// Tells the members of the conversation who hear of it.
///
/// # Errors
/// The store's.
pub async fn tell(round: &Round<'_>, new: &News, told: &mut Vec<Told>) -> Result<()> {
    let (Some((form, ears)), Some(place)) = (form(&new.kind), new.conversation()) else {
        return Ok(());
    };
    let message = new.text("messageId").unwrap_or(&new.subject);
    if !matches!(form, Form::Whole) {
        wake(round, new, place, told).await?;
    }
    let mut frames: BTreeMap<&Group, Option<Shared>> = BTreeMap::new();
    if matches!(form, Form::Gone) && answered_by(round, new, message).is_none() {
        let gone = removed(place, message, None);
        let frame = Rc::new(Frame::of(round.ctx, new, gone).await?);
        for (user, _) in round.audience.members(place) {
            if hears(round, new, ears, message, user) {
                let (to, frame) = (Rc::clone(user), Rc::clone(&frame));
                told.push(Told { to, frame });
            }
        }
        return Ok(());
    }
    for (user, group) in round.groups(place) {
        if !hears(round, new, ears, message, user) {
            continue;
        }
        if round.is_hidden(user, place) {
            // A conversation that they deleted comes back with the first message that they see, as REST lists it again.
            if matches!(form, Form::Whole) && brings_back(round, user, group, message) {
                added(round, new, place, user, told).await?;
            }
            // A client may have been told that it came back with a message which is deleted now.
            if !matches!(form, Form::Emptied) {
                continue;
            }
        }
        if !frames.contains_key(group) {
            let shared = match what(round, new, place, message, form, (user, group)) {
                Some(what) => {
                    let seen = round.sights.seen(group);
                    let seen = seen.and_then(|seen| seen.message(message));
                    Some(Shared::of(Frame::of(round.ctx, new, what).await?, seen))
                }
                None => None,
            };
            frames.insert(group, shared);
        }
        if let Some(Some(shared)) = frames.get(group) {
            let (to, frame) = (Rc::clone(user), shared.to(round.ctx, user).await?);
            told.push(Told { to, frame });
        }
    }
    Ok(())
}

/// Whether a new message has a conversation listed again that a listener deleted for themselves.
fn brings_back(round: &Round<'_>, user: &User, group: &Group, message: &str) -> bool {
    let seen = round.sights.seen(group);
    let seen = seen.and_then(|seen| seen.message(message));
    seen.is_some_and(|seen| {
        let is_written = !seen.is_system_message && seen.deleted_at.is_none();
        is_written && !round.parts(user, &seen.sender_id)
    })
}

fn hears(round: &Round<'_>, new: &News, ears: Ears, message: &str, user: &str) -> bool {
    let does = new.by.as_deref() == Some(user);
    let sent = || {
        let message = round.facts.messages.get(message);
        // REST doesn't list a blocked user's opening either.
        let is_told = new.by.as_deref().is_none_or(|by| !round.parts(user, by));
        is_told && message.is_some_and(|message| message.sender_id == user)
    };
    match ears {
        Ears::All => true,
        Ears::Doer => does,
        Ears::DoerAndSender => does || sent(),
    }
}

/// The event, for the listeners of a group, of whom this user is one.
fn what(
    round: &Round<'_>,
    new: &News,
    place: &str,
    message: &str,
    form: Form,
    (user, group): (&str, &Group),
) -> Option<What> {
    let seen = round.sights.seen(group);
    let is_alone = matches!(group, Group::Alone(_));
    let emptied: Vec<&str> = WORDS.into_iter().chain(HANGING).collect();
    let (common, own): (&[&str], &[&str]) = match form {
        Form::Whole => return created(seen?, place, message, is_alone),
        Form::Gone => {
            // Of the answered message nothing may be left either.
            let of = answered_by(round, new, message);
            let answered = seen.and_then(|seen| answered(seen, of));
            return Some(removed(place, message, answered));
        }
        Form::Emptied => (&emptied, &[]),
        Form::Fields(common, own) => (common, own),
    };
    let seen = seen?;
    let changes = changes(
        seen,
        message,
        common,
        if is_alone { own } else { &[] },
        is_alone,
    );
    let Some(changes) = changes else {
        // Somebody who hid an answer is told of its end all the same, by its message.
        let of = new.answered().filter(|_| matches!(form, Form::Emptied));
        return Some(removed(place, message, Some(answered(seen, of)?)));
    };
    let by_user_id = doer(round, new, place, user);
    let mut users = seen.users_in(&Value::Object(changes.clone()).to_string());
    if let Some(by) = &by_user_id {
        let summary = || round.facts.person(by);
        users.users.entry(by.clone()).or_insert_with(summary);
    }
    Some(What::MessageChanged(MessageChangedView {
        conversation_id: place.to_owned(),
        message_id: message.to_owned(),
        by_user_id,
        answered: answered(seen, new.answered()),
        users,
        changes,
    }))
}

/// The event of a new message; none for listeners who don't see it.
fn created(seen: &Seen, place: &str, message: &str, is_alone: bool) -> Option<What> {
    let fields = seen.fields(message)?;
    let mut message = seen.message(message)?.clone();
    if !is_alone {
        leave_own_parts_out(&mut message);
    }
    Some(What::MessageCreated(MessageCreatedView {
        conversation_id: place.to_owned(),
        answered: answered(seen, message.reply_to_message_id.as_deref()),
        users: seen.users_in(&Value::Object(fields.clone()).to_string()),
        message,
    }))
}

/// The parts of a message that are the viewer's own, as they are for somebody who did nothing to it yet: the event is for several.
fn leave_own_parts_out(message: &mut MessageView) {
    message.is_starred = false;
    message.my_reactions.clear();
    message.read_by.clear();
    message.delivered_to.clear();
    if let Some(poll) = &mut message.poll {
        poll.has_voted = false;
        poll.choices = None;
    }
    if let Some(once) = &mut message.view_once {
        once.is_opened = false;
    }
}

/// The message that one answered which is gone. Somebody who hides an answer before they were told of it is told here that it is one.
fn answered_by<'a>(round: &'a Round<'_>, new: &'a News, message: &str) -> Option<&'a str> {
    let hidden = (new.kind == "message.hidden").then(|| round.facts.messages.get(message));
    let hidden = hidden.flatten();
    let of = hidden.and_then(|hidden| hidden.reply_to_message_id.as_deref());
    new.answered().or(of)
}

fn removed(place: &str, message: &str, answered: Option<AnsweredView>) -> What {
    What::MessageRemoved(MessageRemovedView {
        conversation_id: place.to_owned(),
        message_id: message.to_owned(),
        answered,
    })
}

/// A message that others answer, if the listener sees it.
fn answered(seen: &Seen, message: Option<&str>) -> Option<AnsweredView> {
    let message = seen.message(message?)?;
    Some(AnsweredView {
        message_id: message.id.clone(),
        reply_count: message.reply_count,
    })
}

/// The fields with the values that they have; of a poll without the viewer's own choice where several share the event.
fn changes(
    seen: &Seen,
    message: &str,
    common: &[&str],
    own: &[&str],
    is_alone: bool,
) -> Option<Map<String, Value>> {
    let fields = seen.fields(message)?;
    let value = |key: &&str| {
        let value = fields.get(*key).cloned().unwrap_or(Value::Null);
        ((*key).to_owned(), value)
    };
    let mut changes: Map<String, Value> = common.iter().chain(own).map(value).collect();
    if !is_alone && let Some(Value::Object(poll)) = changes.get_mut("poll") {
        poll.remove("hasVoted");
        poll.remove("choices");
    }
    (!changes.is_empty()).then_some(changes)
}

/// The user who did it, where this listener may learn that.
fn doer(round: &Round<'_>, new: &News, place: &str, user: &str) -> Option<String> {
    let by = new.by.as_deref()?;
    let conversation = round.facts.conversations.get(place)?;
    let role = round.audience.viewer(user)?.places.get(place)?.role;
    let is_open = conversation.kind != ConversationKind::Channel
        && (conversation.lets(role, ConversationRight::SeeMembers)
            || role != ConversationMemberRole::Member);
    (by == user || is_open && !round.parts(user, by)).then(|| by.to_owned())
}
