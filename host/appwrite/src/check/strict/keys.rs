//! The keys themselves, those of command line 25.1 (`lib/commands/config.ts`).

use super::Keys;
use super::Shape::{Anything, Flag, Many, MaybeNumber, Names, Number, One, Text, Texts};

/// A file.
pub(super) const ROOT: Keys = Keys {
    needed: &[("projectId", Text)],
    known: &[
        ("organizationId", Text),
        ("projectName", Text),
        ("endpoint", Text),
        ("includes", Names),
        ("settings", One(&SETTINGS)),
        ("functions", Many(&FUNCTION)),
        ("sites", Many(&SITE)),
        ("databases", Many(&DATABASE)),
        ("collections", Many(&COLLECTION)),
        ("tablesDB", Many(&DATABASE)),
        ("tables", Many(&TABLE)),
        ("topics", Many(&TOPIC)),
        ("teams", Many(&NAMED)),
        ("buckets", Many(&BUCKET)),
        ("webhooks", Many(&WEBHOOK)),
        ("messages", Many(&MESSAGE)),
    ],
};

const NAMED: Keys = Keys {
    needed: &[("$id", Text), ("name", Text)],
    known: &[],
};

const DATABASE: Keys = Keys {
    needed: &[("$id", Text), ("name", Text)],
    known: &[("enabled", Flag)],
};

const TABLE: Keys = Keys {
    needed: &[("$id", Text), ("databaseId", Text), ("name", Text)],
    known: &[
        ("$permissions", Texts),
        ("enabled", Flag),
        ("rowSecurity", Flag),
        ("columns", Many(&COLUMN)),
        ("indexes", Many(&INDEX)),
    ],
};

const COLLECTION: Keys = Keys {
    needed: &[("$id", Text), ("databaseId", Text), ("name", Text)],
    known: &[
        ("$permissions", Texts),
        ("enabled", Flag),
        ("documentSecurity", Flag),
        ("attributes", Many(&COLUMN)),
        ("indexes", Many(&LEGACY_INDEX)),
    ],
};

const COLUMN: Keys = Keys {
    needed: &[("key", Text), ("type", Text)],
    known: &[
        ("required", Flag),
        ("array", Flag),
        ("size", Number),
        ("default", Anything),
        ("min", MaybeNumber),
        ("max", MaybeNumber),
        ("format", Text),
        ("elements", Texts),
        ("relatedCollection", Text),
        ("relatedTable", Text),
        ("relationType", Text),
        ("twoWay", Flag),
        ("twoWayKey", Text),
        ("onDelete", Text),
        ("side", Text),
        ("attributes", Texts),
        ("columns", Texts),
        ("orders", Texts),
        ("encrypt", Flag),
        ("previousKey", Text),
    ],
};

const INDEX: Keys = Keys {
    needed: &[("key", Text), ("type", Text), ("columns", Texts)],
    known: &[("status", Text), ("orders", Texts)],
};

const LEGACY_INDEX: Keys = Keys {
    needed: &[("key", Text), ("type", Text), ("attributes", Texts)],
    known: &[("status", Text), ("orders", Texts)],
};

const BUCKET: Keys = Keys {
    needed: &[("$id", Text), ("name", Text)],
    known: &[
        ("$permissions", Texts),
        ("fileSecurity", Flag),
        ("enabled", Flag),
        ("maximumFileSize", Number),
        ("allowedFileExtensions", Texts),
        ("compression", Text),
        ("encryption", Flag),
        ("antivirus", Flag),
    ],
};

const FUNCTION: Keys = Keys {
    needed: &[("$id", Text), ("name", Text), ("runtime", Text)],
    known: &[
        ("path", Text),
        ("execute", Texts),
        ("enabled", Flag),
        ("logging", Flag),
        ("buildSpecification", Text),
        ("runtimeSpecification", Text),
        ("deploymentRetention", Number),
        ("scopes", Texts),
        ("events", Texts),
        ("schedule", Text),
        ("timeout", Number),
        ("entrypoint", Text),
        ("commands", Text),
        ("vars", Names),
        ("ignore", Text),
    ],
};

const SITE: Keys = Keys {
    needed: &[("$id", Text), ("name", Text)],
    known: &[
        ("path", Text),
        ("logging", Flag),
        ("timeout", Number),
        ("framework", Text),
        ("buildRuntime", Text),
        ("adapter", Text),
        ("installCommand", Text),
        ("buildCommand", Text),
        ("outputDirectory", Text),
        ("fallbackFile", Text),
        ("installationId", Text),
        ("providerRepositoryId", Text),
        ("providerBranch", Text),
        ("providerSilentMode", Flag),
        ("providerRootDirectory", Text),
        ("buildSpecification", Text),
        ("runtimeSpecification", Text),
        ("deploymentRetention", Number),
        ("startCommand", Text),
        ("vars", Names),
    ],
};

const TOPIC: Keys = Keys {
    needed: &[("$id", Text), ("name", Text)],
    known: &[("subscribe", Texts)],
};

const WEBHOOK: Keys = Keys {
    needed: &[
        ("$id", Text),
        ("name", Text),
        ("url", Text),
        ("events", Texts),
    ],
    known: &[("enabled", Flag), ("tls", Flag)],
};

const MESSAGE: Keys = Keys {
    needed: &[("$id", Text), ("name", Text)],
    known: &[
        ("emailTotal", Number),
        ("smsTotal", Number),
        ("pushTotal", Number),
        ("subscribe", Texts),
    ],
};

const SETTINGS: Keys = Keys {
    needed: &[],
    known: &[
        ("services", One(&SERVICES)),
        ("protocols", One(&PROTOCOLS)),
        ("auth", One(&AUTH)),
    ],
};

const SERVICES: Keys = Keys {
    needed: &[],
    known: &[
        ("account", Flag),
        ("avatars", Flag),
        ("databases", Flag),
        ("locale", Flag),
        ("health", Flag),
        ("storage", Flag),
        ("teams", Flag),
        ("users", Flag),
        ("sites", Flag),
        ("functions", Flag),
        ("graphql", Flag),
        ("messaging", Flag),
    ],
};

const PROTOCOLS: Keys = Keys {
    needed: &[],
    known: &[("rest", Flag), ("graphql", Flag), ("websocket", Flag)],
};

const AUTH: Keys = Keys {
    needed: &[],
    known: &[("methods", One(&METHODS)), ("security", One(&SECURITY))],
};

const METHODS: Keys = Keys {
    needed: &[],
    known: &[
        ("jwt", Flag),
        ("phone", Flag),
        ("invites", Flag),
        ("anonymous", Flag),
        ("email-otp", Flag),
        ("magic-url", Flag),
        ("email-password", Flag),
    ],
};

const SECURITY: Keys = Keys {
    needed: &[],
    known: &[
        ("duration", Number),
        ("limit", MaybeNumber),
        ("sessionsLimit", MaybeNumber),
        ("passwordHistory", MaybeNumber),
        ("passwordDictionary", Flag),
        ("personalDataCheck", Flag),
        ("sessionAlerts", Flag),
        ("mockNumbers", Many(&MOCK_NUMBER)),
    ],
};

const MOCK_NUMBER: Keys = Keys {
    needed: &[("phone", Text), ("otp", Text)],
    known: &[],
};
