//! The one list of error codes, on which clients may branch.

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $wire:literal, $status:literal, $title:literal; )+) => {
        /// The reason of a refusal. Stable: a code is never renamed and never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $( $(#[doc = $doc])+ $name, )+
        }

        impl Code {
            /// All codes, sorted by their wire form.
            pub const ALL: &'static [Code] = &[$( Code::$name, )+];

            /// The wire form, such as `not_found`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Code::$name => $wire, )+ }
            }

            /// The HTTP status it goes with.
            pub const fn status(self) -> u16 {
                match self { $( Code::$name => $status, )+ }
            }

            /// A short human-readable summary, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $( Code::$name => $title, )+ }
            }

            /// Its meaning, and the steps that a client can take.
            pub fn doc(self) -> &'static str {
                match self { $( Code::$name => concat!($($doc, "\n"),+), )+ }
            }
        }
    };
}

codes! {
    /// The account has an e-mail address and a password already.
    AlreadyRegistered = "already_registered", 409, "Already registered";
    /// The message was scheduled by an earlier request, and has been sent since; nothing is scheduled again.
    AlreadySent = "already_sent", 409, "Already sent";
    /// The caller opened the message before, which can be viewed once, or its content is gone.
    AlreadyViewed = "already_viewed", 410, "Already viewed";
    /// The component took too long to answer, or computed without end; the host answers in its place. The request may have had an effect.
    ComponentTimeout = "component_timeout", 504, "The component took too long";
    /// The component stopped before it answered, or needed more memory than it may have; the host answers in its place. The request may have had an effect.
    ComponentTrapped = "component_trapped", 502, "The component failed";
    /// The caller, or the one whose request they accept, keeps as many contacts as they may.
    ContactsFull = "contacts_full", 409, "Address book is full";
    /// The conversation has as many members as it may have.
    ConversationFull = "conversation_full", 409, "Conversation is full";
    /// The operation makes no sense in a direct conversation: its two members are fixed.
    DirectConversation = "direct_conversation", 409, "Not possible in a direct conversation";
    /// An account with this e-mail address exists.
    EmailTaken = "email_taken", 409, "E-mail address is taken";
    /// The operation makes no sense in a conversation that clients encrypt: the server can't write into it.
    EncryptedConversation = "encrypted_conversation", 409, "Not possible in an encrypted conversation";
    /// Documents of the caller's hold the file; `errors` says which. Take it out of them first.
    FileInUse = "file_in_use", 409, "File is in use";
    /// The file is larger than its bucket takes; `detail` says how large it may be.
    FileTooLarge = "file_too_large", 413, "File is too large";
    /// The caller may see this, but may not do that.
    Forbidden = "forbidden", 403, "Forbidden";
    /// The Idempotency-Key was used for another request. Use a new key for each new request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "Idempotency key was used before";
    /// The body broke off before its end. Of an upload that goes on, that much is kept as came.
    IncompleteBody = "incomplete_body", 400, "The body broke off";
    /// A bug or a broken database. The request id in `instance` leads to the log line.
    Internal = "internal", 500, "Internal error";
    /// The e-mail address or the password is wrong; which of them is not said.
    InvalidCredentials = "invalid_credentials", 401, "Wrong e-mail address or password";
    /// The cursor is not one that this list gave out. Start at the beginning.
    InvalidCursor = "invalid_cursor", 400, "Invalid cursor";
    /// A header's value can't be read, or isn't text; `detail` says which.
    InvalidHeader = "invalid_header", 400, "Invalid header";
    /// The request has no Host header, several, or one that names no host; the host of the components answers.
    InvalidHost = "invalid_host", 400, "The Host header is not usable";
    /// The body is not JSON; `detail` says where.
    InvalidJson = "invalid_json", 400, "Invalid JSON";
    /// A parameter in the query string is unknown or can't be read; `errors` says which.
    InvalidQuery = "invalid_query", 400, "Invalid query parameter";
    /// As many users have joined by the invitation as may. Raise its number of uses, or decline.
    InvitationUsedUp = "invitation_used_up", 409, "Invitation is used up";
    /// A job didn't end well; `detail` counts the items that failed. The next run goes on.
    JobFailed = "job_failed", 500, "Job failed";
    /// The only owner can't leave while others stay: hand over the conversation first.
    LastOwner = "last_owner", 409, "The last owner can't leave";
    /// Another message has this id. Use a new one for each message.
    MessageIdTaken = "message_id_taken", 409, "Message id is taken";
    /// The path exists, with another method; the Allow header says which.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The message can't be edited: it was forwarded, is a poll, was deleted, or the server wrote it.
    NotEditable = "not_editable", 409, "Not editable";
    /// The route is for people: a bot's token is no good here. README of the component `integrations` says what bots may do.
    NotForBots = "not_for_bots", 403, "Not for bots";
    /// There is nothing with this id that the caller may know of.
    NotFound = "not_found", 404, "Not found";
    /// The body is larger than this route takes.
    PayloadTooLarge = "payload_too_large", 413, "Body is too large";
    /// Voting in the poll has ended.
    PollClosed = "poll_closed", 409, "Poll is closed";
    /// If-Match names an older version: somebody else changed it. Read it again.
    PreconditionFailed = "precondition_failed", 412, "Changed in the meantime";
    /// The route wants If-Match with the ETag that was read.
    PreconditionRequired = "precondition_required", 428, "If-Match is required";
    /// The caller's files, or their uploads, would be more than one user may have; `detail` says how many. Delete one, or give one up, first.
    QuotaExceeded = "quota_exceeded", 507, "Quota is used up";
    /// No range that is asked for is within the content; Content-Range says how long it is.
    RangeNotSatisfiable = "range_not_satisfiable", 416, "Range is not within the content";
    /// Too often. Retry-After says when to try again.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// An old refresh token was presented: somebody may have copied it, so the session was revoked. Sign in again.
    RefreshTokenReused = "refresh_token_reused", 401, "Refresh token was used before";
    /// The rest of the body didn't come in time. Nothing was done; of an upload that goes on, that much is kept as came.
    RequestTimeout = "request_timeout", 408, "The body came too slowly";
    /// The place to catch up from is too old, or too much has changed since. Read everything again, and catch up from there.
    ResyncRequired = "resync_required", 410, "Read again from the start";
    /// No such path.
    RouteNotFound = "route_not_found", 404, "No such route";
    /// The session was revoked or has expired. Sign in again.
    SessionRevoked = "session_revoked", 401, "Session has ended";
    /// The server's disk is full. Nothing was written; only its operator can help.
    StorageFull = "storage_full", 507, "Storage is full";
    /// The access token has expired. Use the refresh token.
    TokenExpired = "token_expired", 401, "Access token has expired";
    /// The access token, or the refresh token, is none of ours.
    TokenInvalid = "token_invalid", 401, "Invalid token";
    /// The time in which its sender may edit the message, or delete it for all, is over.
    TooLate = "too_late", 409, "Too late";
    /// The caller owns as many bots as they may, or as many bots belong to the conversation as may. Delete one, or send one away, first.
    TooManyBots = "too_many_bots", 409, "Too many bots";
    /// Pushes go to as many devices of the user as they may. Take one off first.
    TooManyDevices = "too_many_devices", 409, "Too many devices";
    /// The caller has as many folders as they may. Delete one first.
    TooManyFolders = "too_many_folders", 409, "Too many folders";
    /// As many messages are pinned in the conversation, or conversations in the caller's list, as may be. Unpin one first.
    TooManyPins = "too_many_pins", 409, "Too many pins";
    /// The caller has as many reactions to the message as one user may. Take one back first.
    TooManyReactions = "too_many_reactions", 409, "Too many reactions";
    /// As many messages of the caller wait for their time as may. Cancel one, or send one now, first.
    TooManyScheduled = "too_many_scheduled", 409, "Too many scheduled messages";
    /// The conversation has as many webhooks of this kind as it may have. Delete one first.
    TooManyWebhooks = "too_many_webhooks", 409, "Too many webhooks";
    /// The route needs an access token (or the operator's key) in the Authorization header.
    Unauthenticated = "unauthenticated", 401, "Authentication is required";
    /// The database can't be reached, or was locked for too long, or there are too many large bodies at once. Try again.
    Unavailable = "unavailable", 503, "Temporarily unavailable";
    /// The body must be `application/json`.
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    /// The upload is over: all bytes of the file are there.
    UploadComplete = "upload_complete", 409, "Upload is complete";
    /// The bytes of the file aren't all there. Go on with the upload, or give it up.
    UploadIncomplete = "upload_incomplete", 409, "Upload is not complete";
    /// The bytes begin at another place than those that are kept end, which Upload-Offset tells. Go on from there.
    UploadOffsetMismatch = "upload_offset_mismatch", 409, "Offset is another";
    /// Somebody has this user name.
    UsernameTaken = "username_taken", 409, "User name is taken";
    /// The body is JSON but not of the form that the route takes; `errors` names each field and why. Nothing was
    /// written.
    ValidationFailed = "validation_failed", 422, "Validation failed";
    /// The operation makes no sense in a conversation of this kind: channels, groups and conversations of two differ in what they have.
    WrongKind = "wrong_kind", 409, "Not possible in this kind of conversation";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_forms_are_unique_and_statuses_are_errors() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code:?}");
            assert!((400..=599).contains(&code.status()), "{code:?}");
            assert!(!code.doc().trim().is_empty(), "{code:?}");
        }
    }
}
