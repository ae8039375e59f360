//! Callers: a key, somebody who is signed in, or a guest; and the scopes of each.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::moment::Moment;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::session;
use crate::{CONSOLE, KEY, PROJECT};

/// A caller.
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    Key,
    /// Somebody of the console, who may do everything in the project.
    Admin {
        id: String,
        session: String,
    },
    User {
        id: String,
        roles: Vec<String>,
        /// The session that they showed; none when they showed a JWT.
        session: Option<String>,
    },
    Guest,
}

impl Who {
    /// The roles of somebody who needs permissions.
    pub fn roles(&self) -> Option<Vec<String>> {
        match self {
            Who::Key | Who::Admin { .. } => None,
            Who::User { roles, .. } => Some(roles.clone()),
            Who::Guest => Some(vec!["any".to_owned(), "guests".to_owned()]),
        }
    }

    /// Whether permissions don't matter: to a key, and to somebody of the console.
    pub fn is_key(&self) -> bool {
        self.roles().is_none()
    }

    pub fn user(&self) -> Option<&str> {
        match self {
            Who::Admin { id, .. } | Who::User { id, .. } => Some(id),
            _ => None,
        }
    }

    pub fn session(&self) -> Option<&str> {
        match self {
            Who::Admin { session, .. } => Some(session),
            Who::User { session, .. } => session.as_deref(),
            _ => None,
        }
    }
}

const SECRET: &[u8] = b"the secret of the tests' server";

fn signature(signed: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).ok()?;
    mac.update(signed.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

/// A JWT with these claims, good until then.
fn minted(mut claims: Map<String, Value>, until: Moment) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    claims.insert("exp".to_owned(), (until.0 / 1000).into());
    let head = part(json!({"typ": "JWT", "alg": "HS256"}));
    let signed = format!("{head}.{}", part(claims.into()));
    let signature = signature(&signed).unwrap_or_default();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token of a user's session, good until then.
pub fn mint(user: &str, session: &str, until: Moment) -> String {
    let claims = [("userId", user), ("sessionId", session)];
    let claims = claims.map(|(name, value)| (name.to_owned(), value.into()));
    minted(claims.into_iter().collect(), until)
}

/// The key that a function is called with: good until then, for these scopes.
pub fn ephemeral(scopes: &Value, until: Moment) -> String {
    let claims = [("projectId", PROJECT.into()), ("scopes", scopes.clone())];
    let claims = claims.map(|(name, value)| (name.to_owned(), value));
    let jwt = minted(claims.into_iter().collect(), until);
    format!("ephemeral_{jwt}")
}

fn verified(token: &str, now: Moment) -> Result<Value, &'static str> {
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
    Ok(claims)
}

/// Scopes of somebody who is signed in, and of a guest, among those of the routes here (A:app/config/roles.php).
const OF_USERS: [&str; 8] = [
    "rows.read",
    "rows.write",
    "account",
    "sessions.write",
    "executions.read",
    "executions.write",
    "projects.read",
    "rules.read",
];
const OF_GUESTS: [&str; 4] = [
    "rows.read",
    "rows.write",
    "sessions.write",
    "executions.write",
];

/// Finds out the caller, and whether their rights are enough for this scope; of several, parted by spaces, one is.
pub fn admit(project: &Project, headers: &HeaderMap, scope: &str) -> Result<Who, Refusal> {
    // The version is public: command lines ask for it to find out that this is a server.
    if scope == "public" {
        return Ok(Who::Guest);
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-appwrite-project").unwrap_or_default().is_empty() {
        let message = "Project ID is missing. Please add it to the X-Appwrite-Project header.";
        return Err(Refusal::new(403, "project_id_missing", message));
    }
    let console = header("x-appwrite-project") == Some(CONSOLE);
    if !console && header("x-appwrite-project") != Some(PROJECT) {
        let message = "Project with the requested ID could not be found. Please check the value of the X-Appwrite-Project header to ensure the correct project ID is being used.";
        return Err(Refusal::new(404, "project_not_found", message));
    }
    if let Some(key) = header("x-appwrite-key").filter(|_| !console) {
        return by_key(project, key, scope);
    }
    let admin = !console && header("x-appwrite-mode") == Some("admin");
    let who = person(project, headers, console || admin)?;
    let role = match &who {
        Some(Who::User { .. }) => "users",
        Some(_) => "owner",
        None => "guests",
    };
    let enough = |scopes: &[&str]| scope.split(' ').any(|each| scopes.contains(&each));
    let good = match &who {
        // Owners of a project may do all that there is here.
        Some(Who::Admin { .. }) if admin => true,
        Some(_) => enough(&OF_USERS),
        None => enough(&OF_GUESTS),
    };
    let people = project.people(console || admin);
    let user = people
        .iter()
        .find(|user| who.as_ref().and_then(Who::user) == Some(&user.id));
    if !good {
        let name = user.map_or("User", |user| &user.email);
        return Err(missing(name, role, scope));
    }
    match user {
        Some(user) if user.blocked => Err(Refusal::new(
            403,
            "user_blocked",
            "The current user has been blocked.",
        )),
        _ => Ok(who.unwrap_or(Who::Guest)),
    }
}

fn missing(name: &str, role: &str, scope: &str) -> Refusal {
    let scopes: Vec<&str> = scope.split(' ').collect();
    let scopes = Value::from(scopes);
    let message = format!("{name} (role: {role}) missing scopes ({scopes})");
    Refusal::new(401, "general_unauthorized_scope", message)
}

/// A standard key, or one that a function was called with.
fn by_key(project: &Project, key: &str, scope: &str) -> Result<Who, Refusal> {
    let has = |scopes: &[String]| scope.split(' ').any(|one| scopes.iter().any(|s| s == one));
    let enough = if key == KEY {
        scope != "account"
    } else if let Some(jwt) = key.strip_prefix("ephemeral_") {
        let claims = verified(jwt, project.now()).map_err(|_| {
            let message = "The project key has expired. Please generate a new key using the Appwrite console.";
            Refusal::new(401, "project_key_expired", message)
        })?;
        let scopes: Vec<String> =
            serde_json::from_value(claims["scopes"].clone()).unwrap_or_default();
        has(&scopes)
    } else {
        let known = project.keys.iter().find(|(known, _)| known == key);
        let (_, scopes) = known.ok_or_else(Refusal::unauthorized)?;
        has(scopes)
    };
    let name = format!("app.{PROJECT}@service.127.0.0.1");
    match enough {
        true => Ok(Who::Key),
        false => Err(missing(&name, "applications", scope)),
    }
}

/// The user, of the console or of the project, whose session or JWT the request shows; none for a guest.
fn person(project: &Project, headers: &HeaderMap, console: bool) -> Result<Option<Who>, Refusal> {
    let session = session::shown(project, headers, console);
    let token = headers
        .get("x-appwrite-jwt")
        .and_then(|value| value.to_str().ok());
    let token = token.filter(|token| !token.is_empty());
    let (id, session) = match (session, token) {
        (Some(_), Some(_)) => {
            let message = "JWT and cookie used in the same request. Use either `setJWT` or `setCookie`. Learn about which authentication method to use in the SSR docs: https://appwrite.io/docs/products/auth/server-side-rendering";
            return Err(Refusal::new(403, "user_jwt_and_cookie_set", message));
        }
        (Some(session), None) => (session.user.clone(), Some(session.id.clone())),
        (None, Some(token)) => {
            let claims = verified(token, project.now()).map_err(|why| {
                let message = format!("Failed to verify JWT. {why}");
                Refusal::new(401, "user_jwt_invalid", message)
            })?;
            // A JWT of a session that has ended makes the caller a guest. One without a session, as executions that wait
            // have it, counts.
            let session = claims["sessionId"].as_str().unwrap_or_default();
            if !session.is_empty() && !session::is_active(project, session) {
                return Ok(None);
            }
            let id = claims["userId"].as_str().unwrap_or_default();
            (id.to_owned(), None)
        }
        (None, None) => return Ok(None),
    };
    let user = project.people(console).iter().find(|user| user.id == id);
    Ok(user.map(|user| match (console, session) {
        (true, session) => Who::Admin {
            id,
            session: session.unwrap_or_default(),
        },
        (false, session) => user.who(session),
    }))
}
