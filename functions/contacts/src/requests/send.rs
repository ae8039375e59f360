//! `PUT /v1/contact-requests/{userId}`: asks somebody to be contacts of each other.

use serde_json::json;
use whisper_kit::events::append;
use whisper_kit::rate_limit::Limit;
use whisper_kit::{Attempt, Code, Ctx, Endpoint, Error, Method, Reply, Request, Result};
use whisper_people::{Consents, People, blocked, consents, contact_request_id, shown_to, visible};
use whisper_schema::Rule;
use whisper_schema::prelude::{ContactRequest, ContactRequestStatus, Timestamp};
use whisper_store::{Batch, Doc, Filter, Patch};

use super::settle::{Pairing, settle};
use super::view::ContactRequestView;
use super::{Standing, on_file};
use crate::limits::{CHANGES, REQUESTS};

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::PUT,
        super::REQUEST,
        "requestContact",
        "Asks somebody to be contacts of each other. A user who asks somebody by whom they were asked has accepted.",
        send,
    )
    .reply::<ContactRequestView>(201, "They were asked.")
    .reply::<ContactRequestView>(
        200,
        "They were asked before; or they had asked, and the two are contacts now.",
    )
    .codes(&[
        Code::ContactsFull,
        Code::RateLimited,
        Code::ValidationFailed,
    ])
}

async fn send(ctx: Ctx, request: Request) -> Result<Reply> {
    let (me, other) = (ctx.caller()?.user_id, request.id("userId")?);
    if me == other {
        return Err(Error::field("userId", Rule::Reference, "is yourself"));
    }
    ctx.retry(async || attempt(&ctx, &me, other).await).await
}

async fn attempt(ctx: &Ctx, me: &str, other: &str) -> Result<Attempt<Reply>> {
    let pairing = Pairing::of(ctx, me, other).await?;
    let read = (
        visible(me, other),
        consents(me, [other]),
        shown_to(me, [other]),
        on_file(me, other),
        pairing.sides(me, other),
    );
    let (them, consents, people, found, sides) = ctx.read(read).await?;
    them.or_not_found()?;
    let asking = Asking {
        ctx,
        me,
        other,
        people: &people,
    };
    match Standing::of(found.as_ref(), me, ctx.now()) {
        Standing::Asked(request) => asking.reply(200, request.value.clone()),
        Standing::WasAsked(request) => {
            let (batch, _) = settle(ctx, request, &pairing, &sides).await?;
            if !asking.commit(&CHANGES.of_caller(ctx).await?, batch).await? {
                return Ok(Attempt::Retry);
            }
            let view = ContactRequestView::new(request.value.clone(), me, &people);
            Reply::ok(&view.accepted()).map(Attempt::Done)
        }
        // It stays declined, and looks as a new one does.
        Standing::TookBack(request) => {
            let status = ContactRequestStatus::Declined;
            asking.begin(status, Some(request), &consents).await
        }
        Standing::Nothing(ended) => {
            let status = ContactRequestStatus::Pending;
            asking.begin(status, ended, &consents).await
        }
    }
}

/// The circumstances of one attempt.
struct Asking<'a> {
    ctx: &'a Ctx,
    me: &'a str,
    other: &'a str,
    people: &'a People,
}

impl Asking<'_> {
    /// Puts a new request on file, in the place of any that is there.
    async fn begin(
        &self,
        status: ContactRequestStatus,
        place: Option<&Doc<ContactRequest>>,
        consents: &Consents,
    ) -> Result<Attempt<Reply>> {
        if !consents.may_request(self.other) {
            let detail = "doesn't let you do this";
            return Err(Error::field("userId", Rule::Reference, detail));
        }
        let (ctx, me, other) = (self.ctx, self.me, self.other);
        let mut request = ContactRequest {
            id: contact_request_id(me, other),
            requester_id: me.to_owned(),
            recipient_id: other.to_owned(),
            status,
            created_at: Timestamp::AT_COMMIT,
            expires_at: ctx.now().plus(ContactRequest::LIFETIME),
        };
        let batch = match place {
            None => Batch::new().insert(&request),
            Some(place) => {
                let as_read = Filter::revision(place.revision);
                Batch::new().update_if(&place.id, whole(&request), as_read)
            }
        };
        let batch = batch.expect_none(blocked(me, other));
        let batch = match status {
            ContactRequestStatus::Pending => {
                let what = json!({"requesterId": me, "recipientId": other});
                append(ctx, batch, "contact_request.sent", other, Some(me), &what)?
            }
            _ => batch,
        };
        let limit = REQUESTS.of_caller(ctx).await?;
        let Some(committed) = limit.try_commit(ctx, batch).await? else {
            return Ok(Attempt::Retry);
        };
        request.created_at = committed.at;
        self.reply(201, request)
    }

    async fn commit(&self, limit: &Limit, batch: Batch) -> Result<bool> {
        let committed = limit.try_commit(self.ctx, batch).await?;
        Ok(committed.is_some())
    }

    fn reply(&self, status: u16, request: ContactRequest) -> Result<Attempt<Reply>> {
        let view = ContactRequestView::new(request, self.me, self.people);
        Reply::json(status, &view).map(Attempt::Done)
    }
}

fn whole(request: &ContactRequest) -> Patch<ContactRequest> {
    Patch::new()
        .set(ContactRequest::REQUESTER_ID, request.requester_id.as_str())
        .set(ContactRequest::RECIPIENT_ID, request.recipient_id.as_str())
        .set(ContactRequest::STATUS, request.status)
        .set(ContactRequest::CREATED_AT, request.created_at)
        .set(ContactRequest::EXPIRES_AT, request.expires_at)
}
