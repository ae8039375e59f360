//! The instances of one component: made when needed, used again, watched, dropped.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut, Trap, WasmBacktrace};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    ExpirationError, HandlerState, Instance, Proxy, ShouldAccept, TrapOrPanicError,
    WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::component::ComponentContext;
use crate::computing::Computing;
use crate::faults::{Fault, Faults};
use crate::instance::InstanceState;
use crate::limits::{Health, LastPiece, Limits};
use crate::log;
use crate::problem::{self, Problem};
use crate::turnstile::{Turn, Turns, Turnstile};

/// A request still unanswered this long after its time means that the instance doesn't even
/// let its clock be looked at.
const GRACE: Duration = Duration::from_millis(200);

/// The host's counters.
#[derive(Debug, Default)]
pub struct Stats {
    /// Instances alive.
    pub instances: AtomicU64,
    /// Instances made.
    pub instantiated: AtomicU64,
    /// Requests taken.
    pub requests: AtomicU64,
    /// Requests whose answer has not begun.
    pub in_flight: AtomicU64,
    /// Requests answered for a component that stopped.
    pub trapped: AtomicU64,
    /// Requests answered for a component that took too long.
    pub timed_out: AtomicU64,
    /// Whether the host is stopping.
    pub closing: AtomicBool,
}

/// Makes instances of one component.
pub struct Instances {
    engine: Engine,
    pre: ServicePre<InstanceState>,
    component: Arc<ComponentContext>,
    limits: Limits,
    stats: Arc<Stats>,
    faults: Faults,
    turnstile: Turnstile,
    computing: Option<Computing>,
}

/// A request, and which instance took it.
#[derive(Clone, Debug, Default)]
pub struct Taken(Arc<Served>);

#[derive(Debug, Default)]
struct Served {
    by: OnceLock<Arc<Health>>,
    id: OnceLock<String>,
    answered: AtomicBool,
    last_piece: LastPiece,
}

/// The host's own data of a request, for the instance that takes it.
pub struct Ticket {
    taken: Taken,
    turn: Turn,
}

impl Instances {
    /// A maker of instances.
    pub fn new(
        engine: Engine,
        pre: ServicePre<InstanceState>,
        component: Arc<ComponentContext>,
        limits: Limits,
        stats: Arc<Stats>,
        faults: Faults,
    ) -> Self {
        let turnstile = Turnstile::new(limits.patience);
        Self {
            engine,
            pre,
            component,
            limits,
            stats,
            faults,
            turnstile,
            computing: None,
        }
    }

    /// The same on threads apart.
    #[must_use]
    pub fn apart(self, computing: Computing) -> Self {
        Self {
            computing: Some(computing),
            ..self
        }
    }

    /// The threads that its instances are on, if those are apart.
    pub fn computing(&self) -> Option<&Computing> {
        self.computing.as_ref()
    }

    /// The component.
    pub fn component(&self) -> &ComponentContext {
        &self.component
    }

    /// The place where its requests wait for their turn.
    pub fn turnstile(&self) -> &Turnstile {
        &self.turnstile
    }
}

impl Taken {
    /// For a request whose turn it is.
    pub fn ticket(&self, turn: Turn) -> Ticket {
        let taken = self.clone();
        Ticket { taken, turn }
    }

    /// Id of the request, for the answer that it gets when the component gives none.
    pub fn id(&self) -> &str {
        self.0.id.get_or_init(problem::new_id)
    }

    /// Notes that the component's answer has begun, or that it is given up on and that was told.
    pub fn note_answered(&self) {
        self.0.answered.store(true, Ordering::Relaxed);
    }

    /// Notes that a piece of a long body came: from here on the request has all its time again.
    pub fn note_piece(&self) {
        let now = Instant::now();
        self.0.last_piece.note(now);
        if let Some(health) = self.0.by.get() {
            health.last_piece().note(now);
        }
    }

    fn is_answered(&self) -> bool {
        self.0.answered.load(Ordering::Relaxed)
    }

    /// Whether the end of the instance that took it keeps the answer back; that end is told of by
    /// itself, with its cause, which the error here doesn't have.
    pub fn ended_with(&self, error: &wasmtime::Error) -> bool {
        error.is::<TrapOrPanicError>() && self.0.by.get().is_some()
    }

    /// The answer to a request that the component didn't answer.
    pub fn problem(&self, error: &wasmtime::Error) -> Problem {
        let health = self.0.by.get();
        if error.is::<ExpirationError>() || health.is_some_and(|health| health.overran()) {
            return Problem::Timeout;
        }
        Problem::Trapped {
            detail: match health {
                Some(health) if health.hungry() => {
                    "The component needed more memory than it may have."
                }
                Some(_) => "The component stopped before it answered.",
                None => "The component could not be started.",
            },
        }
    }
}

impl HandlerState for Instances {
    type StoreData = InstanceState;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<InstanceState, Expiration, Worker>> {
        let health = Arc::new(Health::default());
        let state = InstanceState::new(
            Arc::clone(&self.component),
            self.limits.memory,
            Arc::clone(&health),
        );
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.memory);
        store.set_epoch_deadline(1);
        let (watched, busy) = (Arc::clone(&health), self.limits.busy);
        store.epoch_deadline_callback(move |_| watched.tick(busy));
        let service = self.pre.instantiate_async(&mut store).await?;
        let begun = Arc::new(Begun::default());
        self.stats.instances.fetch_add(1, Ordering::Relaxed);
        self.stats.instantiated.fetch_add(1, Ordering::Relaxed);
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: InstanceState::http,
            expiration: Expiration {
                limits: self.limits.clone(),
                health: Arc::clone(&health),
                begun: Arc::clone(&begun),
                sleep: Box::pin(tokio::time::sleep(Duration::MAX)),
            },
            state: Worker {
                component: Arc::clone(&self.component),
                limits: self.limits.clone(),
                stats: Arc::clone(&self.stats),
                faults: self.faults.clone(),
                health,
                begun,
                taken: Mutex::default(),
            },
        })
    }
}

/// Whether the requests that an instance has taken have begun.
#[derive(Default)]
struct Begun {
    turns: Turns,
    waiting: AtomicBool,
}

/// The end of an instance that takes too long, or has nothing to do.
pub struct Expiration {
    limits: Limits,
    health: Arc<Health>,
    begun: Arc<Begun>,
    sleep: Pin<Box<Sleep>>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        self.health.handed_back();
        // All tasks of the instance wait now; it will say next whether it takes more.
        self.begun.waiting.store(true, Ordering::Relaxed);
        let allowed = match status {
            WorkerStatus::Idle => self.limits.idle,
            WorkerStatus::Requests => self.limits.request_timeout + GRACE,
            // A request that was given up on must not keep the instance for ever.
            WorkerStatus::PostReturn if self.health.expired() => self.limits.request_timeout,
            // A stream, or work after the answer: as long as it takes, as in Spin.
            WorkerStatus::PostReturn => return Poll::Pending,
        };
        let start = match status {
            // The time of a request begins anew with each piece of a long body.
            WorkerStatus::Requests => self.health.last_piece().or(start),
            _ => start,
        };
        let deadline = tokio::time::Instant::from_std(start + allowed);
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        let over = self.sleep.as_mut().poll(cx);
        if over.is_ready() && status == WorkerStatus::Requests {
            self.health.overrun();
        }
        over
    }
}

/// Watches over an instance.
pub struct Worker {
    component: Arc<ComponentContext>,
    limits: Limits,
    stats: Arc<Stats>,
    faults: Faults,
    health: Arc<Health>,
    begun: Arc<Begun>,
    /// The requests that it has taken, but for the ones that were answered when it took the last one.
    taken: Mutex<Vec<Taken>>,
}

impl Worker {
    /// Ids of the requests that it has not answered.
    fn unanswered(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let open = taken.iter().filter(|taken| !taken.is_answered());
        open.map(|taken| taken.id().to_owned()).collect()
    }

    /// Reports the end of the instance with its cause, which the requests that are answered in its place don't know.
    fn stopped(&self, error: &wasmtime::Error) {
        let took_too_long = self.health.overran()
            || self.health.expired() && error.downcast_ref::<Trap>().is_none();
        let (event, kind) = match took_too_long {
            true => ("component_stopped", "component_timeout"),
            false => ("component_trapped", "component_trapped"),
        };
        let cause = error.root_cause();
        // A component that allocates in vain panics, and a panic's trap doesn't tell of memory.
        let cause = match self.health.hungry() && !took_too_long {
            true => format!("needed more memory than it may have: {cause}"),
            false => cause.to_string(),
        };
        let request_ids = self.unanswered();
        let fields = json!({
            "component": self.component.id.as_ref(), "reason": cause, "requestIds": request_ids,
        });
        log::event(event, fields, || {
            format!("[{}] stopped: {cause}", self.component.id)
        });
        let reason = match error.downcast_ref::<WasmBacktrace>() {
            Some(stack) => format!("{cause}\n{stack}"),
            None => cause,
        };
        self.faults.tell(Fault {
            component: self.component.id.to_string(),
            kind,
            reason,
            request_ids,
        });
    }
}

impl WorkerState for Worker {
    type StoreData = InstanceState;
    type RequestData = Ticket;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        let full = total >= self.limits.requests;
        if full || concurrent == 0 || self.begun.waiting.load(Ordering::Relaxed) {
            self.begun.turns.over();
        }
        if full {
            ShouldAccept::Never
        } else if concurrent >= self.limits.concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, InstanceState>,
        ticket: Ticket,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let health = Arc::clone(&self.health);
        // Set once: a request is taken by one instance.
        let _ = ticket.taken.0.by.set(Arc::clone(&health));
        let request = ticket.taken.clone();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|taken| !taken.is_answered());
        taken.push(ticket.taken);
        drop(taken);
        self.begun.waiting.store(false, Ordering::Relaxed);
        self.begun.turns.keep(ticket.turn);
        let timeout = self.limits.request_timeout;
        Box::pin(async move {
            request.0.last_piece.overtime(timeout).await;
            health.expire();
        })
    }

    fn drop(&self, store: Store<InstanceState>, result: Result<(), wasmtime::Error>) {
        self.stats.instances.fetch_sub(1, Ordering::Relaxed);
        // When the host stops, workers are cut off, which looks like a panic.
        if let Err(error) = result
            && !self.stats.closing.load(Ordering::Relaxed)
        {
            self.stopped(&error);
        }
        drop(store);
    }
}
