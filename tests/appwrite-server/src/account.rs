//! `/account` (A:app/controllers/api/account.php): signing up, and the caller's own account.

use crate::call::Call;
use crate::event::Event;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};
use crate::user::User;
use crate::write::unique;
use crate::{check, format};

/// The user whose session or JWT it is.
pub fn get(project: &mut Project, call: &Call) -> Answered {
    let id = call.who.user().unwrap_or_default();
    let user = project
        .people(call.console)
        .iter()
        .find(|user| user.id == id);
    let user = user.ok_or_else(Refusal::unauthorized)?;
    Ok((200, user.json()))
}

/// Signs somebody up, at the project. The console takes no new users, as with `_APP_CONSOLE_WHITELIST_ROOT`.
pub fn create(project: &mut Project, call: &Call) -> Answered {
    let (id, address, secret) = (
        call.text("userId")?,
        call.text("email")?,
        call.text("password")?,
    );
    if id != "unique()" {
        check::id("userId", id)?;
    }
    email(address)?;
    password(secret)?;
    let name = call.text_or("name", "")?;
    if !name.is_empty() {
        check::name(name)?;
    }
    if call.console {
        let message = "Console registration is restricted to specific emails. Contact your administrator for more information.";
        return Err(Refusal::new(401, "user_email_not_whitelisted", message));
    }
    let id = match id {
        "unique()" => unique(call.now),
        id => id.to_owned(),
    };
    let address = address.to_lowercase();
    let taken = |user: &User| user.id == id || user.email == address;
    if project.users.iter().any(taken) {
        let message = "A user with the same id, email, or phone already exists in this project.";
        return Err(Refusal::new(409, "user_already_exists", message));
    }
    let user = User {
        id: id.clone(),
        name: name.to_owned(),
        email: address,
        password: Some(secret.to_owned()),
        roles: Vec::new(),
        blocked: false,
        created: call.now,
    };
    let (made, who) = (user.json(), user.who(None));
    project.users.push(user);
    let event = Event {
        name: format!("users.{id}.create"),
        payload: made.clone(),
    };
    // The event is by the new user.
    project.happened(event, &who);
    Ok((201, made))
}

pub fn email(text: &str) -> Result<(), Refusal> {
    match format::email(text) {
        true => Ok(()),
        false => Err(Refusal::argument(
            "email",
            "Value must be a valid email address",
        )),
    }
}

pub fn password(text: &str) -> Result<(), Refusal> {
    if (8..=256).contains(&text.len()) {
        return Ok(());
    }
    let why = "Password must be between 8 and 256 characters long.";
    Err(Refusal::argument("password", why))
}
