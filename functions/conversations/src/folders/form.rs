//! The rules that a folder keeps, new or changed.

use std::collections::BTreeSet;

use whisper_kit::{Ctx, Error, FieldError, Result, Rule};
use whisper_people::by_ids;
use whisper_people::ids::member_id;
use whisper_schema::prelude::{ConversationFolder, ConversationMember, ConversationMemberStatus};

/// The most conversations that a folder names, of either list.
pub const MOST_NAMED: usize = 200;

/// Refuses a folder that has nothing, one that names a conversation in both lists, and one that names conversations which aren't the
/// user's: of those that it named `before` nothing is asked, as they may have been left since.
///
/// # Errors
/// `validation_failed`; the store's.
pub async fn refuse(
    ctx: &Ctx,
    folder: &ConversationFolder,
    before: Option<&ConversationFolder>,
) -> Result<()> {
    if folder.kinds.is_empty() && folder.included_ids.is_empty() {
        let detail = "is required where includedConversationIds names none";
        return Err(Error::field("kinds", Rule::Required, detail));
    }
    let mut faults = Vec::new();
    for (n, id) in folder.excluded_ids.iter().enumerate() {
        if folder.included_ids.contains(id) {
            let field = format!("excludedConversationIds[{n}]");
            let detail = "stands in includedConversationIds too";
            faults.push(FieldError::new(field, Rule::Unique, detail));
        }
    }
    let known: BTreeSet<&String> = before.into_iter().flat_map(named).collect();
    let new: BTreeSet<&String> = named(folder).filter(|id| !known.contains(id)).collect();
    let theirs = theirs(ctx, &folder.user_id, &new).await?;
    for (list, ids) in [
        ("includedConversationIds", &folder.included_ids),
        ("excludedConversationIds", &folder.excluded_ids),
    ] {
        for (n, id) in ids.iter().enumerate() {
            if new.contains(id) && !theirs.contains(id) {
                let detail = "is no conversation of yours";
                let field = format!("{list}[{n}]");
                faults.push(FieldError::new(field, Rule::Reference, detail));
            }
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::fields(faults)),
    }
}

fn named(folder: &ConversationFolder) -> impl Iterator<Item = &String> {
    folder.included_ids.iter().chain(&folder.excluded_ids)
}

/// The conversations, of the given ones, to which a user belongs; one statement.
async fn theirs(ctx: &Ctx, user: &str, ids: &BTreeSet<&String>) -> Result<BTreeSet<String>> {
    let members: Vec<String> = ids.iter().map(|id| member_id(id, user)).collect();
    let members = by_ids::<ConversationMember>(members.iter().map(String::as_str));
    let members = ctx.read(members).await?.into_iter().flatten();
    let active = members.filter(|member| member.status == ConversationMemberStatus::Active);
    Ok(active
        .map(|member| member.into_inner().conversation_id)
        .collect())
}
