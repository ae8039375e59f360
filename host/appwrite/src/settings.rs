//! `settings` of the configuration: the server's services that the bundle needs, and how users sign in.

use serde::Serialize;

/// The section.
#[derive(Serialize)]
pub(crate) struct Settings {
    services: Services,
    auth: Auth,
}

/// The services that the bundle uses. Services that aren't named stay as they are.
#[derive(Serialize)]
struct Services {
    account: bool,
    databases: bool,
    functions: bool,
    storage: bool,
    users: bool,
}

#[derive(Serialize)]
struct Auth {
    methods: Methods,
    security: Security,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Methods {
    jwt: bool,
    phone: bool,
    invites: bool,
    anonymous: bool,
    email_otp: bool,
    magic_url: bool,
    email_password: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Security {
    /// Seconds that a session lasts.
    duration: u32,
    /// Users that may sign up; 0 for any number.
    limit: u32,
    sessions_limit: u32,
    password_history: u32,
    password_dictionary: bool,
    personal_data_check: bool,
    session_alerts: bool,
    mock_numbers: [(); 0],
}

/// As the accounts of the bundle are: by email and password or anonymous, at most ten sessions. JWTs say who calls a
/// function.
pub(crate) const SETTINGS: Settings = Settings {
    services: Services {
        account: true,
        databases: true,
        functions: true,
        storage: true,
        users: true,
    },
    auth: Auth {
        methods: Methods {
            jwt: true,
            phone: false,
            invites: false,
            anonymous: true,
            email_otp: false,
            magic_url: false,
            email_password: true,
        },
        security: Security {
            duration: 31_536_000,
            limit: 0,
            sessions_limit: 10,
            password_history: 0,
            password_dictionary: true,
            personal_data_check: true,
            session_alerts: false,
            mock_numbers: [],
        },
    },
};
