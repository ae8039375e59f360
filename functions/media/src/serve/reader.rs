//! Whose rights a request has: the caller's, or those of the user for whom its address was signed.

use whisper_files::Address;
use whisper_kit::{Code, Ctx, Error, Request, Result};
use whisper_schema::prelude::{Account, AccountStatus, Column};
use whisper_store::{Filter, Query};

use super::SignedAddress;

/// The user who reads.
///
/// # Errors
/// `unauthenticated` for a request without a token whose address wasn't signed, has ended, or is of somebody whose account is out of use.
pub async fn of(
    ctx: &Ctx,
    request: &Request,
    file: &str,
    address: &SignedAddress,
) -> Result<String> {
    if request.header("authorization").is_some() {
        return Ok(ctx.caller()?.user_id);
    }
    let (Some(user), Some(expires), Some(signature)) =
        (&address.user, address.expires, &address.sig)
    else {
        return Err(refused());
    };
    let address = Address {
        file,
        user,
        expires,
        signature,
    };
    if !address.is_good(ctx).await? || ctx.read(out_of_use(user).count(1)).await? > 0 {
        return Err(refused());
    }
    Ok(user.clone())
}

/// Asks for the account of a user, if it is out of use. There is none here where another server signs users in.
fn out_of_use(user: &str) -> Query<Account> {
    Query::new()
        .filter(Filter::eq(Column::id(), user))
        .filter(Filter::ne(Account::STATUS, AccountStatus::Active))
}

fn refused() -> Error {
    let detail = "Send an access token, or use an address of a file that hasn't ended.";
    Error::new(Code::Unauthenticated, detail)
}
