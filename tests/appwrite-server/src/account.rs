//! `GET /account`: the user whose JWT it is.

use crate::call::Call;
use crate::project::Project;
use crate::refusal::{Answered, Refusal};

pub fn get(project: &mut Project, call: &Call) -> Answered {
    let id = call.who.user().unwrap_or_default();
    let user = project.users.iter().find(|user| user.id == id);
    let user = user.ok_or_else(Refusal::unauthorized)?;
    Ok((200, user.json()))
}
