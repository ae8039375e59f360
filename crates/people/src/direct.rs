//! The direct conversation of two people.

use whisper_kit::auth::keyed_id;

use whisper_kit::{Ctx, Result};

use crate::ids::direct_conversation_id;

/// The id of the direct conversation of two people, and the one that it has if it was made before ids were keyed: from
/// that one anybody could compute who talks with whom.
///
/// # Errors
/// The store's, when the key has to be read.
pub async fn direct_ids(ctx: &Ctx, one: &str, other: &str) -> Result<(String, String)> {
    let (first, second) = (one.min(other), one.max(other));
    let keyed = keyed_id(ctx, &["direct", first, second]).await?;
    Ok((keyed, direct_conversation_id(one, other)))
}
