//! Messages that can't be broadcast.

use whisper_kit::error::{Error, FieldError, Result, Rule};
use whisper_schema::main_db::MessageContentType as Kind;

use crate::draft::SendMessage;

/// The kinds of messages that make no sense to many at once: each recipient would have one of their own.
const UNFIT: [Kind; 6] = [
    Kind::Poll,
    Kind::TokenGift,
    Kind::StoryReply,
    Kind::Reply,
    Kind::Game,
    Kind::CryptoTx,
];

/// Refuses messages that can't be broadcast: some kinds, answers, mentions, and messages that can be viewed once.
///
/// # Errors
/// `validation_failed`.
pub fn refuse_unfit(draft: &SendMessage) -> Result<()> {
    let wrong = [
        (
            UNFIT.contains(&draft.details.kind()) || draft.details.is_view_once(),
            "contentType",
        ),
        (draft.reply_to_message_id.is_some(), "replyToMessageId"),
        (!draft.mentions.is_empty(), "mentions"),
    ];
    let wrong = wrong.into_iter().filter(|(is_wrong, _)| *is_wrong);
    let fault = |(_, field)| FieldError::new(field, Rule::Unknown, "can't be broadcast");
    let faults: Vec<FieldError> = wrong.map(fault).collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::fields(faults)),
    }
}
