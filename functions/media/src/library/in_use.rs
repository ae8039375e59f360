//! Documents by which a file is in use of its owner's: those that they can still change or delete.
//!
//! A message that its sender can't delete for all any more counts as others': they have left the conversation, its hours are over, or they deleted it for
//! themselves. Else the file could never be deleted.

use whisper_kit::{Ctx, Result};
use whisper_schema::prelude::{
    Column, ConversationMember, ConversationMemberStatus, FileHold, FileHoldKind,
};
use whisper_store::{Doc, Filter, Order, Query};

use super::own_holds;
use crate::limits::DELETE_WINDOW;
use crate::reading::Sent;

/// Asks for the documents of a user that hold a file of theirs: others than messages, and the newest messages in conversations of theirs. A
/// message that is older than all of these is nothing that its sender could delete.
pub fn held(file: &str, owner: &str) -> (Query<FileHold>, Query<FileHold>) {
    let here = |column| {
        let mine = Filter::and([
            Filter::eq(ConversationMember::USER_ID, owner),
            Filter::eq(ConversationMember::STATUS, ConversationMemberStatus::Active),
        ]);
        Filter::is_among(column, ConversationMember::CONVERSATION_ID, mine)
    };
    let is_picture = Filter::eq(FileHold::KIND, FileHoldKind::ConversationAvatar);
    let picture = Filter::and([is_picture, here(FileHold::HOLDER_ID)]);
    let of_others = [FileHoldKind::Message, FileHoldKind::ConversationAvatar];
    let own = of_others.map(|kind| Filter::ne(FileHold::KIND, kind));
    let documents = Filter::or([Filter::and(own), picture]);
    let messages = Filter::eq(FileHold::KIND, FileHoldKind::Message);
    (
        own_holds(file, owner).filter(documents),
        own_holds(file, owner)
            .filter(messages)
            .filter(here(FileHold::PLACE))
            .order(Order::desc(Column::seq())),
    )
}

/// The holds of those of these messages that their sender can delete for all. One statement, none for no messages.
///
/// # Errors
/// The store's.
pub async fn deletable(
    ctx: &Ctx,
    sender: &str,
    messages: Vec<Doc<FileHold>>,
) -> Result<Vec<Doc<FileHold>>> {
    if messages.is_empty() {
        return Ok(messages);
    }
    let asked = messages.iter().map(|hold| Sent::of(sender, hold));
    let seen = ctx.read(asked.collect::<Vec<_>>()).await?;
    let hours = ctx.config().get(&DELETE_WINDOW);
    let found = messages.into_iter().zip(seen);
    let found = found.filter(|(_, message)| message.can_be_taken_back(hours, ctx.now()));
    Ok(found.map(|(hold, _)| hold).collect())
}
