//! `spin:variables/variables@3.0.0`: a component sees the variables of its own table.

use wasmtime::component::{Accessor, HasSelf};
use whisper_manifest::template;

use crate::bindings::variables::{Error, Host, HostWithStore};
use crate::instance::InstanceState;

impl Host for InstanceState {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl<T: Send> HostWithStore<T> for HasSelf<InstanceState> {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> Result<String, Error> {
        template::check_name(&name).map_err(Error::InvalidName)?;
        accessor.with(|mut access| {
            let component = &access.get().component;
            component.variables.get(&name).cloned().ok_or_else(|| {
                Error::Undefined(format!("no variable for \"{}\".\"{name}\"", component.id))
            })
        })
    }
}
