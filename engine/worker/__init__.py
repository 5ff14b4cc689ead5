"""Everything Celery does, and the threads of the one-process start; the work itself is in engine.service."""
