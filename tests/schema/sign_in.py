"""Signs in as the account that the run has made, and lets every request say so with a token."""

import functools
import json
import os
import urllib.request

import schemathesis

ADDRESS = os.environ["LETIP_ADDRESS"]


def post(path, body, headers):
    """Sends JSON; answers the headers and the body of the answer."""
    request = urllib.request.Request(
        ADDRESS + path,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Origin": ADDRESS, **headers},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers, json.load(answer)


@functools.cache
def token():
    """The secret of a token, made once: signing in is slow by design and limited in its rate."""
    account = {"email": os.environ["LETIP_EMAIL"], "password": os.environ["LETIP_PASSWORD"]}
    headers, _ = post("/api/auth/login", account, {})
    session = {"Cookie": headers["Set-Cookie"].partition(";")[0]}
    _, made = post("/api/auth/tokens", {"name": "schema tests", "role": "admin"}, session)
    return made["secret"]


@schemathesis.auth()
class Token:
    def get(self, case, context):
        return token()

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
