//! Requests: two people become contacts of each other, by consent.
//!
//! There is one document for two people, in either direction. So requests that cross meet: a user who asks somebody by
//! whom they were asked has accepted.

mod accept;
mod answer;
mod list;
mod send;
mod view;
mod withdraw;

use whisper_kit::Api;
use whisper_people::contact_request_id;
use whisper_schema::Ephemeral;
use whisper_schema::prelude::{ContactRequest, ContactRequestStatus, Timestamp};
use whisper_store::{Doc, Get};

/// Where the request between the caller and somebody is.
const REQUEST: &str = "/v1/contact-requests/{userId}";

/// Adds the endpoints.
pub fn endpoints(api: Api) -> Api {
    api.endpoint(list::endpoint())
        .endpoint(send::endpoint())
        .endpoint(withdraw::endpoint())
        .endpoint(answer::accepting())
        .endpoint(answer::declining())
}

/// Asks for the document of two people.
fn on_file(one: &str, other: &str) -> Get<ContactRequest> {
    Get::id(contact_request_id(one, other))
}

/// The state between somebody and another.
#[derive(Debug)]
enum Standing<'a> {
    /// Nothing that counts; a document that has ended may still be in the place.
    Nothing(Option<&'a Doc<ContactRequest>>),
    /// They asked, and as far as they know wait for an answer.
    Asked(&'a Doc<ContactRequest>),
    /// They asked, were declined without knowing it, and took it back.
    TookBack(&'a Doc<ContactRequest>),
    /// The other asked them; they may have declined.
    WasAsked(&'a Doc<ContactRequest>),
}

impl<'a> Standing<'a> {
    fn of(found: Option<&'a Doc<ContactRequest>>, user: &str, now: Timestamp) -> Self {
        let Some(request) = found.filter(|request| request.lasts(now)) else {
            return Standing::Nothing(found);
        };
        let is_withdrawn = request.status == ContactRequestStatus::Withdrawn;
        match (request.requester_id == user, is_withdrawn) {
            (true, false) => Standing::Asked(request),
            (true, true) => Standing::TookBack(request),
            (false, false) => Standing::WasAsked(request),
            (false, true) => Standing::Nothing(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_two_depends_on_who_looks() {
        let now = Timestamp::from_millis(1_000);
        let look = |requester: &str, status, ends: i64| {
            let request = Doc {
                value: ContactRequest {
                    requester_id: requester.into(),
                    status,
                    expires_at: Timestamp::from_millis(ends),
                    ..ContactRequest::default()
                },
                revision: 1,
                seq: 1,
            };
            match Standing::of(Some(&request), "me", now) {
                Standing::Nothing(_) => "nothing",
                Standing::Asked(_) => "asked",
                Standing::TookBack(_) => "took back",
                Standing::WasAsked(_) => "was asked",
            }
        };
        use ContactRequestStatus::{Declined, Pending, Withdrawn};
        for (status, mine, theirs) in [
            (Pending, "asked", "was asked"),
            (Declined, "asked", "was asked"),
            (Withdrawn, "took back", "nothing"),
        ] {
            assert_eq!(look("me", status, 1_001), mine);
            assert_eq!(look("other", status, 1_001), theirs);
            assert_eq!(look("me", status, 1_000), "nothing", "it has ended");
        }
    }
}
