//! `POST /v1/realtime/tickets`: lets a client open a stream that can't send its token in a header, as an `EventSource` can't.

use serde::Serialize;
use whisper_kit::auth::{Caller, new_secret};
use whisper_kit::error::{Code, Error, Result};
use whisper_kit::ids::derived_id;
use whisper_kit::rate_limit::{Rate, Uses};
use whisper_kit::{Ctx, Endpoint, Method, Reply, Request};
use whisper_schema::prelude::{Column, StreamTicket};
use whisper_store::{Batch, Filter, Get, StoreError};

/// How long a ticket is good for, in seconds.
const LIFE: i64 = 30;
/// Expired tickets, of anybody, that a new one sweeps away.
const SWEPT: u64 = 5;
/// How many somebody may take.
pub const RATE: Rate = Rate::per_minute("stream ticket", "stream_ticket_rate_per_minute", 60);

/// A ticket.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamTicketView {
    /// The ticket: it opens one stream, and then it is void.
    pub ticket: String,
    /// For how many seconds it is good.
    pub expires_in: i64,
}

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/realtime/tickets",
        "createStreamTicket",
        "Gives a ticket that opens one stream, for clients that can't send a token in a header",
        create,
    )
    .reply::<StreamTicketView>(201, "The ticket.")
    .codes(&[Code::RateLimited])
}

async fn create(ctx: Ctx, _: Request) -> Result<Reply> {
    let caller = ctx.caller()?;
    let ticket = new_secret()?;
    let row = StreamTicket {
        id: id_of(&ticket),
        user_id: caller.user_id.clone(),
        session_id: caller.session_id,
        expires_at: ctx.now().plus(LIFE * 1000),
    };
    let batch = Batch::new()
        .insert(&row)
        .delete_where(Filter::lt(StreamTicket::EXPIRES_AT, ctx.now()), SWEPT);
    let uses = Uses::of(&ctx, &[(RATE, 1)]).await?;
    uses.try_commit(&ctx, batch).await?;
    Reply::created(&StreamTicketView {
        ticket,
        expires_in: LIFE,
    })
}

/// Lets the holder of a ticket in, once.
///
/// # Errors
/// `unauthenticated` where it is no ticket, was used, or has expired.
pub async fn redeem(ctx: &Ctx, ticket: &str) -> Result<()> {
    let id = id_of(ticket);
    let found = ctx.read(Get::<StreamTicket>::id(&id)).await?;
    let found = found.filter(|found| found.expires_at > ctx.now());
    let found = found.ok_or_else(refused)?;
    let is_there = Filter::<StreamTicket>::eq(Column::id(), id.as_str());
    match ctx
        .store()
        .await?
        .commit(Batch::new().delete_if(&id, is_there))
        .await
    {
        Ok(_) => {}
        // Somebody else was first.
        Err(StoreError::ConditionFailed { .. }) => return Err(refused()),
        Err(error) => return Err(error.into()),
    }
    ctx.enter_as(&Caller {
        user_id: found.user_id.clone(),
        session_id: found.session_id.clone(),
    });
    // The session is looked up from here on.
    ctx.read(()).await
}

/// The id is a hash of the ticket, which can't be computed from the row.
fn id_of(ticket: &str) -> String {
    derived_id(&["stream ticket", ticket])
}

fn refused() -> Error {
    let detail =
        "Send an access token, or a ticket that wasn't used and is less than 30 seconds old.";
    Error::new(Code::Unauthenticated, detail)
}
