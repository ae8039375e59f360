//! Whose rights a request has: the caller's, or those of the user for whom its address was signed.

use whisper_files::Address;
use whisper_kit::{Code, Ctx, Error, Request, Result};
use whisper_schema::prelude::{Account, AccountStatus};
use whisper_store::Get;

use super::SignedAddress;

/// A user who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Their id.
    pub user: String,
    /// Whether they sent a token: else the address says who they are.
    pub by_token: bool,
}

/// The user who reads.
///
/// # Errors
/// `unauthenticated` for a request without a token whose address wasn't signed, has ended, or is of somebody whose account is out of use.
pub async fn of(
    ctx: &Ctx,
    request: &Request,
    file: &str,
    address: &SignedAddress,
) -> Result<Reader> {
    if request.header("authorization").is_some() {
        return Ok(Reader {
            user: ctx.caller()?.user_id,
            by_token: true,
        });
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
    if !address.is_good(ctx).await? || !is_in_use(ctx, user).await? {
        return Err(refused());
    }
    Ok(Reader {
        user: user.clone(),
        by_token: false,
    })
}

/// Whether the account of a user is in use: one that was deleted isn't. Where another server signs users in, most have none here.
async fn is_in_use(ctx: &Ctx, user: &str) -> Result<bool> {
    let account = ctx.read(Get::<Account>::id(user)).await?;
    Ok(match account {
        Some(account) => account.status == AccountStatus::Active,
        None => ctx.is_foreign(),
    })
}

fn refused() -> Error {
    let detail = "Send an access token, or use an address of a file that hasn't ended.";
    Error::new(Code::Unauthenticated, detail)
}
