//! `GET /v1/me/unread`: how much is unread over all conversations.

use serde::Serialize;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{Conversation, ConversationMember};
use whisper_store::{Cursor, Doc};
use whisper_views::conversations::unread::{self, UNREAD_CAP, Unread};

use crate::activity::Shelf;
use crate::hidden;

/// How many conversations are looked at at once, the last active ones first.
const PORTION: usize = 200;
/// How often.
const PORTIONS: usize = 5;
/// How many unread messages are enough: further portions aren't looked at.
const MOST_COUNTED: u64 = 10_000;

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
    /// Whether conversations weren't looked at, as the caller has more than 1,000, or more than 10,000 unread messages in the ones that were
    /// active last.
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

/// Answers 200 with the counts, by four statements for 200 conversations.
async fn count(ctx: Ctx, _: Request) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let most = ctx
        .most_operations()?
        .map_or(PORTION, |most| most.min(PORTION));
    let shelf = Shelf {
        user: &me,
        archived: None,
        requests: Some(false),
        only: None,
    };
    let listed = |at: Option<Cursor>| shelf.query(None).limit(most as u32).after(at).page();
    let (asleep, mut page) = ctx.read((hidden::asleep(&me), listed(None))).await?;
    if hidden::wake(&ctx, &me, asleep).await? {
        page = ctx.read(listed(None)).await?;
    }
    let mut totals = UnreadTotalsView::default();
    for portion in 1..=PORTIONS {
        let pairs = with_members(&ctx, &me, page.items).await?;
        totals.add(&ctx, &pairs).await?;
        let Some(next) = page.next else { break };
        if portion == PORTIONS || totals.messages() >= MOST_COUNTED {
            totals.is_partial = true;
            break;
        }
        page = ctx.read(listed(Some(next))).await?;
    }
    Reply::ok(&totals)
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

impl UnreadTotalsView {
    fn messages(&self) -> u64 {
        self.heard.messages + self.muted.messages + self.archived.messages
    }

    /// Adds the counts of these conversations.
    async fn add(&mut self, ctx: &Ctx, pairs: &[Mine]) -> Result<()> {
        let now = ctx.now();
        let asked = pairs.iter().map(|(one, me)| unread::count(one, me, now));
        let unread = ctx.read(asked.collect::<Vec<_>>()).await?;
        // Mentions are asked for only where messages are unread.
        let asked = pairs.iter().zip(&unread);
        let asked =
            asked.map(|((one, me), count)| (*count > 0).then(|| unread::mentions(one, me, now)));
        let mentions = ctx.read(asked.collect::<Vec<_>>()).await?;
        for (((_, me), count), mentions) in pairs.iter().zip(unread).zip(mentions) {
            let Unread { count, capped } = Unread::of(count);
            let part = match (me.is_archived, me.is_muted_at(now)) {
                (true, _) => &mut self.archived,
                (false, true) => &mut self.muted,
                (false, false) => &mut self.heard,
            };
            part.messages += count;
            part.conversations += u64::from(count > 0 || me.is_marked_unread);
            part.mentions += mentions.unwrap_or(0).min(UNREAD_CAP);
            self.is_capped |= capped;
        }
        Ok(())
    }
}
