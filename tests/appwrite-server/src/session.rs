//! Sessions (A:app/controllers/api/account.php): signing in, out, and the JWTs of a session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::moment::Moment;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::write::unique;
use crate::{CONSOLE, PROJECT, account, auth};

/// Seconds that a session lasts: a year.
const LASTS: i64 = 31_536_000;
/// Seconds that a JWT lasts, unless somebody asks for fewer or more.
const JWT_LASTS: i64 = 900;

/// Somebody's being signed in.
pub struct Session {
    pub id: String,
    pub user: String,
    /// Whether it is one of the console's.
    pub console: bool,
    secret: String,
    created: Moment,
    expire: Moment,
}

impl Session {
    /// A new one.
    pub fn new(user: &str, console: bool, now: Moment) -> Self {
        Session {
            id: unique(now),
            user: user.to_owned(),
            console,
            // The secret may be guessable: it is only a test's.
            secret: format!("{}{}", unique(now), unique(now)),
            created: now,
            expire: now.plus(LASTS),
        }
    }

    /// The user's id and the secret, as a cookie has them.
    fn encoded(&self) -> String {
        STANDARD.encode(json!({"id": self.user, "secret": self.secret}).to_string())
    }

    /// The name of the cookie.
    fn cookie(console: bool) -> String {
        format!("a_session_{}", if console { CONSOLE } else { PROJECT })
    }

    /// Headers of an answer that signs somebody in: cookies, and the same for browsers that keep none.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let (name, value) = (Session::cookie(self.console), self.encoded());
        let expires = Timestamp::from_millisecond(self.expire.0).unwrap_or(Timestamp::MAX);
        let expires = expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT");
        let escaped: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let cookie = |name: &str| format!("{name}={escaped}; expires={expires}; path=/; httponly");
        let mut fallback = serde_json::Map::new();
        fallback.insert(name.clone(), value.into());
        vec![
            ("x-fallback-cookies", Value::from(fallback).to_string()),
            ("set-cookie", cookie(&format!("{name}_legacy"))),
            ("set-cookie", format!("{}; samesite=None", cookie(&name))),
        ]
    }

    fn json(&self, secret: bool) -> Value {
        json!({
            "$id": self.id, "$createdAt": self.created.text(), "$updatedAt": self.created.text(), "userId": self.user,
            "expire": self.expire.text(), "provider": "email", "providerUid": "", "ip": "127.0.0.1", "factors": ["password"],
            "current": true, "countryCode": "--", "countryName": "Unknown",
            "secret": if secret { self.encoded() } else { String::new() },
        })
    }
}

/// A session, and the headers of the answer that signs in.
pub type SignedIn = (Value, Vec<(&'static str, String)>);

/// `POST /account/sessions/email`.
pub fn create(project: &mut Project, call: &Call) -> Result<SignedIn, Refusal> {
    if call.who.user().is_some() {
        let message = "Creation of a session is prohibited when a session is active.";
        return Err(Refusal::new(401, "user_session_already_exists", message));
    }
    let (email, password) = (call.text("email")?, call.text("password")?);
    account::email(email)?;
    account::password(password)?;
    let email = email.to_lowercase();
    let people = project.people(call.console).iter();
    let known = |user: &&crate::user::User| {
        user.email == email && user.password.as_deref() == Some(password)
    };
    let user = people.clone().find(known).ok_or_else(|| {
        let message = "Invalid credentials. Please check the email and password.";
        Refusal::new(401, "user_invalid_credentials", message)
    })?;
    if user.blocked {
        let message = "The current user has been blocked.";
        return Err(Refusal::new(403, "user_blocked", message));
    }
    let session = Session::new(&user.id, call.console, call.now);
    let done = (session.json(call.who.is_key()), session.headers());
    project.sessions.push(session);
    Ok(done)
}

/// `DELETE /account/sessions/{session}`: one's own, or the current one.
pub fn delete(project: &mut Project, call: &Call) -> Answered {
    let (user, current) = (call.who.user(), call.who.session());
    let id = match call.param("session") {
        "current" => current.unwrap_or_default(),
        id => id,
    };
    let is_it = |session: &Session| session.id == id && Some(session.user.as_str()) == user;
    let Some(at) = project.sessions.iter().position(is_it) else {
        return Err(lost());
    };
    project.sessions.remove(at);
    Ok((204, Value::Null))
}

/// `POST /account/jwts`.
pub fn jwt(project: &mut Project, call: &Call) -> Answered {
    let duration = call.integer("duration")?.unwrap_or(JWT_LASTS);
    if !(0..=3600).contains(&duration) {
        let why = "Value must be a valid range between 0 and 3,600";
        return Err(Refusal::argument("duration", why));
    }
    let (user, session) = (call.who.user(), call.who.session());
    let (Some(user), Some(session)) = (user, session) else {
        // By a JWT none is made.
        let message = "The current user is not allowed to create a JWT without a session.";
        return Err(Refusal::new(403, "user_jwt_creation_denied", message));
    };
    let jwt = auth::mint(user, session, project.now().plus(duration));
    Ok((201, json!({"jwt": jwt})))
}

fn lost() -> Refusal {
    let message = "The current user session could not be found.";
    Refusal::new(404, "user_session_not_found", message)
}

/// Whether a session has neither ended nor expired.
pub fn is_active(project: &Project, id: &str) -> bool {
    let now = project.now();
    let good = |session: &Session| session.id == id && session.expire > now;
    project.sessions.iter().any(good)
}

/// The session that a request shows: in a cookie, in its own header, or in the one of browsers that keep no cookies.
pub fn shown<'p>(project: &'p Project, headers: &HeaderMap, console: bool) -> Option<&'p Session> {
    let name = Session::cookie(console);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let cookies = header("cookie").unwrap_or_default();
    let cookie = |name: &str| {
        let mut all = cookies
            .split(';')
            .filter_map(|one| one.trim().split_once('='));
        let (_, value) = all.find(|(known, _)| *known == name)?;
        let (value, _) = form_urlencoded::parse(value.as_bytes()).next()?;
        Some(value.into_owned())
    };
    let fallback = || {
        let all: Value = serde_json::from_str(header("x-fallback-cookies")?).ok()?;
        all[&name].as_str().map(str::to_owned)
    };
    let encoded = cookie(&name)
        .or_else(|| cookie(&format!("{name}_legacy")))
        .or_else(|| header("x-appwrite-session").map(str::to_owned))
        .or_else(fallback)?;
    let now = project.now();
    let is_it = |session: &&Session| {
        session.console == console && session.expire > now && session.encoded() == encoded
    };
    project.sessions.iter().find(is_it)
}
