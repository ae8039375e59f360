//! Conversations that somebody may know of without belonging to them.

use whisper_schema::prelude::{
    Column, Contact, ConversationBan, ConversationMember, ConversationMemberRole as Role,
    ConversationMemberStatus as Status, Document, Timestamp,
};
use whisper_store::Filter;

/// Holds for documents of conversations, which `of` names, that a user may know of without belonging to them: they aren't
/// banned, and the owner didn't block them. For reads alone.
pub fn open_to<D: Document>(of: Column<D>, user: &str, now: Timestamp) -> Filter<D> {
    let bans = Filter::and([
        Filter::eq(ConversationBan::USER_ID, user),
        Filter::stands(now),
    ]);
    let blocks = Filter::and([
        Filter::eq(Contact::CONTACT_USER_ID, user),
        Filter::eq(Contact::IS_BLOCKED, true),
    ]);
    let owned = Filter::and([
        Filter::is_among(ConversationMember::USER_ID, Contact::USER_ID, blocks),
        Filter::eq(ConversationMember::STATUS, Status::Active),
        Filter::eq(ConversationMember::ROLE, Role::Owner),
    ]);
    Filter::and([
        Filter::is_not_among(of, ConversationBan::CONVERSATION_ID, bans),
        Filter::is_not_among(of, ConversationMember::CONVERSATION_ID, owned),
    ])
}
