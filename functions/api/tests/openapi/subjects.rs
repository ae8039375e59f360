//! The subjects of the document, in the order to read them.

use whisper_kit::openapi::Subject;

const fn subject(
    name: &'static str,
    about: &'static str,
    paths: &'static [&'static str],
) -> Subject {
    Subject { name, about, paths }
}

pub const SUBJECTS: &[Subject] = &[
    subject(
        "Accounts",
        "Signing up, and one's own account.",
        &["/v1/accounts", "/v1/me"],
    ),
    subject(
        "Sessions",
        "Signing in and out, and the devices that are signed in.",
        &["/v1/sessions", "/.well-known"],
    ),
    subject(
        "People",
        "Other people, and people one has blocked.",
        &["/v1/users", "/v1/blocks"],
    ),
    subject(
        "Contacts",
        "One's address book, and who asks to be in it.",
        &[
            "/v1/contacts",
            "/v1/contact-requests",
            "/v1/contact-discovery",
            "/v1/contact-imports",
        ],
    ),
    subject("Follows", "Follows between users.", &["/v1/follows"]),
    subject(
        "Conversations",
        "Direct conversations and groups, their members, and each member's own view of them.",
        &["/v1/conversations", "/v1/me/drafts"],
    ),
    subject(
        "Joining",
        "Invitations into groups, requests to join them, and the directory of public groups.",
        &[
            "/v1/invitations",
            "/v1/directory",
            "/v1/me/join-requests",
            "/v1/conversations/{}/invitations",
            "/v1/conversations/{}/join-requests",
            "/v1/conversations/{}/join",
            "/v1/conversations/{}/listing",
        ],
    ),
    subject(
        "Messages",
        "Sending and reading, and members' actions on messages.",
        &[
            "/v1/conversations/{}/messages",
            "/v1/conversations/{}/pins",
            "/v1/me/starred-messages",
            "/v1/me/scheduled-messages",
            "/v1/conversations/{}/scheduled-messages",
            "/v1/conversations/{}/read",
        ],
    ),
    subject(
        "Search",
        "Finding messages by their words, and by the media, files and links that they carry.",
        &[
            "/v1/search",
            "/v1/me/mentions",
            "/v1/conversations/{}/search",
            "/v1/conversations/{}/media",
        ],
    ),
    subject(
        "Integrations",
        "Programs that take part in conversations: webhooks that post, webhooks that are told of events, and bots.",
        &[
            "/v1/webhooks",
            "/v1/conversations/{}/webhooks",
            "/v1/conversations/{}/commands",
            "/v1/me/bots",
            "/v1/me/commands",
        ],
    ),
    subject(
        "Realtime",
        "Events as they happen: streams, who is writing, and who is there.",
        &[
            "/v1/realtime",
            "/v1/presence",
            "/v1/me/presence",
            "/v1/conversations/{}/typing",
        ],
    ),
    subject(
        "Files",
        "Uploads, what is served of them, and one's own library.",
        &["/v1/files", "/v1/me/files"],
    ),
    subject(
        "Stories",
        "Posts that vanish after a day.",
        &["/v1/stories"],
    ),
    subject(
        "Notifications",
        "News about oneself, and the choice of kinds to hear of.",
        &["/v1/notifications", "/v1/me/notification-settings"],
    ),
    subject(
        "Push",
        "Devices that are told of new messages.",
        &["/v1/push"],
    ),
    subject(
        "Progress",
        "Experience points, badges and leaderboards.",
        &["/v1/me/progress", "/v1/badges", "/v1/leaderboards"],
    ),
    subject("Errors", "Reports of errors in apps.", &["/v1/errors"]),
    subject(
        "Service",
        "The service itself.",
        &["/", "/health", "/docs", "/v1/openapi.json"],
    ),
    subject(
        "Operation",
        "For operators and schedules, with the operator's key.",
        &["/internal"],
    ),
];
