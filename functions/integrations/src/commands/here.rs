//! `GET /v1/conversations/{conversationId}/commands`

use std::collections::BTreeMap;

use whisper_kit::ids::is_program_id;
use whisper_kit::page::Listing;
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request, Result};
use whisper_messages::{check_member, first_members, is_active};
use whisper_people::bots::bots_in;
use whisper_people::{by_ids, shown_to};
use whisper_schema::prelude::{BotCommands, ConversationKind};

use super::view::{ConversationCommandsView, commands};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::GET,
        "/v1/conversations/{conversationId}/commands",
        "listConversationCommands",
        "The bots that belong to a conversation and their commands, for its members; bots with a block in between aren't among them.",
        list,
    )
    .for_bots()
    .reply::<Listing<ConversationCommandsView>>(200, "All of them: a conversation has up to 20 bots.")
}

async fn list(ctx: Ctx, request: Request) -> Result<Reply> {
    let id = request.id("conversationId")?;
    let me = ctx.caller()?.user_id;
    let kind = check_member(&ctx, id, &me).await?.conversation.kind;
    let bots = bots(&ctx, id, kind).await?;
    let ids = || bots.iter().map(String::as_str);
    let (people, kept) = ctx
        .read((shown_to(&me, ids()), by_ids::<BotCommands>(ids())))
        .await?;
    let kept = kept.into_iter().flatten().map(|kept| kept.into_inner());
    let mut kept: BTreeMap<String, BotCommands> =
        kept.map(|kept| (kept.id.clone(), kept)).collect();
    let visible = bots.iter().filter(|bot| people.profile(bot).is_some());
    let items = visible.map(|bot| ConversationCommandsView {
        bot: people.summary(bot),
        commands: kept.remove(bot).map(commands).unwrap_or_default(),
    });
    Reply::ok(&Listing {
        items: items.collect(),
        next: None,
        previous: None,
    })
}

/// The bots of a conversation, in the order of their places; in a direct one they are found among its two members.
async fn bots(ctx: &Ctx, conversation: &str, kind: ConversationKind) -> Result<Vec<String>> {
    if kind != ConversationKind::Direct {
        let rows = ctx.read(bots_in(conversation)).await?;
        return Ok(rows
            .into_iter()
            .map(|row| row.into_inner().bot_id)
            .collect());
    }
    let members = ctx.read(first_members(conversation, 2)).await?;
    let members = members.into_iter().map(|member| member.into_inner());
    let bots = members.filter(|member| is_active(member) && is_program_id(&member.user_id));
    Ok(bots.map(|bot| bot.user_id).collect())
}
