"""The client's end of a WebSocket, in the test's own process.

Channels brings one too, but importing it needs a second web server installed.
"""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

SECONDS = 60.0  # machines that test are busy; what hangs fails all the same


class SocketClient(ApplicationCommunicator):
    def __init__(self, application: Any, path: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        path, _, query = path.partition("?")
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": headers or [],
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> int | None:
        """None when the server accepts, else the code it closes with."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(SECONDS)
        if answer["type"] == "websocket.accept":
            return None
        assert answer["type"] == "websocket.close", answer
        return int(answer.get("code") or 1000)

    async def send_json(self, data: Any) -> None:
        await self.send_input({"type": "websocket.receive", "text": json.dumps(data)})

    async def receive_json(self) -> Any:
        answer = await self.receive_output(SECONDS)
        assert answer["type"] == "websocket.send", answer
        return json.loads(answer["text"])

    async def close(self) -> None:
        """Where a test has failed, waiting has been given up, and there is nobody to tell."""
        if not self.future.done():
            await self.disconnect()

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(SECONDS)
