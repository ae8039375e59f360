//! Buckets.

use serde_json::{Value, json};

use crate::call::Call;
use crate::check;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};

/// A bucket.
pub struct Bucket {
    id: String,
    made: Value,
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = project.buckets.iter().map(|bucket| bucket.made.clone());
    page("buckets", all.collect(), call.page()?)
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let id = call.text("bucketId")?;
    check::id("bucketId", id)?;
    if project.buckets.iter().any(|bucket| bucket.id == id) {
        return Err(Refusal::new(
            409,
            "storage_bucket_already_exists",
            "A storage bucket with the requested ID already exists.",
        ));
    }
    let made = described(project, call, id)?;
    project.buckets.push(Bucket {
        id: id.to_owned(),
        made: made.clone(),
    });
    Ok((201, made))
}

pub fn get(project: &mut Project, call: &Call) -> Answered {
    Ok((200, found(project, call)?.made.clone()))
}

pub fn update(project: &mut Project, call: &Call) -> Answered {
    let made = described(project, call, call.param("bucket"))?;
    found(project, call)?.made = made.clone();
    Ok((200, made))
}

pub fn delete(project: &mut Project, call: &Call) -> Answered {
    found(project, call)?;
    project
        .buckets
        .retain(|bucket| bucket.id != call.param("bucket"));
    Ok((204, Value::Null))
}

fn found<'a>(project: &'a mut Project, call: &Call) -> Result<&'a mut Bucket, Refusal> {
    let bucket = project
        .buckets
        .iter_mut()
        .find(|bucket| bucket.id == call.param("bucket"));
    bucket.ok_or_else(|| {
        let message = "Storage bucket with the requested ID could not be found.";
        Refusal::new(404, "storage_bucket_not_found", message)
    })
}

fn described(project: &Project, call: &Call, id: &str) -> Result<Value, Refusal> {
    let name = call.text("name")?;
    check::name(name)?;
    let permissions = call.texts("permissions")?.unwrap_or_default();
    check::permissions(&permissions)?;
    let limit = i64::try_from(project.options.storage_limit).unwrap_or(i64::MAX);
    let size = call.integer("maximumFileSize")?.unwrap_or(limit);
    if !(1..=limit).contains(&size) {
        let why = format!("Value must be a valid range between 1 and {limit}");
        return Err(Refusal::argument("maximumFileSize", &why));
    }
    let compression = match call.body.get("compression") {
        None | Some(Value::Null) => "none",
        Some(value) => value.as_str().unwrap_or_default(),
    };
    if !["none", "gzip", "zstd"].contains(&compression) {
        return Err(Refusal::argument(
            "compression",
            "Value must be one of (none, gzip, zstd)",
        ));
    }
    let extensions = call.texts("allowedFileExtensions")?.unwrap_or_default();
    if extensions.len() > 100 {
        return Err(Refusal::argument(
            "allowedFileExtensions",
            "Value must be at most 100 items",
        ));
    }
    Ok(json!({
        "$id": id, "name": name, "$permissions": permissions,
        "fileSecurity": call.flag("fileSecurity", false)?, "enabled": call.flag("enabled", true)?,
        "maximumFileSize": size, "allowedFileExtensions": extensions, "compression": compression,
        "encryption": call.flag("encryption", true)?, "antivirus": call.flag("antivirus", true)?,
    }))
}
