"""The server's start under a plain `uvicorn config.asgi:application`: refuses to serve what cannot work."""

from typing import Any

from asgiref.sync import sync_to_async

from config.probes import find_faults


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    faults = await sync_to_async(find_faults)()
    if faults:
        await send({"type": "lifespan.startup.failed", "message": " ".join(faults.values())})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
