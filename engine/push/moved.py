"""One nudge for everything that a commit moved; who follows something reads the rows behind its sequence number."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

GROUP = "engine"


def send_moved(instances: Mapping[int, int], processes: Collection[str], *, is_inbox_changed: bool) -> None:
    """After the commit. `instances` names the last sequence number of each; the message carries no values."""
    layer = get_channel_layer()
    if layer is None or not (instances or is_inbox_changed):
        return
    message = {
        "type": "engine.moved",
        "instances": {str(instance): sequence for instance, sequence in instances.items()},
        "processes": sorted(processes),
        "inbox": is_inbox_changed,
    }
    async_to_sync(layer.group_send)(GROUP, message)
