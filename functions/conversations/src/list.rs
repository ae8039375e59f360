//! `GET /v1/conversations`: the caller's conversations, the last active first.

use std::collections::BTreeMap;

use serde::Deserialize;
use whisper_kit::page::{Listing, PageQuery};
use whisper_kit::{Auth, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_schema::Column;
use whisper_schema::prelude::{Conversation, ConversationKind, ConversationMember};
use whisper_store::{Doc, Filter, Order, Query};

use crate::access::{active, read};
use crate::activity::{Part, merge, queries};
use crate::unread::{self, Unread};
use crate::view::{ConversationView, ShownMembers, shown_members, shown_pair};

/// Most conversations of one user that are sorted; who is in more sees those joined last.
const MOST_CONVERSATIONS: usize = 10_000;

/// Parameters of the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// How many items at most: 1 to 100, 25 by default.
    pub limit: Option<u32>,
    /// Continue after this cursor, a former page's `next`.
    pub after: Option<String>,
    /// What comes before this cursor, a former page's `previous`.
    pub before: Option<String>,
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
    .auth(Auth::UserDeferred)
    .query::<ListQuery>()
    .reply::<Listing<ConversationView>>(200, "A page of conversations.")
}

/// Answers 200 with a page.
async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let ListQuery {
        limit,
        after,
        before,
        archived,
    } = request.query()?;
    let user = ctx.claims()?.sub;
    let scope = format!("conversations of {user}, archived {archived:?}");
    let window = PageQuery {
        limit,
        after,
        before,
    }
    .window(&ctx, scope)
    .await?;
    let mine = my_memberships(&ctx, &user, archived).await?;
    let part = Part {
        after: window.after.clone(),
        before: window.before.clone(),
        limit: window.limit,
    };
    let ids: Vec<String> = mine.keys().cloned().collect();
    let mut page = merge(ctx.store()?.read(queries(&ids, &part)).await?, &part);
    let items = views(&ctx, std::mem::take(&mut page.items), &mine).await?;
    window
        .reply_between(
            &ctx,
            &request,
            items,
            page.next.as_ref(),
            page.previous.as_ref(),
        )
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
    let mut page = read(ctx, query.clone().page()).await?;
    let mut mine = page.items;
    // Few have more than a thousand; they pay a statement for each thousand more.
    while let Some(next) = page.next.take().filter(|_| mine.len() < MOST_CONVERSATIONS) {
        page = ctx.store()?.read(query.clone().after(next).page()).await?;
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
    let answers = ctx
        .store()?
        .read(questions.collect::<Result<Vec<_>>>()?)
        .await?;
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
