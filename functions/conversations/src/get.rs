//! `GET /v1/conversations/{conversationId}`: one conversation, as the caller sees it.

use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::shown_to;

use crate::access::{Access, admit, door};
use crate::details::{fingerprint, tagged};
use crate::newest::Newest;
use crate::shown::{ShownMembers, shown_members};
use crate::unread::{self, Unread};
use crate::view::{ConversationView, OneConversationView, Sight};

/// The operation.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}",
        "getConversation",
        "One conversation; its ETag stands for what PATCH changes.",
        get,
    )
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
    let newest = Newest::of(ctx, &[(&conversation, &me)]).await?.pop();
    let newest = newest.unwrap_or(Newest::Named(None));
    let sender = newest.sender(&conversation);
    let named = shown.all().chain([conversation.creator_id.as_str()]);
    let asked = (
        unread::count(&conversation, &me, ctx.now()),
        newest.get(),
        shown_to(&me.user_id, named.chain(sender)),
    );
    let (unread, found, people) = ctx.read(asked).await?;
    let newest = newest.message(found);
    let etag = fingerprint(&conversation);
    let sight = Sight {
        me: &me,
        shown,
        unread: Unread::of(unread),
        newest: newest.as_ref(),
        people: &people,
        now: ctx.now(),
    };
    let view = OneConversationView {
        conversation: ConversationView::new(conversation.into_inner(), sight),
        users: people.users(),
    };
    Ok(tagged(Reply::ok(&view)?, etag))
}
