//! A direct conversation that is a stranger's request still, until the stranger becomes a contact.

use whisper_kit::{Ctx, Result};
use whisper_people::{Talks, request_accepted};
use whisper_schema::prelude::ConversationMember;
use whisper_store::{Batch, Doc, Filter};

/// Accepts those of these that are a stranger's request to the user: a contact is no stranger.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn accept(
    talks: &Talks,
    ctx: &Ctx,
    batch: Batch,
    memberships: &[Vec<Doc<ConversationMember>>],
) -> Result<Batch> {
    let ids = talks.ids();
    let is_request = |one: &&Doc<ConversationMember>| {
        one.is_request && ids.contains(one.conversation_id.as_str())
    };
    let mut requests = memberships.iter().flatten().filter(is_request);
    requests.try_fold(batch, |batch, membership| {
        let as_read = Filter::revision(membership.revision);
        request_accepted(ctx, batch, membership, Some(as_read))
    })
}
