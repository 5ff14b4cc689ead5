"""The answer to a WebSocket that no room serves."""

from typing import Any

UNKNOWN_ROUTE = 4404


async def refuse_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": UNKNOWN_ROUTE})
