//! `POST /v1/contact-imports`: takes over an address book.

mod draft;
mod outcome;
mod portion;

use whisper_kit::{Code, Ctx, Endpoint, Error, Json, Method, Reply, Request, Result, ResultExt};
use whisper_schema::body::MOST_FINDINGS;
use whisper_store::Batch;

use crate::limits::{CHANGES, LOOKUPS};
use draft::{ImportedContact, NewContactImport};
use outcome::{ContactImportView, Outcome};

/// Bytes of an import: 5,000 people with a name, an id or a few hashes, and short notes.
const BODY: usize = 4 * 1024 * 1024;

/// One of the people, with their place in the import.
type Item = (u32, ImportedContact);

/// The endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        Method::POST,
        "/v1/contact-imports",
        "importContacts",
        "Adds up to 5,000 people to the caller's contacts, by their ids or by hashes of their addresses. A contact \
         stays as it is, so that the import can be sent again.",
        import,
    )
    .body_limit(BODY)
    .reply::<ContactImportView>(
        200,
        "The numbers of people who were added, known and unmatched, and the refused ones. If all are malformed, the answer is 422 and names the faults.",
    )
    .codes(&[Code::RateLimited])
}

async fn import(ctx: Ctx, _: Request, Json(sent): Json<NewContactImport>) -> Result<Reply> {
    let me = ctx.caller()?.user_id;
    let (mut outcome, mut items) = (Outcome::default(), Vec::new());
    for (index, contact) in (0..).zip(sent.contacts.0) {
        match contact {
            Ok(contact) => items.push((index, contact)),
            Err(faults) => outcome.refuse_all(index, faults.into_iter().map(Into::into)),
        }
    }
    if items.is_empty() {
        return Err(Error::fields(outcome.faults(MOST_FINDINGS)));
    }
    count(&ctx, &items).await?;
    portion::take_over(&ctx, &me, &items, &mut outcome).await?;
    Reply::ok(&ContactImportView::from(outcome))
}

/// Counts the import before anything is looked up or added.
async fn count(ctx: &Ctx, items: &[Item]) -> Result<()> {
    let hashes = items.iter().map(|(_, contact)| contact.hashes.len()).sum();
    let changes = CHANGES.of_caller(ctx).await?.times(items.len());
    let lookups = LOOKUPS.of_caller(ctx).await?.times(hashes);
    let batch = changes.count_in(Batch::new(), ctx.now());
    let batch = lookups.count_in(batch, ctx.now());
    if batch.is_empty() {
        return Ok(());
    }
    let counted = ctx.store().await?.commit(batch).await;
    counted
        .on_reached(&changes, ctx.now())
        .on_reached(&lookups, ctx.now())
        .map(drop)
}
