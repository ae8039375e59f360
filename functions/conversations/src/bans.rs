//! Bans of a conversation, their effect on users who want to come in, and `GET
//! /v1/conversations/{conversationId}/bans`.

use serde::Serialize;

use whisper_kit::ids::derived_id;
use whisper_kit::page::{ListingWith, Window};
use whisper_kit::{Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::{People, UsersView};
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{Column, ConversationBan, ConversationMemberRole as Role, Timestamp};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::{Access, admit, door};
use crate::draft::{MOST_PARTICIPANTS, banned_users};

/// Id of a user's ban from a conversation.
pub fn ban_id(conversation: &str, user: &str) -> String {
    derived_id(&["ban", conversation, user])
}

/// A ban as the members who run the conversation see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BanView {
    /// Id of the user who is banned.
    pub user_id: String,
    /// Id of the member who said so last.
    pub banned_by: String,
    /// The reason; absent if none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it ends; absent if it lasts until it is lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// When it was said, or last changed.
    pub created_at: Timestamp,
}

impl From<ConversationBan> for BanView {
    fn from(ban: ConversationBan) -> Self {
        BanView {
            user_id: ban.user_id,
            banned_by: ban.banned_by,
            reason: ban.reason,
            ends_at: ban.ends_at,
            created_at: ban.created_at,
        }
    }
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/bans",
        "listConversationBans",
        "The users who are banned from a group, the last banned first; for moderators and up.",
        bans,
    )
    .for_bots()
    .reply::<ListingWith<BanView, UsersView>>(200, "A page of bans.")
    .codes(&[Code::Forbidden, Code::DirectConversation, Code::WrongKind])
}

/// Answers 200 with a page of the bans that haven't ended.
async fn bans(ctx: Ctx, request: Request, window: Window) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let user = ctx.caller()?.user_id;
    let query = Query::<ConversationBan>::new()
        .filter(Filter::eq(ConversationBan::CONVERSATION_ID, id))
        .filter(Filter::stands(ctx.now()))
        .order(Order::desc(Column::seq()));
    let (found, page) = ctx
        .read((door(id, &user), window.over(query).page()))
        .await?;
    refuse(&admit(found)?)?;
    let named = page.items.iter();
    let named = named.flat_map(|ban| [ban.user_id.as_str(), ban.banned_by.as_str()]);
    let people = People::read(&ctx, &user, named).await?;
    let cursors = (page.next.as_ref(), page.previous.as_ref());
    let views = page.items.iter();
    let views = views.map(|ban| BanView::from(ban.value.clone())).collect();
    window
        .reply_with(&ctx, views, cursors, people.users())
        .await
}

/// Refuses callers who have nothing to do with bans.
///
/// # Errors
/// `direct_conversation`, `forbidden`.
pub fn refuse(access: &Access) -> Result<()> {
    access.refuse_direct()?;
    match access.me.role {
        Role::Member => Err(Error::forbidden("Members have nothing to do with bans.")),
        Role::Owner | Role::Admin | Role::Moderator => Ok(()),
    }
}

/// Asks for the bans of these users, whether or not they have ended.
pub fn of_users(conversation: &str, users: &[String]) -> Query<ConversationBan> {
    Query::new()
        .filter(these(conversation, users))
        .limit(MOST_PARTICIPANTS as u32)
}

/// Holds for bans of these users that stand at the time of the commit; for a commit to expect none.
pub fn keeping_away(conversation: &str, users: &[String]) -> Filter<ConversationBan> {
    Filter::and([
        these(conversation, users),
        Filter::stands(Timestamp::AT_COMMIT),
    ])
}

fn these(conversation: &str, users: &[String]) -> Filter<ConversationBan> {
    let ids = users.iter().map(|user| ban_id(conversation, user));
    Filter::is_in(Column::id(), ids)
}

/// Refuses the users of a list who are banned.
///
/// # Errors
/// `validation_failed` with their places.
pub fn refuse_banned(
    bans: &[Doc<ConversationBan>],
    field: &str,
    users: &[String],
    now: Timestamp,
) -> Result<()> {
    let is_banned = |user: &String| {
        let mut bans = bans.iter().filter(|ban| ban.stands(now));
        bans.any(|ban| ban.user_id == *user)
    };
    let places: Vec<usize> = (0..users.len()).filter(|i| is_banned(&users[*i])).collect();
    match places.is_empty() {
        true => Ok(()),
        false => Err(banned_users(field, &places)),
    }
}
