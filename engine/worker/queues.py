"""Names of the queues that wake the workers; sending is in wake, the work itself in tasks."""

# In order of the work's way: state changes, service tasks, due timers, outgoing events, and the
# search for whatever a lost message left behind.
QUEUES = ("advance", "jobs", "timers", "outbox", "sweep")

# What time alone makes due, so that the clock has to wake it.
CLOCK_QUEUES = ("timers", "sweep")

# A queue keeps no more messages than this: more than all workers take at once, and soon worked off by one.
MOST_WAITING = 100


def task_name(queue: str) -> str:
    """The one Celery task that works a queue."""
    return f"engine.worker.tasks.{queue}"
