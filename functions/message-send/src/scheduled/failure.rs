//! Scheduled messages that can't be sent: they are kept for a while, and their senders are told.

use serde_json::json;
use whisper_kit::error::{Code, Error, Result, Rule};
use whisper_kit::ids::derived_id;
use whisper_kit::{Ctx, events};
use whisper_schema::Timestamp;
use whisper_schema::analytics_db::{Notification, NotificationKind};
use whisper_schema::system::{
    ScheduledMessage, ScheduledMessageFailure as Failure, ScheduledMessageStatus,
};
use whisper_store::{Batch, Doc, Filter, Patch};

use super::{book, own};

/// The reason that a refusal of the send gives; none for errors that pass, and for those of the server.
pub fn of(error: &Error) -> Option<Failure> {
    match error.code() {
        Code::NotFound => Some(Failure::NotMember),
        Code::Forbidden => Some(Failure::NotAllowed),
        Code::MessageIdTaken => Some(Failure::IdTaken),
        Code::ValidationFailed => {
            let faults = error.field_errors();
            let has = |rule| faults.iter().any(|fault| fault.rule == rule);
            Some(match (has(Rule::Reference), has(Rule::Range)) {
                (true, _) => Failure::ReferenceGone,
                (false, true) => Failure::Overdue,
                (false, false) => Failure::Invalid,
            })
        }
        _ => None,
    }
}

/// The commit by which it has failed for good, on the condition that it is as it was read.
///
/// # Errors
/// A fault when the runtime has no randomness.
pub fn batch(ctx: &Ctx, scheduled: &Doc<ScheduledMessage>, failure: Failure) -> Result<Batch> {
    let expires_at = ctx.now().plus(ScheduledMessage::KEPT);
    let failed = Patch::new()
        .set(ScheduledMessage::STATUS, ScheduledMessageStatus::Failed)
        .set(ScheduledMessage::FAILURE, failure)
        .set(ScheduledMessage::FAILED_AT, Timestamp::AT_COMMIT)
        .set(ScheduledMessage::EXPIRES_AT, expires_at)
        .unset(ScheduledMessage::DUE_AT)
        .set(ScheduledMessage::UPDATED_AT, Timestamp::AT_COMMIT);
    let as_read = Filter::revision(scheduled.revision);
    let notice = notice(scheduled, failure, expires_at);
    let batch = Batch::new()
        .update_if(&scheduled.id, failed, as_read)
        .insert(&notice);
    let batch = book::one_less(batch, scheduled);
    let batch = own::tell(ctx, batch, scheduled, "failed")?;
    let told = json!({"notificationId": notice.id, "type": notice.kind});
    let to = Some(scheduled.user_id.as_str());
    events::append(ctx, batch, "notification.created", &notice.id, to, &told)
}

/// The notification of its sender. It doesn't name the conversation, which they may see no more.
fn notice(
    scheduled: &Doc<ScheduledMessage>,
    failure: Failure,
    expires_at: Timestamp,
) -> Notification {
    // The id contains the revision: a message that is scheduled anew and fails again gives another notification.
    let revision = scheduled.revision.to_string();
    let about = json!({"scheduledMessageId": scheduled.id, "reason": failure});
    Notification {
        id: derived_id(&["notification", "scheduled", &scheduled.id, &revision]),
        user_id: scheduled.user_id.clone(),
        kind: NotificationKind::System,
        title: "A scheduled message wasn't sent".to_owned(),
        body: Some(words(failure).to_owned()),
        action_url: Some(format!("/scheduled-messages/{}", scheduled.id)),
        metadata: Some(about.to_string()),
        expires_at: Some(expires_at),
        created_at: Some(Timestamp::AT_COMMIT),
        ..Notification::default()
    }
}

fn words(failure: Failure) -> &'static str {
    match failure {
        Failure::AccountDisabled => "Your account was out of use.",
        Failure::NotMember => "You don't belong to the conversation any more.",
        Failure::NotAllowed => "You may not send to the conversation.",
        Failure::ReferenceGone => "Something that it names is gone.",
        Failure::Overdue => "A time in it has passed.",
        Failure::IdTaken => "Another message has its id.",
        Failure::Invalid => "The rules for messages have changed.",
        Failure::RateLimited => "You had sent too many messages.",
        Failure::ServerError => "Something went wrong on the server.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_reasons_and_faults_of_the_server_are_none() {
        let field = |rule| Error::field("x", rule, "");
        for (error, wanted) in [
            (Error::not_found(), Some(Failure::NotMember)),
            (Error::forbidden(""), Some(Failure::NotAllowed)),
            (Error::new(Code::MessageIdTaken, ""), Some(Failure::IdTaken)),
            (field(Rule::Reference), Some(Failure::ReferenceGone)),
            (field(Rule::Range), Some(Failure::Overdue)),
            (field(Rule::Format), Some(Failure::Invalid)),
            (Error::new(Code::RateLimited, ""), None),
            (Error::new(Code::Unavailable, ""), None),
            (Error::internal("x"), None),
        ] {
            assert_eq!(of(&error), wanted, "{error}");
        }
    }
}
