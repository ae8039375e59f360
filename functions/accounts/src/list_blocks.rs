//! `GET /v1/blocks`: the users whom the caller blocked.

use whisper_kit::page::{Listing, NoFilters, Window};
use whisper_kit::{Code, Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_people::People;
use whisper_schema::prelude::Contact;
use whisper_store::{Filter, Order, Query};

use crate::views::BlockView;

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/blocks",
        "listBlocks",
        "Lists the users whom the caller blocked, the last one first",
        list,
    )
    .reply::<Listing<BlockView>>(200, "A page of the list.")
    .codes(&[Code::InvalidCursor])
}

async fn list(ctx: Ctx, _: Request, window: Window<NoFilters>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let blocked = Query::<Contact>::new()
        .filter(Filter::eq(Contact::USER_ID, me.as_str()))
        .filter(Filter::eq(Contact::IS_BLOCKED, true))
        .order(Order::desc(Contact::UPDATED_AT));
    let page = ctx.read(window.over(blocked).page()).await?;
    let ids = page
        .items
        .iter()
        .map(|contact| contact.contact_user_id.as_str());
    let people = People::read(&ctx, &me, ids).await?;
    let items = page.items.iter().map(|contact| {
        let user = people.summary_for_blocker(&contact.contact_user_id);
        BlockView::new(user, contact.updated_at)
    });
    window.reply(&ctx, &page, items.collect()).await
}
