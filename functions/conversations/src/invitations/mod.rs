//! Invitations: links by which users join a group on their own.

mod code;
mod come;
mod create;
mod edit;
mod list;
mod newcomers;
mod one;
mod preview;
mod revoke;
mod view;

use whisper_kit::Api;

/// Where the invitations of a conversation are.
const INVITATIONS: &str = "/v1/conversations/{conversationId}/invitations";
/// Where one of them is.
const INVITATION: &str = "/v1/conversations/{conversationId}/invitations/{invitationId}";

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(create::endpoint())
        .endpoint(list::endpoint())
        .endpoint(edit::endpoint())
        .endpoint(revoke::endpoint())
        .endpoint(newcomers::endpoint())
        .endpoint(preview::endpoint())
        .endpoint(come::endpoint())
}
