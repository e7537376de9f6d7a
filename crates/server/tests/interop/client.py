"""A client on python-socketio, steered by tests/api/interop.rs.

Usage: python client.py OPTIONS, a JSON object: url, transports, namespace, headers, auth.
Prints a JSON line for everything that happens. Each line that it reads is an event to send, as a JSON array;
"disconnect" leaves; at the end of its input it ends.
"""

import asyncio
import json
import os
import sys

import socketio

OPTIONS = json.loads(sys.argv[1])
NAMESPACE = OPTIONS["namespace"]


def tell(**line):
    print(json.dumps(line), flush=True)


class Events(socketio.AsyncClientNamespace):
    seen = (OPTIONS["auth"] or {}).get("since")

    def auth(self):
        return {**OPTIONS["auth"], "since": self.seen} if isinstance(self.seen, int) else OPTIONS["auth"]

    async def trigger_event(self, event, *args):
        first = args[0] if args else None
        if event == "connect":
            tell(connected=self.client.transport())
        elif event == "connect_error":
            refused = first.get("message", first) if isinstance(first, dict) else str(first)
            tell(refused=refused)
        elif event == "disconnect":
            tell(disconnected=first)
        elif not event.startswith("__"):
            if isinstance(first, dict) and isinstance(first.get("seq"), int):
                self.seen = first["seq"]
            tell(event=event, data=first)


async def obey(client):
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        if command == "disconnect":
            await client.disconnect()
        else:
            await client.emit(command[0], command[1] if len(command) > 1 else None, namespace=NAMESPACE)


async def main():
    client = socketio.AsyncClient(reconnection_delay=0.05, reconnection_delay_max=0.1, randomization_factor=0)
    events = Events(NAMESPACE)
    client.register_namespace(events)
    try:
        await client.connect(
            OPTIONS["url"],
            auth=events.auth,
            headers=OPTIONS["headers"],
            transports=OPTIONS["transports"],
            namespaces=[NAMESPACE],
            wait_timeout=60,
        )
    except socketio.exceptions.ConnectionError:
        # Why was told as an event.
        pass
    await obey(client)
    os._exit(0)


asyncio.run(main())
