//! Conversations of two, as the commit makes them that begins one.

use serde_json::json;
use whisper_kit::{Ctx, Result, events};
use whisper_people::blocked_any;
use whisper_people::ids::member_id;
use whisper_schema::Timestamp;
use whisper_schema::main_db::{Conversation, ConversationKind};
use whisper_schema::system::{ConversationMember, ConversationMemberRole as Role};
use whisper_store::Batch;

/// A new, active membership.
pub fn membership(
    conversation: &str,
    user: &str,
    role: Role,
    invited_by: Option<&str>,
    joined_at: Timestamp,
) -> ConversationMember {
    ConversationMember {
        id: member_id(conversation, user),
        conversation_id: conversation.to_owned(),
        user_id: user.to_owned(),
        role,
        joined_at,
        updated_at: Some(joined_at),
        invited_by: invited_by.map(str::to_owned),
        ..ConversationMember::default()
    }
}

/// Begins the conversation of two with this id, on the condition that there is no block between them.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn begin_direct(
    ctx: &Ctx,
    id: &str,
    (me, other): (&str, &str),
    is_request: bool,
) -> Result<Batch> {
    let at = Some(Timestamp::AT_COMMIT);
    let conversation = Conversation {
        id: id.to_owned(),
        kind: ConversationKind::Direct,
        creator_id: me.to_owned(),
        participant_count: 2,
        max_participants: 2,
        is_encrypted: false,
        last_message_at: at,
        created_at: at,
        updated_at: at,
        ..Conversation::default()
    };
    let peer = ConversationMember {
        is_request,
        ..membership(id, other, Role::Member, Some(me), Timestamp::AT_COMMIT)
    };
    let batch = Batch::new()
        .expect_none(blocked_any(me, [other]))
        .insert(&conversation)
        // Its maker stands first among its members, also where documents of one commit have no order of their own.
        .insert(&membership(id, me, Role::Member, None, ctx.now()))
        .insert(&peer);
    let what = json!({
        "type": conversation.kind,
        "participantIds": [me, other],
        "messageIds": [],
    });
    events::append(ctx, batch, "conversation.created", id, Some(me), &what)
}
