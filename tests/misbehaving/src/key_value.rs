//! The key-value store: `/kv/<operation>/<key>/<value>`.

use spin_sdk::key_value::{Error, Store};

/// Runs one operation and says its outcome.
pub async fn run(operation: &str) -> String {
    let parts: Vec<&str> = operation.split('/').collect();
    match try_run(&parts).await {
        Ok(answer) => answer,
        Err(error) => format!("error {error:?}"),
    }
}

async fn try_run(parts: &[&str]) -> Result<String, Error> {
    if let ["open", label] = parts {
        return Store::open(label).await.map(|_| "opened".to_owned());
    }
    let store = Store::open_default().await?;
    Ok(match parts {
        ["set", key, value] => {
            store.set(key, value.as_bytes()).await?;
            "set".to_owned()
        }
        ["get", key] => match store.get(key).await? {
            Some(value) => format!("value {}", String::from_utf8_lossy(&value)),
            None => "none".to_owned(),
        },
        ["exists", key] => store.exists(key).await?.to_string(),
        ["delete", key] => {
            store.delete(key).await?;
            "deleted".to_owned()
        }
        ["keys"] => {
            let mut keys = store.get_keys().await.collect().await?;
            keys.sort();
            keys.join(" ")
        }
        _ => "no such operation".to_owned(),
    })
}
