"""Refusals of well-formed requests that follow from the data, and not from the form of the request."""

import schemathesis

# Answers that tell nothing about the form: somebody else's, gone, taken, too much, too often.
FINE = {401, 403, 404, 409, 412, 429}
# Cursors and keys are good for what they were made of.
CODES = {"invalid_cursor", "idempotency_key_reused"}
# Ids that lead nowhere, oneself among them.
RULES = {"reference"}
# Rules that no schema tells: the operation, the field, and why.
FIELDS = {
    # A zone's name is looked up; and hours that begin when they end are none.
    ("setNotificationSettings", "timezone"),
    ("setNotificationSettings", "quietTo"),
    # A push service that this server sends to; a point of the curve; a time to come.
    ("subscribeToPush", "endpoint"),
    ("subscribeToPush", "keys.p256dh"),
    ("subscribeToPush", "expirationTime"),
    # Times to come.
    ("sendMessage", "expiresAt"),
    ("sendMessage", "metadata.liveUntil"),
    ("sendMessage", "metadata.expiresAt"),
    # One of two parameters, and not both.
    ("findUsers", "ids"),
}


def hangs_on_state(case, problem):
    if problem.get("code") in CODES:
        return True
    operation = case.operation.definition.raw.get("operationId")
    errors = problem.get("errors") or []
    known = [
        error["rule"] in RULES
        or (operation, error["field"]) in FIELDS
        # `after` and `before` of any list.
        or error["detail"] == "can't go together with after"
        for error in errors
    ]
    return bool(known) and all(known)


@schemathesis.check
def valid_requests_are_taken(ctx, response, case):
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code < 400:
        return
    if response.status_code in FINE or response.status_code >= 500:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    assert hangs_on_state(case, problem), f"a valid request is refused: {problem}"
