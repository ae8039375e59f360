//! Activities that points and badges are given for.

use serde_json::json;
use whisper_kit::{Ctx, Request, Result};
use whisper_schema::prelude::{Timestamp, UserActivity, UserActivityType};

/// The activity of a user who did something with a story.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn activity(
    ctx: &Ctx,
    request: &Request,
    user: &str,
    what: UserActivityType,
    story: &str,
) -> Result<UserActivity> {
    ctx.signal();
    Ok(UserActivity {
        id: ctx.new_id()?,
        user_id: user.to_owned(),
        activity_type: what,
        metadata: Some(json!({"storyId": story}).to_string()),
        ip_address: request.client_addr.map(|address| address.to_string()),
        user_agent: request.user_agent(),
        timestamp: Timestamp::AT_COMMIT,
    })
}
