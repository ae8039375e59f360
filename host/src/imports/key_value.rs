//! `spin:key-value/key-value@3.0.0`.

use tokio::sync::{mpsc, oneshot};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::bindings::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::instance::InstanceState;
use crate::key_value::{KeyValue, MAX_STORES, Store};
use crate::stream::RowsProducer;

impl InstanceState {
    fn key_value(&self, handle: &Resource<Store>) -> Result<KeyValue, Error> {
        let store = self.table.get(handle);
        store
            .map(|store| store.0.clone())
            .map_err(|e| Error::Other(e.to_string()))
    }
}

impl Host for InstanceState {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl HostStore for InstanceState {
    async fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        self.stores = self.stores.saturating_sub(1);
        Ok(())
    }
}

impl<T: Send> HostStoreWithStore<T> for HasSelf<InstanceState> {
    async fn open(accessor: &Accessor<T, Self>, label: String) -> Result<Resource<Store>, Error> {
        accessor.with(|mut access| {
            let state = access.get();
            if !state.component.stores.contains(&label) {
                return Err(Error::AccessDenied);
            }
            if state.stores >= MAX_STORES {
                return Err(Error::StoreTableFull);
            }
            let store = Store(state.component.key_value.clone());
            let handle = state
                .table
                .push(store)
                .map_err(|e| Error::Other(e.to_string()))?;
            state.stores += 1;
            Ok(handle)
        })
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<Option<Vec<u8>>, Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        store.get(key).await
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        store.set(key, value).await
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<(), Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        store.delete(key).await
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> Result<bool, Error> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        store.exists(key).await
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let store = accessor.with(|mut access| access.get().key_value(&store))?;
        let (keys, receiver) = mpsc::channel(4);
        let (end, awaited) = oneshot::channel();
        tokio::spawn(async move {
            let _ = end.send(store.keys(keys).await);
        });
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, RowsProducer::new(receiver))?;
            Ok((keys, FutureReader::new(&mut access, awaited)?))
        })
    }
}
