"""What the lower rooms say upwards after a commit, without knowing who listens."""

from django.dispatch import Signal

# Sent after a commit that left work for a queue: work_waiting.send(sender=None, queue="jobs").
work_waiting = Signal()
