//! The instances of one component: made when needed, used again, watched, dropped.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    ExpirationError, HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::faults::{Fault, Faults};
use crate::instance::{ComponentContext, InstanceState};
use crate::limits::{Health, Limits};
use crate::log;
use crate::problem::Problem;
use crate::turnstile::{Turn, Turns, Turnstile};

/// A request still unanswered this long after its time means that the instance doesn't even
/// let its clock be looked at.
const GRACE: Duration = Duration::from_millis(200);

/// What the host counts.
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
pub struct Handler {
    engine: Engine,
    pre: ServicePre<InstanceState>,
    component: Arc<ComponentContext>,
    limits: Limits,
    stats: Arc<Stats>,
    faults: Faults,
    turnstile: Turnstile,
}

/// Which instance took a request.
#[derive(Clone, Debug, Default)]
pub struct Taken(Arc<OnceLock<Arc<Health>>>);

/// What goes with a request to the instance that takes it.
pub struct Ticket {
    taken: Taken,
    turn: Turn,
}

impl Handler {
    /// A maker of instances.
    pub fn new(
        engine: Engine,
        pre: ServicePre<InstanceState>,
        component: Arc<ComponentContext>,
        limits: Limits,
        stats: Arc<Stats>,
        faults: Faults,
    ) -> Self {
        Self {
            engine,
            pre,
            component,
            limits,
            stats,
            faults,
            turnstile: Turnstile::default(),
        }
    }

    /// The component.
    pub fn component(&self) -> &ComponentContext {
        &self.component
    }

    /// Where its requests wait for their turn.
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

    /// What to answer when the component didn't.
    pub fn problem(&self, error: &wasmtime::Error) -> Problem {
        let health = self.0.get();
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

impl HandlerState for Handler {
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
            },
        })
    }
}

/// Whether the requests that an instance has taken have begun.
#[derive(Default)]
struct Begun {
    turns: Turns,
    waiting: AtomicBool,
    /// Whether a request was still to be answered when the instance was last looked at.
    serving: AtomicBool,
}

/// Says when an instance has to go.
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
        // Everything in the instance waits now; it will say next whether it takes more.
        self.begun.waiting.store(true, Ordering::Relaxed);
        let serving = status == WorkerStatus::Requests;
        self.begun.serving.store(serving, Ordering::Relaxed);
        let allowed = match status {
            WorkerStatus::Idle => self.limits.idle,
            WorkerStatus::Requests => self.limits.request_timeout + GRACE,
            // What was given up on must not keep the instance for ever.
            WorkerStatus::PostReturn if self.health.expired() => self.limits.request_timeout,
            // A stream, or work after the answer: as long as it takes, as in Spin.
            WorkerStatus::PostReturn => return Poll::Pending,
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
        let _ = ticket.taken.0.set(Arc::clone(&health));
        self.begun.waiting.store(false, Ordering::Relaxed);
        self.begun.serving.store(true, Ordering::Relaxed);
        self.begun.turns.keep(ticket.turn);
        let timeout = self.limits.request_timeout;
        Box::pin(async move {
            tokio::time::sleep(timeout).await;
            health.expire();
        })
    }

    fn drop(&self, store: Store<InstanceState>, result: Result<(), wasmtime::Error>) {
        self.stats.instances.fetch_sub(1, Ordering::Relaxed);
        // When the host stops, workers are cut off, which looks like a panic.
        if let Err(error) = result
            && !self.stats.closing.load(Ordering::Relaxed)
        {
            let late = self.health.overran() || self.health.expired();
            let event = if late {
                "component_stopped"
            } else {
                "component_trapped"
            };
            let reason = error.root_cause().to_string();
            let fields = json!({ "component": self.component.id.as_ref(), "reason": reason });
            log::event(event, fields, || {
                format!("[{}] stopped: {reason}", self.component.id)
            });
            // Otherwise the requests that are answered in its place tell of it.
            if !self.begun.serving.load(Ordering::Relaxed) {
                self.faults.tell(Fault {
                    component: self.component.id.to_string(),
                    kind: "component_trapped",
                    reason,
                    request_id: None,
                });
            }
        }
        drop(store);
    }
}
