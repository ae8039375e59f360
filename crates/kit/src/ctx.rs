//! The context that a handler works with: the store, the time, the settings, and the caller.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use whisper_schema::Timestamp;
use whisper_store::{ReadSet, Store};

use crate::caller::{self, Caller, Claims, Foreign, IdentityServer, Keys};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::ids;
use crate::log::{self, Level};
use crate::signal::{Fault, Signals};
use crate::turns::Turns;

/// How often a wait looks at the clock, in milliseconds.
const LOOK: u64 = 1000;

/// The state that the requests of one instance share.
pub struct Instance {
    pub(crate) store: Option<Store>,
    relaxed: OnceCell<Store>,
    pub(crate) config: Config,
    pub(crate) clock: Rc<dyn Fn() -> Timestamp>,
    pub(crate) keys: Keys,
    pub(crate) turns: Turns,
    pub(crate) foreign: Option<Foreign>,
    pub(crate) signals: Signals,
}

impl Instance {
    /// An instance; without a store for a function that needs none.
    pub fn new(store: Option<Store>, config: Config, clock: Rc<dyn Fn() -> Timestamp>) -> Self {
        Self {
            store,
            relaxed: OnceCell::new(),
            config,
            clock,
            keys: Keys::default(),
            turns: Turns::default(),
            foreign: None,
            signals: Signals::default(),
        }
    }

    /// The instance where this server signs users in, in the place of our own accounts.
    #[must_use]
    pub fn with_identity(mut self, server: Rc<dyn IdentityServer>) -> Self {
        self.foreign = Some(Foreign::new(server));
        self
    }
}

/// The context of one request. Clones are cheap and mean the same request.
#[derive(Clone)]
pub struct Ctx(Rc<Inner>);

struct Inner {
    instance: Rc<Instance>,
    request_id: String,
    now: Timestamp,
    /// The claims of the caller's token; none where callers don't have to sign in.
    claims: RefCell<Option<Claims>>,
    /// Whether the session behind the token was looked up, and stands.
    is_checked: Cell<bool>,
    /// Whether the caller's account is anonymous, once the session was looked up.
    is_anonymous: Cell<bool>,
    /// Whether a replica may answer its reads.
    at_replica: Cell<bool>,
}

impl Ctx {
    /// A context for a new request.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn new(instance: Rc<Instance>) -> Result<Self> {
        let now = (instance.clock)();
        Ok(Self(Rc::new(Inner {
            request_id: ids::new_id(now)?,
            instance,
            now,
            claims: RefCell::new(None),
            is_checked: Cell::new(false),
            is_anonymous: Cell::new(false),
            at_replica: Cell::new(false),
        })))
    }

    /// The same request at a later time, for work that goes on for longer.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn anew(&self) -> Result<Self> {
        Self::new(Rc::clone(&self.0.instance))
    }

    /// Wakes the consumers after the answer: for commits that they should hear of and that append no event.
    pub fn signal(&self) {
        self.0.instance.signals.committed();
    }

    /// Has this done after the answer, by the same instance, or before it on a runtime where nothing goes on
    /// after an answer. A failure is logged and reported as a fault of this component, in this work.
    pub fn after_answer(
        &self,
        component: &'static str,
        operation: &'static str,
        work: impl Future<Output = Result<()>> + 'static,
    ) {
        let ctx = self.clone();
        self.0.instance.signals.later(Box::pin(async move {
            let Err(error) = work.await else { return };
            let cause = error.source_text().unwrap_or_default().to_owned();
            let code = error.code().as_str();
            let fields = [
                ("code", code.into()),
                ("operation", operation.into()),
                ("cause", cause.as_str().into()),
            ];
            log::write(Level::Error, "work_failed", ctx.request_id(), &fields);
            if error.is_reported() {
                ctx.report(Fault {
                    component,
                    code,
                    operation,
                    cause,
                    request_id: ctx.request_id().to_owned(),
                });
            }
        }));
    }

    /// Reports a fault of ours after the answer.
    pub(crate) fn report(&self, fault: Fault) {
        self.0.instance.signals.failed(fault);
    }

    /// Reads something in one statement. The first read of an endpoint for users has the caller's session and
    /// the standing of their account in that same statement, and gives nothing unless both are good.
    ///
    /// # Errors
    /// [`Code::SessionRevoked`](crate::Code::SessionRevoked), and the store's.
    pub async fn read<R: ReadSet>(&self, set: R) -> Result<R::Output> {
        let store = self.database()?;
        let Some(claims) = self.unchecked() else {
            return self.read_of(store, set).await;
        };
        let asked = (caller::standing(&claims), set);
        let (standing, found) = self.read_of(store, asked).await?;
        let is_anonymous = caller::check(&claims, standing, self.now())?;
        self.0.is_anonymous.set(is_anonymous);
        self.0.is_checked.set(true);
        Ok(found)
    }

    /// Reads where this request may.
    async fn read_of<R: ReadSet>(&self, store: &Store, set: R) -> Result<R::Output> {
        Ok(match self.0.at_replica.get() {
            true => store.read_at_replica(set).await?,
            false => store.read(set).await?,
        })
    }

    /// Lets a replica answer what is read from here on.
    pub(crate) fn allow_replica(&self) {
        self.0.at_replica.set(true);
    }

    /// The store. An endpoint for users that has read nothing yet looks the session up first, in a statement of
    /// its own: there is no way to the data past it.
    ///
    /// # Errors
    /// As [`Ctx::read`]; a fault in a function that has no store.
    pub async fn store(&self) -> Result<&Store> {
        self.check_session().await?;
        self.database()
    }

    /// The store whose commits don't wait for the disk ([`Store::relaxed`]): for typing and presence, and for no write that an answer
    /// acknowledges as durable. The session is looked up as by [`Ctx::store`].
    ///
    /// # Errors
    /// As [`Ctx::store`].
    pub async fn relaxed(&self) -> Result<&Store> {
        let store = self.store().await?;
        Ok(self.0.instance.relaxed.get_or_init(|| store.relaxed()))
    }

    /// How many operations of a commit the store does together ([`Store::most_operations`]); none where there is no bound. It reads
    /// nothing, so it needs no session.
    ///
    /// # Errors
    /// A fault in a function that has no store.
    pub fn most_operations(&self) -> Result<Option<usize>> {
        Ok(self.database()?.most_operations())
    }

    /// Whether the caller's account was made without an address and a password; false where there is no caller. The
    /// session is looked up, if nothing was read yet.
    ///
    /// # Errors
    /// As [`Ctx::read`].
    pub async fn is_anonymous(&self) -> Result<bool> {
        self.check_session().await?;
        Ok(self.0.is_anonymous.get())
    }

    /// Looks the caller's session up, unless that was done, or there is no caller.
    pub(crate) async fn check_session(&self) -> Result<()> {
        match self.unchecked() {
            Some(_) => self.read(()).await,
            None => Ok(()),
        }
    }

    /// Looks the caller's session up again, for work that goes on for longer.
    ///
    /// # Errors
    /// As [`Ctx::read`].
    pub async fn check_again(&self) -> Result<()> {
        self.0.is_checked.set(false);
        self.check_session().await
    }

    /// The caller's claims, if their session wasn't looked up yet.
    fn unchecked(&self) -> Option<Claims> {
        match self.0.is_checked.get() {
            true => None,
            false => self.0.claims.borrow().clone(),
        }
    }

    /// The store, for any caller: for work that comes before the session can be looked up.
    pub(crate) fn database(&self) -> Result<&Store> {
        self.0
            .instance
            .store
            .as_ref()
            .ok_or_else(|| Error::internal("this function has no store"))
    }

    /// Lets the instance's other requests go on for this long.
    pub(crate) async fn pause(&self, time: Duration) {
        #[cfg(target_family = "wasm")]
        spin_sdk::time::sleep(time).await;
        #[cfg(not(target_family = "wasm"))]
        if let Some(store) = &self.0.instance.store {
            store.pause(time).await;
        }
    }

    /// Waits for this long beside other work of the same request. A test holds the clock: there the wait is over at the first look after the
    /// clock has moved by as much, and the work has it looked at.
    pub(crate) async fn rest(&self, time: Duration) {
        #[cfg(target_family = "wasm")]
        spin_sdk::time::sleep(time).await;
        #[cfg(not(target_family = "wasm"))]
        {
            let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
            let end = self.clock().plus(millis);
            let is_over = |_: &mut std::task::Context<'_>| match self.clock() >= end {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            };
            std::future::poll_fn(is_over).await;
        }
    }

    /// Waits until a time by the instance's clock, with a look at it each second, as it may be moved; no longer than it was ahead at first.
    /// A test holds the clock itself: there it doesn't wait at all.
    pub async fn wait_until(&self, time: Timestamp) {
        let left = |now: Timestamp| u64::try_from(time.since(now)).unwrap_or(0);
        let parts = match cfg!(target_family = "wasm") {
            true => left(self.clock()) / LOOK + 1,
            false => 0,
        };
        for _ in 0..parts {
            match left(self.clock()).min(LOOK) {
                0 => return,
                part => self.pause(Duration::from_millis(part)).await,
            }
        }
    }

    /// The time of this moment, for spans that count from here rather than from the request's.
    pub fn clock(&self) -> Timestamp {
        (self.0.instance.clock)()
    }

    /// When the request began.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.instance.config
    }

    /// The request's id, as in `x-request-id`.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// A new id for a document, sorted by the time of the request.
    ///
    /// # Errors
    /// A fault when the runtime has no randomness.
    pub fn new_id(&self) -> Result<String> {
        ids::new_id(self.0.now)
    }

    /// The caller, as their access token says. The token is verified; nothing is read or written on the caller's
    /// behalf, and no answer leaves, before the session behind it was looked up.
    ///
    /// # Errors
    /// A fault on an endpoint that isn't for users.
    pub fn caller(&self) -> Result<Caller> {
        let claims = self.0.claims.borrow();
        let claims = claims.as_ref();
        claims
            .map(Caller::of)
            .ok_or_else(|| Error::internal("this endpoint has no caller"))
    }

    /// Whether another server signs users in, in the place of our own accounts.
    pub fn is_foreign(&self) -> bool {
        self.foreign().is_some()
    }

    pub(crate) fn foreign(&self) -> Option<&Foreign> {
        self.0.instance.foreign.as_ref()
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.instance.turns
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.instance.keys
    }

    /// Lets somebody in who has shown by other means than a token that they are this user, of this session: from here on they
    /// are the caller, and the session is looked up as ever. Only for endpoints of [`Auth::UserOrTicket`](crate::Auth::UserOrTicket).
    pub fn enter_as(&self, caller: &Caller) {
        self.set_claims(Claims::of_ticket(caller, self.is_foreign()));
    }

    pub(crate) fn set_claims(&self, claims: Claims) {
        *self.0.claims.borrow_mut() = Some(claims);
    }
}
