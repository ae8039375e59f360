//! `POST /v1/conversations/{conversationId}/recipients`: puts people on a list.

use std::collections::BTreeSet;

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result};
use whisper_messages::{MOST_RECIPIENTS, recipient_id};
use whisper_people::{blocked_any, by_ids, list_changed};
use whisper_schema::prelude::{BroadcastRecipient, Conversation, Timestamp};
use whisper_store::{Batch, Patch};

use super::refuse_others;
use crate::access::{admit, door, this_one};
use crate::add_members::{AddedMembersView, NewMembers};
use crate::limits::{ADDED, Uses};
use crate::others::{Others, Wish};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        super::RECIPIENTS,
        "addRecipients",
        "Puts people on a list, 256 at most: all of them or nobody, of people to whom the caller may write. They aren't told.",
        add,
    )
    .reply::<AddedMembersView>(200, "The users who are on the list now, and those who were there already.")
    .codes(&[
        Code::ConversationFull,
        Code::WrongKind,
        Code::RateLimited,
    ])
}

/// Answers 200 with the users. If one of them can't be added, none of them is.
async fn add(ctx: Ctx, request: Request, Json(new): Json<NewMembers>) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let added = ctx.retry(async || attempt(&ctx, id, &new.user_ids).await);
    Reply::ok(&added.await?)
}

async fn attempt(ctx: &Ctx, id: &str, users: &[String]) -> Result<Attempt<AddedMembersView>> {
    let me = ctx.caller()?.user_id;
    let entries: Vec<String> = users.iter().map(|user| recipient_id(id, user)).collect();
    let asked = (
        door(id, &me),
        by_ids::<BroadcastRecipient>(entries.iter().map(String::as_str)),
        Others::ask(&me, users),
    );
    let (found, known, others) = ctx.read(asked).await?;
    let access = admit(found)?;
    refuse_others(&access)?;
    let known = known.into_iter().flatten();
    let known: BTreeSet<String> = known.map(|entry| entry.into_inner().user_id).collect();
    let wrong = users.iter().position(|user| *user == me);
    if let Some(place) = wrong {
        return Err(crate::draft::no_such_users("userIds", &[place]));
    }
    let others = Others::of(others);
    others.refuse(Wish::Write, "userIds", users, |user| known.contains(user))?;
    let (already, added): (Vec<String>, Vec<String>) =
        users.iter().cloned().partition(|user| known.contains(user));
    if added.is_empty() {
        return Ok(Attempt::Done(AddedMembersView { added, already }));
    }
    let (more, most) = (added.len() as i64, MOST_RECIPIENTS + 1);
    if access.conversation.participant_count + more > most {
        let detail = format!("A list has at most {MOST_RECIPIENTS} recipients.");
        return Err(Error::new(Code::ConversationFull, detail));
    }
    let grown = Patch::new().add_within(Conversation::PARTICIPANT_COUNT, more, 0, most);
    let batch = Batch::new()
        .expect_some(this_one(&access.me))
        .expect_none(blocked_any(&me, added.iter().map(String::as_str)))
        .update(id, grown);
    let batch = on_list(batch, id, &added);
    let batch = list_changed(ctx, batch, &me, id)?;
    let what = json!({"userIds": added});
    let kind = "broadcast.recipients_added";
    let batch = append(ctx, batch, kind, id, Some(&me), &what)?;
    let uses = Uses::of(ctx, &[(ADDED, added.len())]).await?;
    let committed = uses.try_commit(ctx, batch).await?;
    let done = committed.map(|_| AddedMembersView { added, already });
    Ok(done.map_or(Attempt::Retry, Attempt::Done))
}

/// Puts these users on a list.
pub fn on_list(batch: Batch, conversation: &str, users: &[String]) -> Batch {
    users.iter().fold(batch, |batch, user| {
        batch.insert(&BroadcastRecipient {
            id: recipient_id(conversation, user),
            conversation_id: conversation.to_owned(),
            user_id: user.clone(),
            added_at: Timestamp::AT_COMMIT,
        })
    })
}
