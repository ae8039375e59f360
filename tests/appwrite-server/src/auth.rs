//! Who calls: a key, a user by a JWT, or a guest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::moment::Moment;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::{KEY, PROJECT};

/// Who calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    Key,
    User { id: String, roles: Vec<String> },
    Guest,
}

impl Who {
    /// The roles of somebody who needs permissions.
    pub fn roles(&self) -> Option<Vec<String>> {
        match self {
            Who::Key => None,
            Who::User { roles, .. } => Some(roles.clone()),
            Who::Guest => Some(vec!["any".to_owned(), "guests".to_owned()]),
        }
    }

    pub fn is_key(&self) -> bool {
        *self == Who::Key
    }

    pub fn user(&self) -> Option<&str> {
        match self {
            Who::User { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// A user of the project.
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    /// Teams, labels and the like.
    pub roles: Vec<String>,
    pub blocked: bool,
}

impl User {
    pub fn json(&self) -> Value {
        json!({
            "$id": self.id, "name": self.name, "email": self.email, "status": !self.blocked, "labels": [], "prefs": {},
            "$createdAt": "2026-01-01T00:00:00.000+00:00", "$updatedAt": "2026-01-01T00:00:00.000+00:00",
            "registration": "2026-01-01T00:00:00.000+00:00", "emailVerification": false, "phone": "", "phoneVerification": false,
        })
    }

    fn who(&self) -> Who {
        let id = &self.id;
        let mut roles = vec![
            "any".to_owned(),
            format!("user:{id}"),
            "users".to_owned(),
            format!("user:{id}/unverified"),
            "users/unverified".to_owned(),
        ];
        roles.extend(self.roles.iter().cloned());
        let id = id.clone();
        Who::User { id, roles }
    }
}

const SECRET: &[u8] = b"the secret of the tests' server";

fn signature(signed: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).ok()?;
    mac.update(signed.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

/// A token of a user, good until then.
pub fn mint(user: &str, until: Moment) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let head = part(json!({"typ": "JWT", "alg": "HS256"}));
    let claims = part(json!({"userId": user, "sessionId": "s", "exp": until.0 / 1000}));
    let signed = format!("{head}.{claims}");
    let signature = signature(&signed).unwrap_or_default();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verified(token: &str, now: Moment) -> Result<String, &'static str> {
    let (signed, given) = token.rsplit_once('.').ok_or("Incomplete segments")?;
    let given = URL_SAFE_NO_PAD.decode(given).unwrap_or_default();
    if signature(signed) != Some(given) {
        return Err("Invalid token: Signature failed");
    }
    let (_, claims) = signed.split_once('.').ok_or("Incomplete segments")?;
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
    if claims["exp"].as_i64().unwrap_or_default() * 1000 <= now.0 {
        return Err("Invalid token: Expired");
    }
    Ok(claims["userId"].as_str().unwrap_or_default().to_owned())
}

/// What somebody with a JWT may ask for, and what a guest may.
const OF_USERS: [&str; 3] = ["rows.read", "rows.write", "account"];
const OF_GUESTS: [&str; 2] = ["rows.read", "rows.write"];

/// Finds out who calls, and whether what they have is enough for this scope.
pub fn admit(project: &Project, headers: &HeaderMap, scope: &str) -> Result<Who, Refusal> {
    // The version is nobody's secret: it is how a command line finds out that this is a server.
    if scope == "public" {
        return Ok(Who::Guest);
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-appwrite-project") != Some(PROJECT) {
        let message = "Project with the requested ID could not be found.";
        return Err(Refusal::new(404, "project_not_found", message));
    }
    let missing = |role: &str| {
        let message = format!("User (role: {role}) missing scopes ([\"{scope}\"])");
        Refusal::new(401, "general_unauthorized_scope", message)
    };
    if let Some(key) = header("x-appwrite-key") {
        let scopes = project.keys.iter().find(|(known, _)| known == key);
        let enough = match scopes {
            _ if key == KEY => scope != "account",
            Some((_, scopes)) => scopes.iter().any(|each| each == scope),
            None => return Err(Refusal::unauthorized()),
        };
        return match enough {
            true => Ok(Who::Key),
            false => Err(missing("applications")),
        };
    }
    let Some(token) = header("x-appwrite-jwt").filter(|token| !token.is_empty()) else {
        return match OF_GUESTS.contains(&scope) {
            true => Ok(Who::Guest),
            false => Err(missing("guests")),
        };
    };
    let id = verified(token, project.now()).map_err(|why| {
        let message = format!("Failed to verify JWT. {why}");
        Refusal::new(401, "user_jwt_invalid", message)
    })?;
    match project.users.iter().find(|user| user.id == id) {
        Some(user) if user.blocked => Err(Refusal::new(
            403,
            "user_blocked",
            "The current user has been blocked.",
        )),
        Some(user) if OF_USERS.contains(&scope) => Ok(user.who()),
        Some(_) => Err(missing("users")),
        // Gone since: a guest, then.
        None if OF_GUESTS.contains(&scope) => Ok(Who::Guest),
        None => Err(missing("guests")),
    }
}
