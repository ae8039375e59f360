//! `GET /v1/conversations/{conversationId}`: one conversation, as the caller sees it.

use whisper_kit::precondition::tagged;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::{People, shown_to};

use crate::access::{Access, admit, door};
use crate::details::fingerprint;
use crate::newest;
use crate::shown::{self, ShownMembers, shown_members, told_of};
use crate::unread::{self, Unread};
use crate::view::{ConversationView, OneConversationView, Sight};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}",
        "getConversation",
        "One conversation; its ETag stands for the details that PATCH changes.",
        get,
    )
    .for_bots()
    .answers(&["etag"])
    .reply::<OneConversationView>(200, "The conversation.")
}

/// Answers 200 with the conversation and its ETag.
async fn get(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let (found, shown) = ctx.read((door(id, &me), shown_members(id))).await?;
    answer(&ctx, admit(found)?, shown).await
}

/// The conversation as the caller sees it, with the unread messages counted.
pub async fn answer(ctx: &Ctx, access: Access, shown: ShownMembers) -> Result<Reply> {
    let Access { conversation, me } = access;
    let shown = shown.seen_by(&me, &conversation);
    let found = newest::looked_for(ctx, &[(&conversation, &me)])
        .await?
        .pop();
    let found = found.flatten();
    let sender = match &found {
        Some(found) => found.as_deref().and_then(shown::sender),
        None => {
            let sender = conversation.last_message_sender_id.as_deref();
            sender.filter(|sender| *sender != conversation.id)
        }
    };
    let named = shown.all().chain(shown::maker(&conversation, &me));
    let asked = (
        unread::count(&conversation, &me, ctx.now()),
        newest::named(&conversation),
        shown_to(&me.user_id, named.chain(sender)),
    );
    let (unread, named, mut people) = ctx.read(asked).await?;
    let mut newest = found.unwrap_or_else(|| newest::seen(named.flatten(), &conversation, &me));
    if newest::is_hidden(newest.as_deref(), &people) {
        newest = ctx
            .read(newest::newest_for(ctx, &conversation, &me).first())
            .await?;
    }
    // Seldom needed: the people of whom it tells are most often among the members that are shown.
    let mut told = newest.as_deref().map(told_of).unwrap_or_default();
    let sender = newest.as_deref().and_then(shown::sender);
    told.extend(sender.map(str::to_owned));
    if !told.iter().all(|user| people.ids().any(|id| id == user)) {
        let told = told.iter().map(String::as_str);
        let all: Vec<String> = people.ids().chain(told).map(str::to_owned).collect();
        people = People::read(ctx, &me.user_id, all.iter().map(String::as_str)).await?;
    }
    let etag = fingerprint(&conversation);
    let sight = Sight {
        me: &me,
        shown,
        unread: Unread::of(unread),
        newest: newest.as_deref(),
        people: &people,
        now: ctx.now(),
    };
    let view = OneConversationView {
        conversation: ConversationView::new(conversation.into_inner(), sight),
        users: people.users(),
    };
    Ok(tagged(Reply::ok(&view)?, etag))
}
