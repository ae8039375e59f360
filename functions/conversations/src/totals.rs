//! `GET /v1/me/unread`: how much is unread over all conversations.

use serde::Serialize;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{Conversation, ConversationMember};
use whisper_store::Doc;
use whisper_views::conversations::unread::{self, UNREAD_CAP, Unread};

use crate::activity::Shelf;
use crate::hidden;

/// How many conversations are looked at, the last active ones.
const LOOKED_AT: usize = 200;

/// How much is unread.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnreadView {
    /// Unread messages; of each conversation as many as its own count says, at most 999.
    pub messages: u64,
    /// Conversations with unread messages, or marked as unread by hand.
    pub conversations: u64,
    /// Unread messages that mention the caller, by name or with `@all` or `@admins`. A new mention counts when search has taken it in, a
    /// moment after it was sent.
    pub mentions: u64,
}

/// How much is unread over all conversations.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnreadTotalsView {
    /// In conversations that are neither muted nor archived.
    #[serde(flatten)]
    pub heard: UnreadView,
    /// In conversations that are muted and not archived.
    pub muted: UnreadView,
    /// In conversations that are archived.
    pub archived: UnreadView,
    /// Whether a conversation has more than 999 unread messages, of which no more are counted.
    pub is_capped: bool,
    /// Whether the caller has more than 200 conversations: only those that were active last are counted.
    pub is_partial: bool,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/me/unread",
        "countUnread",
        "Counts the caller's unread messages and mentions over all conversations but requests: muted and archived ones apart.",
        count,
    )
    .for_bots()
    .reply::<UnreadTotalsView>(200, "The counts.")
}

/// Answers 200 with the counts, by four statements at any number of conversations.
async fn count(ctx: Ctx, _: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let most = ctx
        .most_operations()?
        .map_or(LOOKED_AT, |most| most.min(LOOKED_AT));
    let shelf = Shelf {
        user: &me,
        archived: None,
        requests: Some(false),
        only: None,
    };
    let listed = || shelf.query(None).limit(most as u32 + 1);
    let (asleep, mut conversations) = ctx.read((hidden::asleep(&me), listed())).await?;
    if hidden::wake(&ctx, &me, asleep).await? {
        conversations = ctx.read(listed()).await?;
    }
    let is_partial = conversations.len() > most;
    conversations.truncate(most);
    let pairs = with_members(&ctx, &me, conversations).await?;
    let totals = totals(&ctx, &pairs).await?;
    Reply::ok(&UnreadTotalsView {
        is_partial,
        ..totals
    })
}

/// A conversation with the caller's membership.
type Mine = (Doc<Conversation>, Doc<ConversationMember>);

async fn with_members(
    ctx: &Ctx,
    me: &str,
    conversations: Vec<Doc<Conversation>>,
) -> Result<Vec<Mine>> {
    let ids: Vec<String> = conversations
        .iter()
        .map(|one| member_id(&one.id, me))
        .collect();
    let members = by_ids::<ConversationMember>(ids.iter().map(String::as_str));
    let members = ctx.read(members).await?.into_iter().flatten();
    let mut members: std::collections::BTreeMap<String, Doc<ConversationMember>> = members
        .map(|member| (member.conversation_id.clone(), member))
        .collect();
    let pairs = conversations.into_iter();
    let pairs = pairs.filter_map(|one| members.remove(&one.id).map(|member| (one, member)));
    Ok(pairs.collect())
}

async fn totals(ctx: &Ctx, pairs: &[Mine]) -> Result<UnreadTotalsView> {
    let now = ctx.now();
    let asked = pairs.iter().map(|(one, me)| unread::count(one, me, now));
    let unread = ctx.read(asked.collect::<Vec<_>>()).await?;
    // Mentions are asked for only where messages are unread.
    let asked = pairs.iter().zip(&unread);
    let asked =
        asked.map(|((one, me), count)| (*count > 0).then(|| unread::mentions(one, me, now)));
    let mentions = ctx.read(asked.collect::<Vec<_>>()).await?;
    let mut totals = UnreadTotalsView::default();
    for (((_, me), count), mentions) in pairs.iter().zip(unread).zip(mentions) {
        let Unread { count, capped } = Unread::of(count);
        let part = match (me.is_archived, me.is_muted_at(now)) {
            (true, _) => &mut totals.archived,
            (false, true) => &mut totals.muted,
            (false, false) => &mut totals.heard,
        };
        part.messages += count;
        part.conversations += u64::from(count > 0 || me.is_marked_unread);
        part.mentions += mentions.unwrap_or(0).min(UNREAD_CAP);
        totals.is_capped |= capped;
    }
    Ok(totals)
}
