//! Domains of functions (A:src/Appwrite/Platform/Modules/Proxy/Http/Rules). Nothing answers at them here.

use serde_json::{Value, json};

use crate::call::Call;
use crate::check;
use crate::moment::Moment;
use crate::project::{Project, page};
use crate::refusal::{Answered, Refusal};
use crate::write::unique;

/// A domain, and the function that answers there.
pub struct Rule {
    id: String,
    domain: String,
    pub function: String,
    created: Moment,
}

impl Rule {
    fn json(&self) -> Value {
        json!({
            "$id": self.id, "$createdAt": self.created.text(), "$updatedAt": self.created.text(), "domain": self.domain,
            "type": "deployment", "trigger": "manual", "redirectUrl": "", "redirectStatusCode": 301, "deploymentId": "",
            "deploymentResourceType": "function", "deploymentResourceId": self.function, "deploymentVcsProviderBranch": "",
            "status": "verified", "logs": "", "renewAt": "",
        })
    }
}

pub fn create(project: &mut Project, call: &Call) -> Answered {
    let (domain, function) = (call.text("domain")?, call.text("functionId")?);
    let label = |label: &str| {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(inside)
    };
    if !domain.contains('.') || !domain.split('.').all(label) {
        return Err(Refusal::argument("domain", "Value must be a valid domain"));
    }
    check::id("functionId", function)?;
    if !project.functions.iter().any(|known| known.id == function) {
        let message = "Resource could not be found. Please check if the resourceId and resourceType are correct, or if the resource actually exists.";
        return Err(Refusal::new(404, "rule_resource_not_found", message));
    }
    if project.rules.iter().any(|rule| rule.domain == domain) {
        let message = "Domain is already used. Please try again with a different domain.";
        return Err(Refusal::new(409, "rule_already_exists", message));
    }
    let rule = Rule {
        id: unique(call.now),
        domain: domain.to_owned(),
        function: function.to_owned(),
        created: call.now,
    };
    let made = rule.json();
    project.rules.push(rule);
    Ok((201, made))
}

/// All of them, or those that the queries `equal` say.
pub fn list(project: &mut Project, call: &Call) -> Answered {
    let wrong = || Refusal::new(400, "general_query_invalid", "Invalid `queries` param");
    let mut all: Vec<Value> = project.rules.iter().map(Rule::json).collect();
    let mut limit = 25;
    for text in call.queries() {
        let query: Value = serde_json::from_str(&text).map_err(|_| wrong())?;
        let values = query["values"].as_array().ok_or_else(wrong)?;
        match (query["method"].as_str(), query["attribute"].as_str()) {
            (Some("limit"), _) => {
                let most = values.first().and_then(Value::as_u64).ok_or_else(wrong)?;
                limit = usize::try_from(most).map_err(|_| wrong())?;
            }
            (Some("equal"), Some(attribute)) => {
                all.retain(|rule| values.contains(&rule[attribute]));
            }
            _ => return Err(Refusal::unlike("rules by another query")),
        }
    }
    page("rules", all, (0, limit))
}
