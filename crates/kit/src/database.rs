//! The store of a component, by its settings.

use std::rc::Rc;

use whisper_schema::Timestamp;
use whisper_store::Store;
use whisper_store::tables::component::HttpTransport;
use whisper_store::tables::{Credentials, Tables};

use crate::config::{APPWRITE_ENDPOINT, APPWRITE_PROJECT, Config, STORE};
use crate::error::{Error, Result};

/// Opens the store. Nothing is sent yet.
pub(crate) fn open(
    config: &Config,
    credentials: &Credentials,
    clock: &Rc<dyn Fn() -> Timestamp>,
) -> Result<Store> {
    match config.text(STORE).trim() {
        "appwrite" => appwrite(config, credentials, clock),
        "" | "sqlite" => sqlite(clock),
        "postgres" => postgres(config, clock),
        _ => Err(wrong(
            "the variable store is neither sqlite nor postgres nor appwrite",
        )),
    }
}

fn appwrite(
    config: &Config,
    credentials: &Credentials,
    clock: &Rc<dyn Fn() -> Timestamp>,
) -> Result<Store> {
    let endpoint = config.text(APPWRITE_ENDPOINT).trim();
    let project = config.text(APPWRITE_PROJECT).trim();
    if endpoint.is_empty() || project.is_empty() {
        let why = "store = appwrite needs the variables appwrite_endpoint and appwrite_project";
        return Err(wrong(why));
    }
    let tables = Tables::new(endpoint, project, credentials.clone(), HttpTransport);
    Ok(Store::tables(tables, Rc::clone(clock)))
}

#[cfg(feature = "spin")]
fn sqlite(clock: &Rc<dyn Fn() -> Timestamp>) -> Result<Store> {
    use whisper_store::spin::SpinDriver;

    Ok(Store::new(SpinDriver::new(), Rc::clone(clock)))
}

#[cfg(feature = "spin")]
fn postgres(config: &Config, clock: &Rc<dyn Fn() -> Timestamp>) -> Result<Store> {
    use whisper_store::postgres::spin::PostgresDriver;

    let url = config.text(crate::config::POSTGRES_URL).trim();
    if url.is_empty() {
        return Err(wrong("store = postgres needs the variable postgres_url"));
    }
    let store = Store::new(PostgresDriver::new(url), Rc::clone(clock));
    Ok(match config.text(crate::config::POSTGRES_REPLICA).trim() {
        "" => store,
        address => {
            let replica = PostgresDriver::new(address);
            store.with_replica(replica, crate::replica::listener(Rc::clone(clock)))
        }
    })
}

#[cfg(not(feature = "spin"))]
fn postgres(_: &Config, _: &Rc<dyn Fn() -> Timestamp>) -> Result<Store> {
    Err(wrong(
        "this build has no PostgreSQL: the variable store must be appwrite",
    ))
}

#[cfg(not(feature = "spin"))]
fn sqlite(_: &Rc<dyn Fn() -> Timestamp>) -> Result<Store> {
    Err(wrong(
        "this build has no SQLite: the variable store must be appwrite",
    ))
}

fn wrong(why: &str) -> Error {
    Error::internal(why.to_owned())
}
