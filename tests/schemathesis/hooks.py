"""Rules that a description of an API can't express: requests that break one of them aren't made, or name things that are there.

Each is refused with a problem document that names the field; tests of the features ask for that.
"""

import json
import os
import re
from datetime import datetime, timedelta, timezone

import requests
import schemathesis
from schemathesis.generation import GenerationMode

BASE = os.environ["WHISPER_BASE"]
TOKEN = os.environ["WHISPER_TOKEN"]
# The caller; somebody in the conversations that are made here; and somebody else, whom requests block.
USER, MEMBER, OTHER = os.environ["WHISPER_USER"], os.environ["WHISPER_MEMBER"], os.environ["WHISPER_OTHER"]
# Where webhooks may be told of events.
ORIGIN = "https://hooks.example.com"
HOST = re.compile(r"://([A-Za-z0-9.-]+)")


def made(path, body):
    """Makes a thing of the caller's for one request, so that no request depends on those before it."""
    answer = requests.post(BASE + path, json=body, headers={"authorization": f"Bearer {TOKEN}"}, timeout=60)
    answer.raise_for_status()
    return answer.json()["id"]


# A file of the caller's in each bucket, and the buckets of the fields that name files. A file may be named often.
FILES = {}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)
BUCKETS = {
    "avatarFileId": "avatars",
    "coverImageFileId": "covers",
    "mediaFileId": "stories",
    "mediaFileIds": "messages",
    "thumbnailFileId": "messages",
}


def file_in(bucket):
    if bucket not in FILES:
        file = made("/v1/files", {"bucket": bucket, "name": "dot.png", "mimeType": "image/png", "size": len(PNG)})
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/octet-stream"}
        sent = requests.put(f"{BASE}/v1/files/{file}/content", data=PNG, headers=headers, timeout=60)
        sent.raise_for_status()
        FILES[bucket] = file
    return FILES[bucket]


def is_valid(case):
    return case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE


def new_conversation(path):
    # Routes about recipients, groups or a linked group are for one kind of conversation each.
    kinds = {"/recipients": "broadcast", "/groups": "community", "/linked-group": "channel"}
    kind = next((kind for part, kind in kinds.items() if part in path), "group")
    members = {} if kind == "community" else {"participantIds": [MEMBER]}
    return made("/v1/conversations", {"type": kind, "name": "Chess", **members})


def new_message(path, conversation):
    is_poll = "/poll" in path or "/vote" in path
    poll = {"contentType": "poll", "content": "When?", "metadata": {"options": ["Today", "Tomorrow"]}}
    return made(f"/v1/conversations/{conversation}/messages", poll if is_poll else {"content": "hello"})


@schemathesis.hook
def before_call(context, case, kwargs):
    """A valid request names things that are there: a conversation, a message and a story of the caller's, and people."""
    names, body = case.path_parameters or {}, case.body
    # Users can't block, follow or keep themselves.
    if names.get("userId") == USER or ("userId" in names and is_valid(case)):
        names["userId"] = MEMBER if "conversationId" in names else OTHER
    if not is_valid(case):
        return
    if "conversationId" in names:
        names["conversationId"] = new_conversation(case.path)
    if "messageId" in names:
        names["messageId"] = new_message(case.path, names["conversationId"])
    if "storyId" in names:
        names["storyId"] = made("/v1/stories", {"contentType": "text", "text": "hello"})
    if "reaction" in names:
        names["reaction"] = "👍"
    if isinstance(body, dict):
        name_what_is_there(case.path, names, body)


def name_what_is_there(path, names, body):
    # Times lie ahead, and the clock isn't part of a description.
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    for name in {"expiresAt", "sendAt"} & body.keys():
        if body[name] is not None:
            body[name] = tomorrow.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(body.get("expirationTime"), int):
        body["expirationTime"] = int(tomorrow.timestamp() * 1000)
    if body.get("userIds"):
        body["userIds"] = [MEMBER]
    if body.get("participantIds"):
        body["participantIds"] = [MEMBER]
    if body.get("conversationIds"):
        body["conversationIds"] = [new_conversation(path)]
    if path.endswith("/messages/delete"):
        body["ids"] = [new_message(path, names["conversationId"])]
    if path.endswith("/read") and "messageId" in body:
        body["messageId"] = new_message(path, names["conversationId"])
    if path.endswith("/vote"):
        body["options"] = [0]
    if path.endswith("/linked-group"):
        body["conversationId"] = new_conversation("")
    # The message that is edited is one of words.
    if path.endswith("/messages/{messageId}") and body.get("content") == "":
        body["content"] = "hello"
    for message in (body, body.get("message")):
        for name in BUCKETS.keys() & (message if isinstance(message, dict) else {}).keys():
            if message[name] is not None:
                file = file_in(BUCKETS[name])
                message[name] = [file for _ in message[name][:1]] if name.endswith("s") else file
        # The preview of a link is one of the message's own links.
        details = message.get("metadata") if isinstance(message, dict) else None
        preview = details.get("linkPreview") if isinstance(details, dict) else None
        if isinstance(preview, dict):
            message["links"] = [preview["url"]]


@schemathesis.hook
def before_add_examples(context, examples):
    examples[:] = [case for case in examples if can_be_accepted(case)]


@schemathesis.hook
def filter_case(context, case):
    return not is_valid(case) or can_be_accepted(case)


def can_be_accepted(case):
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
    return not isinstance(body, dict) or is_acceptable(case.path, body)


def is_acceptable(path, body):
    # An order names all of the caller's folders, each once; a folder holds something.
    if "folderIds" in body or (path.startswith("/v1/me/folders/") and body.get("kinds") == []):
        return False
    # A host's name has 253 characters at most; an expression of that is one that tools can't make texts of in time.
    if any(len(host) > 253 for host in HOST.findall(json.dumps(body))):
        return False
    # No two commands of a bot have one name.
    if path.endswith("/commands"):
        names = [command.get("name") for command in body.get("commands") or []]
        if len(set(map(str, names))) < len(names):
            return False
    # Webhooks call where the operator lets them.
    if "/webhooks/outgoing" in path and not body.get("url", ORIGIN).startswith(ORIGIN):
        return False
    # A time for muting goes with muting alone.
    return not (body.get("muteSeconds") and body.get("isMuted") is False)
