//! The data of one instance of a component.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::component::ComponentContext;
use crate::guest_log::GuestLog;
use crate::limits::{Health, MemoryLimit};
use crate::outbound::Outbound;
use crate::postgres::Handles;

/// The data of an instance's store.
pub struct InstanceState {
    /// Handles that the instance holds.
    pub table: ResourceTable,
    /// The component.
    pub component: Arc<ComponentContext>,
    /// Database connections it has open.
    pub connections: usize,
    /// Key-value stores it has open.
    pub stores: usize,
    /// Handles of PostgreSQL that it has.
    pub postgres: Handles,
    /// Its memory limit.
    pub memory: MemoryLimit,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
}

impl InstanceState {
    /// The state of a new instance.
    pub fn new(component: Arc<ComponentContext>, memory: usize, health: Arc<Health>) -> Self {
        let mut wasi = WasiCtx::builder();
        let environment: Vec<_> = component.environment.iter().collect();
        wasi.envs(&environment)
            .wall_clock(component.clock.clone())
            .stdout(GuestLog::new(Arc::clone(&component.id), "stdout"))
            .stderr(GuestLog::new(Arc::clone(&component.id), "stderr"));
        Self {
            table: ResourceTable::new(),
            connections: 0,
            stores: 0,
            postgres: Handles::default(),
            memory: MemoryLimit::new(memory, health),
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            outbound: Outbound::new(Arc::clone(&component)),
            component,
        }
    }
}

impl WasiView for InstanceState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for InstanceState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.outbound,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}
