//! Users: of the project, and of the console.

use serde_json::{Value, json};

use crate::auth::Who;
use crate::moment::Moment;

/// Somebody who signed up.
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    /// None of those whom a test made: they have JWTs alone.
    pub password: Option<String>,
    /// Teams, labels and the like.
    pub roles: Vec<String>,
    pub blocked: bool,
    pub created: Moment,
}

impl User {
    pub fn json(&self) -> Value {
        let created = self.created.text();
        json!({
            "$id": self.id, "name": self.name, "email": self.email, "status": !self.blocked, "labels": [], "prefs": {},
            "$createdAt": created, "$updatedAt": created, "registration": created, "passwordUpdate": created, "accessedAt": created,
            "emailVerification": false, "phone": "", "phoneVerification": false, "mfa": false, "targets": [],
        })
    }

    /// The user as the caller.
    pub fn who(&self, session: Option<String>) -> Who {
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
        Who::User { id, roles, session }
    }
}
