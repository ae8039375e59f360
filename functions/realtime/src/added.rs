//! Conversations that a listener has from now on, or has again.

use whisper_kit::Ctx;
use whisper_kit::error::Result;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{Conversation, ConversationMember, Message};
use whisper_store::{Filter, Get};
use whisper_views::conversations::newest::newest_for;

use crate::event::What;
use crate::news::News;
use crate::telling::{Round, Told};

/// Tells listeners of a conversation that they deleted for themselves and that is there again, as somebody wrote to them since: a client
/// that goes on behind that message was told of it, or wasn't, which nobody can know any more.
///
/// # Errors
/// The store's.
pub async fn wake(round: &Round<'_>, new: &News, place: &str, told: &mut Vec<Told>) -> Result<()> {
    let members = round.audience.members(place);
    let hidden = members.filter(|(user, _)| round.is_hidden(user, place));
    for (user, _) in hidden {
        if round.asks_first(user, place) && is_back(round.ctx, place, user).await? {
            added(round, new, place, user, told).await?;
        }
    }
    Ok(())
}

/// Whether somebody wrote to a user since they deleted the conversation.
async fn is_back(ctx: &Ctx, place: &str, user: &str) -> Result<bool> {
    let asked = (
        Get::<Conversation>::id(place),
        Get::<ConversationMember>::id(member_id(place, user)),
    );
    let (Some(conversation), Some(member)) = ctx.read(asked).await? else {
        return Ok(false);
    };
    let newest = newest_for(ctx, &conversation, &member)
        .filter(Filter::eq(Message::IS_SYSTEM_MESSAGE, false));
    Ok(ctx.read(newest.first()).await?.is_some())
}

/// A conversation that a listener has from now on.
///
/// # Errors
/// The store's.
pub async fn added(
    round: &Round<'_>,
    new: &News,
    place: &str,
    user: &str,
    told: &mut Vec<Told>,
) -> Result<()> {
    let Some(to) = round.audience.user(user) else {
        return Ok(());
    };
    match round.conversation(&to, place).await? {
        Some(view) => {
            round.hide(&to, place, false);
            let what = What::ConversationAdded(view.into());
            round.tell_one(new, to, what, told).await
        }
        None => Ok(()),
    }
}
