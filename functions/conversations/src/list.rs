//! `GET /v1/conversations`: the caller's conversations, the last active first.

use std::collections::BTreeMap;

use serde::Deserialize;
use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::Column;
use whisper_schema::prelude::{Conversation, ConversationKind, ConversationMember};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::active;
use crate::activity::{Part, merge, queries};
use crate::unread::{self, Unread};
use crate::view::{ConversationView, ShownMembers, shown_members, shown_pair};

/// Most conversations of one user that are sorted; who is in more sees those joined last.
const MOST_CONVERSATIONS: usize = 10_000;

/// Which of the conversations.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Archived {
    /// Only those that the caller put away, or only the others; all if not said.
    pub archived: Option<bool>,
}

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations",
        "listConversations",
        "The caller's conversations, the last active first.",
        list,
    )
    .page::<Archived>()
    .reply::<Listing<ConversationView>>(200, "A page of conversations.")
}

/// Answers 200 with a page.
async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let user = ctx.caller()?.user_id;
    let window = request.page::<Archived>(&ctx).await?;
    let mine = my_memberships(&ctx, &user, window.filters.archived).await?;
    let part = Part {
        after: window.after.clone(),
        before: window.before.clone(),
        limit: window.limit,
    };
    let ids: Vec<String> = mine.keys().cloned().collect();
    let mut page = merge(ctx.read(queries(&ids, &part)).await?, &part);
    let items = views(&ctx, std::mem::take(&mut page.items), &mine).await?;
    window
        .reply_between(&ctx, items, page.next.as_ref(), page.previous.as_ref())
        .await
}

/// The caller's active memberships by conversation.
async fn my_memberships(
    ctx: &Ctx,
    user: &str,
    archived: Option<bool>,
) -> Result<BTreeMap<String, Doc<ConversationMember>>> {
    let mut query = Query::new()
        .filter(Filter::eq(ConversationMember::USER_ID, user))
        .filter(active())
        .order(Order::desc(Column::seq()))
        .limit(whisper_store::MAX_LIMIT);
    if let Some(archived) = archived {
        query = query.filter(Filter::eq(ConversationMember::IS_ARCHIVED, archived));
    }
    let mut page = ctx.read(query.clone().page()).await?;
    let mut mine = page.items;
    // Few have more than a thousand; they pay a statement for each thousand more.
    while let Some(next) = page.next.take().filter(|_| mine.len() < MOST_CONVERSATIONS) {
        page = ctx.read(query.clone().after(next).page()).await?;
        mine.append(&mut page.items);
    }
    Ok(mine
        .into_iter()
        .map(|member| (member.conversation_id.clone(), member))
        .collect())
}

/// What is shown of each, read in one statement.
async fn views(
    ctx: &Ctx,
    conversations: Vec<Doc<Conversation>>,
    mine: &BTreeMap<String, Doc<ConversationMember>>,
) -> Result<Vec<ConversationView>> {
    let questions = conversations.iter().map(|conversation| {
        let me = mine
            .get(&conversation.id)
            .ok_or_else(|| Error::internal("a conversation nobody asked for"))?;
        let direct = conversation.kind == ConversationKind::Direct;
        let pair = direct.then(|| shown_pair(&conversation.id));
        let group = (!direct).then(|| shown_members(&conversation.id));
        Ok((pair, group, unread::count(me, ctx.now())))
    });
    let answers = ctx.read(questions.collect::<Result<Vec<_>>>()?).await?;
    let views = conversations.into_iter().zip(answers).filter_map(
        |(conversation, (pair, group, count))| {
            let me = mine.get(&conversation.id)?;
            let shown = ShownMembers::of(pair, group);
            Some(ConversationView::new(
                conversation.into_inner(),
                me,
                shown,
                Unread::of(count),
            ))
        },
    );
    Ok(views.collect())
}
