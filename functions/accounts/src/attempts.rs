//! The counters that slow guessing down, in the store; [`crate::rules::slow_down`] decides.
//!
//! An attempt is counted before the password is looked at, under conditions that let only one of several
//! at once pass: guesses in parallel gain nothing. Success takes the count back.

use std::net::IpAddr;

use whisper_kit::ids::derived_id;
use whisper_kit::{Attempt, Code, Ctx, Error, Request, Result};
use whisper_schema::Timestamp;
use whisper_schema::prelude::{Account, Column, RateLimit, Session};
use whisper_store::{Batch, Doc, Filter, Get, Patch, Query};

use crate::rules::slow_down::{
    FREE, KNOWN_MS, PER_ACCOUNT, PER_ADDRESS, WINDOW_MS, address_name, is_live, wait,
    wait_when_full,
};

/// Label of the operations that count.
const COUNT: &str = "count attempt";
/// Label of the operations that take a count back.
pub const REFUND: &str = "refund attempt";

/// The attempts of one address to sign in with one e-mail address.
///
/// An unknown e-mail address has counters like any other, so that nothing tells it from a known one.
pub struct Attempts {
    email: String,
    address: Option<IpAddr>,
    /// Id of the counter of the address's failures with the account.
    pair: String,
    /// Id of the counter of the address's failures.
    by_address: String,
    /// Id of the counter of failures with the account.
    by_account: String,
    /// Id of the note that the address signed in to the account.
    known: String,
}

/// The counters as they were read.
struct Counters {
    pair: Option<Doc<RateLimit>>,
    by_address: Option<Doc<RateLimit>>,
    by_account: Option<Doc<RateLimit>>,
    known: Option<Doc<RateLimit>>,
}

/// An attempt that was counted.
pub struct Counted {
    /// The account with the e-mail address.
    pub account: Option<Doc<Account>>,
    /// Whether the account was signed in to from this address before: no shared counter was used.
    is_known: bool,
}

/// A counter that attempts share: its id, the most that it counts, and where it was read to.
type Shared<'a> = (&'a str, i64, fn(&Counters) -> &Option<Doc<RateLimit>>);

impl Attempts {
    /// Attempts with this address in its stored form.
    pub fn new(email: &str, request: &Request) -> Self {
        let address = address_name(request.client_addr);
        Self {
            email: email.to_owned(),
            address: request.client_addr,
            pair: derived_id(&["sign-in failures", "pair", email, &address]),
            by_address: derived_id(&["sign-in failures", "address", &address]),
            by_account: derived_id(&["sign-in failures", "account", email]),
            known: derived_id(&["sign-in", email, &address]),
        }
    }

    /// Counts an attempt, or refuses it; reads the account on the way. The attempt is made when it is counted, not when
    /// its request began: attempts that were counted in between came before it.
    ///
    /// # Errors
    /// [`Code::RateLimited`] with `Retry-After`.
    pub async fn count(&self, ctx: &Ctx) -> Result<Counted> {
        ctx.retry(async || self.attempt(ctx, ctx.clock()).await)
            .await
    }

    async fn attempt(&self, ctx: &Ctx, now: Timestamp) -> Result<Attempt<Counted>> {
        let (account, counters) = self.read(ctx).await?;
        let is_known = self.is_known(ctx, &counters, account.as_ref(), now).await?;
        let seconds = self.wait(&counters, is_known, now);
        if seconds > 0 {
            return Err(refusal(seconds));
        }
        let batch = self.counting(&counters, is_known, now);
        match ctx.store().await?.commit(batch).await {
            Ok(_) => Ok(Attempt::Done(Counted { account, is_known })),
            // Another attempt was counted in the meantime.
            Err(error) if error.failed_at(COUNT) => Ok(Attempt::Retry),
            Err(error) => Err(error.into()),
        }
    }

    async fn read(&self, ctx: &Ctx) -> Result<(Option<Doc<Account>>, Counters)> {
        let account = Query::<Account>::new()
            .filter(Filter::eq(Account::EMAIL, self.email.as_str()))
            .first();
        let counter = |id: &str| Get::<RateLimit>::id(id);
        let counters = (
            counter(&self.pair),
            counter(&self.by_address),
            counter(&self.by_account),
            counter(&self.known),
        );
        let (account, (pair, by_address, by_account, known)) =
            ctx.read((account, counters)).await?;
        Ok((
            account,
            Counters {
                pair,
                by_address,
                by_account,
                known,
            },
        ))
    }

    /// Whether the account was signed in to from here before: then neither strangers' failures with the
    /// account nor other people's behind the same address count. Its own failures with it still do.
    async fn is_known(
        &self,
        ctx: &Ctx,
        counters: &Counters,
        account: Option<&Doc<Account>>,
        now: Timestamp,
    ) -> Result<bool> {
        if value(&counters.known).is_some_and(|known| known.expires_at > now) {
            return Ok(true);
        }
        let is_full = |counter, most| wait_when_full(value(counter), most, now) > 0;
        let full = is_full(&counters.by_account, PER_ACCOUNT)
            || is_full(&counters.by_address, PER_ADDRESS);
        let Some(address) = self.address.filter(|_| full) else {
            return Ok(false);
        };
        // Asked for an unknown account as well: it must not be told by a missing statement.
        let user_id = account.map_or("", |account| account.id.as_str());
        let session = Query::<Session>::new()
            .filter(Filter::eq(Session::USER_ID, user_id))
            .filter(Filter::eq(Session::IP_ADDRESS, address.to_string()))
            .filter(Filter::gt(Session::EXPIRES_AT, now))
            .first();
        Ok(ctx.read(session).await?.is_some())
    }

    fn wait(&self, counters: &Counters, is_known: bool, now: Timestamp) -> i64 {
        let own = wait(value(&counters.pair), now);
        let shared = self
            .shared(is_known)
            .map(|(_, most, counter)| wait_when_full(value(counter(counters)), most, now));
        shared.fold(own, i64::max)
    }

    /// The counters that this attempt shares with others, each with its bound. None for an account that was signed in
    /// to from this address before.
    fn shared(&self, is_known: bool) -> impl Iterator<Item = Shared<'_>> {
        let by_address: Shared<'_> = (&self.by_address, PER_ADDRESS, |counters| {
            &counters.by_address
        });
        let by_account: Shared<'_> = (&self.by_account, PER_ACCOUNT, |counters| {
            &counters.by_account
        });
        // Without an address everybody would share one counter.
        let by_address = Some(by_address).filter(|_| self.address.is_some());
        let all = by_address.into_iter().chain([by_account]);
        all.filter(move |_| !is_known)
    }

    /// The commit that counts one attempt, provided that the facts behind the decision haven't changed.
    fn counting(&self, counters: &Counters, is_known: bool, now: Timestamp) -> Batch {
        // Where waiting counts, the attempt must be the next one after the ones that were read. Before
        // that several may come at once: a user who signs in rightly must not stumble over themselves.
        let pair = match live(&counters.pair, now) {
            Some(counter) if counter.count >= FREE => Filter::revision(counter.revision),
            _ => below(FREE, now),
        };
        let later = Patch::new().set(RateLimit::EXPIRES_AT, now.plus(WINDOW_MS));
        let batch = count_one(Batch::new(), &self.pair, &counters.pair, pair, later, now);
        self.shared(is_known)
            .fold(batch, |batch, (id, most, counter)| {
                let within = below(most, now);
                count_one(batch, id, counter(counters), within, Patch::new(), now)
            })
    }

    /// Takes the attempt back that turned out to be a success, as a part of a commit. Its failure at
    /// [`REFUND`] means that a counter started anew; the commit is good without the refund.
    pub fn refund(&self, batch: Batch, counted: &Counted, now: Timestamp) -> Batch {
        self.shared(counted.is_known)
            .fold(batch, |batch, (id, ..)| {
                let going_on = Filter::and([
                    Filter::gt(RateLimit::EXPIRES_AT, now),
                    Filter::gt(RateLimit::COUNT, 0),
                ]);
                batch
                    .update_if(id, Patch::new().add(RateLimit::COUNT, -1), going_on)
                    .label(REFUND)
            })
    }

    /// Forgets the failures of this address with the account, as a part of a commit.
    pub fn forget(&self, batch: Batch) -> Batch {
        batch.delete_where(Filter::<RateLimit>::eq(Column::id(), self.pair.as_str()), 1)
    }

    /// Remembers that the account was signed in to from this address, as a part of a commit.
    pub fn remember_address(&self, batch: Batch, now: Timestamp) -> Batch {
        if self.address.is_none() {
            return batch;
        }
        let row = RateLimit {
            expires_at: now.plus(KNOWN_MS),
            ..row(&self.known, now)
        };
        batch.upsert(&row)
    }
}

/// Adds one to a counter that meets a condition. One that isn't there begins, one that ended begins anew.
fn count_one(
    batch: Batch,
    id: &str,
    counter: &Option<Doc<RateLimit>>,
    condition: Filter<RateLimit>,
    change: Patch<RateLimit>,
    now: Timestamp,
) -> Batch {
    let first = row(id, now);
    let ended = counter
        .as_ref()
        .is_some_and(|counter| !is_live(counter, now));
    let (change, condition) = if ended {
        let anew = Patch::new()
            .set(RateLimit::COUNT, 1)
            .set(RateLimit::WINDOW_START, now)
            .set(RateLimit::EXPIRES_AT, first.expires_at);
        (
            anew,
            Filter::or([
                Filter::le(RateLimit::EXPIRES_AT, now),
                Filter::gt(RateLimit::EXPIRES_AT, now.plus(2 * WINDOW_MS)),
            ]),
        )
    } else {
        (change.add(RateLimit::COUNT, 1), condition)
    };
    batch
        .insert_or_update_if(&first, change, condition)
        .label(COUNT)
}

/// A counter that goes on, with fewer than this many.
fn below(most: i64, now: Timestamp) -> Filter<RateLimit> {
    Filter::and([
        Filter::gt(RateLimit::EXPIRES_AT, now),
        Filter::lt(RateLimit::COUNT, most),
    ])
}

/// A counter at its beginning. Its name says nothing about whom it counts.
fn row(id: &str, now: Timestamp) -> RateLimit {
    RateLimit {
        id: id.to_owned(),
        bucket: format!("sign-in:{id}"),
        window_start: now,
        count: 1,
        expires_at: now.plus(WINDOW_MS),
    }
}

fn value(counter: &Option<Doc<RateLimit>>) -> Option<&RateLimit> {
    counter.as_ref().map(|doc| &doc.value)
}

fn live(counter: &Option<Doc<RateLimit>>, now: Timestamp) -> Option<&Doc<RateLimit>> {
    counter.as_ref().filter(|doc| is_live(doc, now))
}

fn refusal(seconds: i64) -> Error {
    let detail = format!("Too many failed attempts. Try again in {seconds} s.");
    Error::new(Code::RateLimited, detail).with_header("retry-after", seconds.to_string())
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
