"""What the lower rooms say upwards after a commit, without knowing who listens."""

from django.dispatch import Signal

# Sent after a commit that left work for a queue: work_waiting.send(sender=None, queue="jobs").
work_waiting = Signal()

# Sent after a commit that opened work items or gave one to somebody: rows of the items, and who handed what to whom.
work_handed = Signal()

# Sent when kept messages have found no receiver in their time, within the transaction that drops them: the ids that
# their senders gave them.
messages_dropped = Signal()

# Sent about once a minute by whichever worker sweeps: reminders, mail that was not sent yet.
chores_due = Signal()
