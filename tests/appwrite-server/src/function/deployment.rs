//! Deployments: a function's code as it was sent (A:src/Appwrite/Platform/Modules/Functions/Http/Deployments).

use bytes::Bytes;
use serde_json::{Value, json};

use super::found;
use crate::call::{Call, Sent};
use crate::check;
use crate::moment::Moment;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::write::unique;

/// Bytes of the largest: `_APP_COMPUTE_SIZE_LIMIT`.
pub const LARGEST: usize = 30_000_000;

/// A function's code. The hook that runs functions builds it: here it is ready as soon as somebody has looked often
/// enough.
pub struct Deployment {
    pub id: String,
    /// A tar.gz.
    pub code: Bytes,
    pub entrypoint: String,
    pub commands: String,
    pub created: Moment,
    function: String,
    activate: bool,
    /// How often it is still being built when somebody looks.
    looks: u32,
}

impl Deployment {
    pub fn status(&self) -> &'static str {
        if self.looks == 0 { "ready" } else { "building" }
    }

    fn json(&self) -> Value {
        let size = self.code.len();
        json!({
            "$id": self.id, "$createdAt": self.created.text(), "$updatedAt": self.created.text(), "type": "cli", "resourceId": self.function,
            "resourceType": "functions", "entrypoint": self.entrypoint, "sourceSize": size, "buildSize": size, "totalSize": size,
            "buildId": "", "activate": self.activate, "screenshotLight": "", "screenshotDark": "", "status": self.status(),
            "buildLogs": "", "buildDuration": 0,
        })
    }
}

/// A text of a form, of no more characters than these.
fn given(call: &Call, name: &str, most: usize) -> Result<Option<String>, Refusal> {
    if !call.body.contains_key(name) {
        return Ok(None);
    }
    let text = call.text(name)?;
    check::length(name, text, most)?;
    Ok(Some(text.to_owned()))
}

/// The file with the code, whose name ends as that of a tar.gz does.
fn code(call: &Call) -> Result<&Sent, Refusal> {
    let sent = call.files.iter().find(|file| file.field == "code");
    let empty = || Refusal::new(400, "storage_file_empty", "No file sent");
    let sent = sent.ok_or_else(empty)?;
    if !sent.name.to_lowercase().ends_with(".gz") {
        let message = "The given file extension is not supported.";
        return Err(Refusal::new(400, "storage_file_type_unsupported", message));
    }
    if sent.bytes.len() > LARGEST {
        let message = "The deployment file size is either not valid or exceeds the maximum allowed size. Please check the file or the value of the _APP_COMPUTE_SIZE_LIMIT environment variable.";
        return Err(Refusal::new(400, "deployment_invalid_file_size", message));
    }
    Ok(sent)
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let entrypoint = given(call, "entrypoint", 1028)?;
    let commands = given(call, "commands", 8192)?;
    let activate = match call.text("activate")? {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => {
            return Err(Refusal::argument(
                "activate",
                "Value must be a valid boolean",
            ));
        }
    };
    let looks = project.options.looks_until_available;
    let function = found(project, call)?;
    let entrypoint = entrypoint.unwrap_or_else(|| function.text("entrypoint").to_owned());
    if entrypoint.is_empty() {
        let message = "Entrypoint for your Appwrite Function is missing. Please specify it when making deployment or update the entrypoint under your function's \"Settings\" > \"Configuration\" > \"Entrypoint\".";
        return Err(Refusal::new(404, "function_entrypoint_missing", message));
    }
    let code = code(call)?;
    if call.in_parts {
        return Err(Refusal::unlike("uploads in parts, of more than 5 MB"));
    }
    let deployment = Deployment {
        id: unique(call.now),
        code: code.bytes.clone(),
        entrypoint,
        commands: commands.unwrap_or_else(|| function.text("commands").to_owned()),
        created: call.now,
        function: function.id.clone(),
        activate,
        looks,
    };
    let made = deployment.json();
    if activate && looks == 0 {
        function.active = Some(deployment.id.clone());
    }
    function.deployments.push(deployment);
    Ok((202, made))
}

pub fn list(project: &mut Project, call: &Call) -> Answered {
    let all = found(project, call)?.deployments.iter();
    let all = all.rev().map(Deployment::json).collect();
    page("deployments", all, call.page()?)
}

/// Looks at one. The last of the looks that it takes makes it ready, and active if it was sent to be.
pub fn get(project: &mut Project, call: &Call) -> Answered {
    let function = found(project, call)?;
    let id = call.param("deployment");
    let deployment = function.deployments.iter_mut().find(|one| one.id == id);
    let deployment =
        deployment.ok_or_else(|| Refusal::missing_as("Deployment", "deployment_not_found"))?;
    let before = deployment.looks;
    deployment.looks = before.saturating_sub(1);
    if before == 1 && deployment.activate {
        function.active = Some(deployment.id.clone());
    }
    Ok((200, deployment.json()))
}
