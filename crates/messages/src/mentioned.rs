//! Mentions of a message: users by their ids, and groups of members at once.
//!
//! A group stands in the message as it is: a member who belongs to it when they look is mentioned, and a send costs the same
//! however many members there are.

use whisper_kit::error::{Error, Result};
use whisper_schema::main_db::{Conversation, ConversationKind, ConversationRight};
use whisper_schema::system::{ConversationMember, ConversationMemberRole as Role};

/// All members.
pub const ALL: &str = "@all";
/// The owner and the admins.
pub const ADMINS: &str = "@admins";

/// The most members whom an ordinary member mentions at once, where the settings let them.
const CROWD: i64 = 500;

/// Whether somebody directs the conversation.
pub fn is_admin(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// Whether a mention names a group of members.
pub fn is_group(mention: &str) -> bool {
    mention.starts_with('@')
}

/// Whether mentions name a member: by the id, or with a group that they belong to.
pub fn is_mentioned(mentions: &[String], user: &str, role: Role) -> bool {
    mentions.iter().any(|mention| match mention.as_str() {
        ALL => true,
        ADMINS => is_admin(role),
        id => id == user,
    })
}

/// Refuses mentions of groups of members where the settings don't give the member that right. In a crowd, only the owner
/// and the admins may mention any.
///
/// # Errors
/// `forbidden`.
pub fn refuse_groups<'a>(
    conversation: &Conversation,
    member: &ConversationMember,
    mentions: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    if !mentions.into_iter().any(is_group) {
        return Ok(());
    }
    if !conversation.lets(member.role, ConversationRight::MentionAll) {
        let detail =
            "The settings of this conversation don't let you mention all members, or all admins.";
        return Err(Error::forbidden(detail));
    }
    let is_crowd =
        conversation.kind != ConversationKind::Direct && conversation.participant_count > CROWD;
    if is_crowd && !is_admin(member.role) {
        let detail = format!("Only admins mention groups of members among more than {CROWD}.");
        return Err(Error::forbidden(detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_mentioned_by_id_and_with_their_groups() {
        for (mentions, role, wanted) in [
            (&["ann"][..], Role::Member, true),
            (&["bob"], Role::Owner, false),
            (&["bob", ALL], Role::Member, true),
            (&[ADMINS], Role::Owner, true),
            (&[ADMINS], Role::Admin, true),
            (&[ADMINS], Role::Moderator, false),
            (&[ADMINS, "ann"], Role::Member, true),
            (&[], Role::Owner, false),
        ] {
            let mentions: Vec<String> = mentions.iter().map(|&mention| mention.into()).collect();
            let found = is_mentioned(&mentions, "ann", role);
            assert_eq!(found, wanted, "{mentions:?} {role}");
        }
    }

    #[test]
    fn settings_and_roles_decide_who_mentions_groups() {
        use ConversationKind::{Direct, Group};
        let admins = Some(r#"{"mentionAll":"admins"}"#);
        for (kind, members, settings, role, mentions, wanted) in [
            (Group, 500, None, Role::Member, ALL, true),
            (Group, 501, None, Role::Member, ALL, false),
            (Group, 501, None, Role::Moderator, ALL, false),
            (Group, 501, None, Role::Admin, ALL, true),
            (Group, 501, None, Role::Member, ADMINS, false),
            (Group, 501, None, Role::Admin, ADMINS, true),
            (Group, 501, None, Role::Member, "ann", true),
            (Group, 3, admins, Role::Member, ALL, false),
            (Group, 3, admins, Role::Moderator, ADMINS, false),
            (Group, 3, admins, Role::Member, "ann", true),
            (Group, 3, admins, Role::Admin, ALL, true),
            (Direct, 2, None, Role::Member, ALL, true),
        ] {
            let conversation = Conversation {
                kind,
                participant_count: members,
                settings: settings.map(Into::into),
                ..Conversation::default()
            };
            let member = ConversationMember {
                role,
                ..ConversationMember::default()
            };
            let found = refuse_groups(&conversation, &member, [mentions]).is_ok();
            assert_eq!(
                found, wanted,
                "{kind} {members} {settings:?} {role} {mentions}"
            );
        }
    }
}
