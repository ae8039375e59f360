"""Rules that a description of an API can't express: requests that break one of them aren't made.

Each is refused with a problem document that names the field; tests of the features ask for that.
"""

import os

import schemathesis

# The caller, and somebody else.
USER = os.environ["WHISPER_USER"]
OTHER = os.environ["WHISPER_OTHER"]


@schemathesis.hook
def before_call(context, case, kwargs):
    # Nobody blocks, follows or keeps themselves.
    if (case.path_parameters or {}).get("userId") == USER:
        case.path_parameters["userId"] = OTHER


@schemathesis.hook
def filter_case(context, case):
    query, headers, body = case.query or {}, case.headers or {}, case.body
    # Cursors are those that a page gave.
    if {"after", "before", "since"} & query.keys():
        return False
    # People are looked for in one of two ways.
    if {"ids", "query"} <= query.keys():
        return False
    for name, value in headers.items():
        # A key belongs to one request; another one with it is refused.
        if name.lower() == "idempotency-key":
            return False
        # Made up against the pattern that the document gives.
        if name.lower() == "if-match" and not value:
            return False
    # Times are later than now, and the clock isn't part of a description.
    if isinstance(body, dict) and isinstance(body.get("expirationTime"), int):
        return False
    # What these name has to be there, and be the caller's.
    named = ("/messages/delete", "/folders", "/webhooks/", "/pinned-conversations")
    if any(part in case.path for part in named):
        return False
    if isinstance(body, dict):
        # Ends lie in the future, members exist, and nobody mutes for a time what they don't mute.
        if body.get("expiresAt") or body.get("participantIds"):
            return False
        if body.get("muteSeconds") and body.get("isMuted") is False:
            return False
    return True
