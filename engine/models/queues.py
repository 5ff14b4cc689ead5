"""What is on its way: deliveries to instances, messages nobody waited for yet, events in and out."""

from django.db import models
from django.db.models import Q

from engine.models.definitions import Process
from engine.models.fields import JSONText


class Delivery(models.Model):
    """A state change that waits to be made: the only queue of them."""

    id = models.BigAutoField(primary_key=True)
    instance = models.BigIntegerField()
    not_before = models.DateTimeField()
    token = models.IntegerField()
    attempts = models.SmallIntegerField(default=0)
    is_held = models.BooleanField(default=False)  # the instance is suspended
    trigger = models.CharField(max_length=300)
    actor = models.CharField(max_length=150, blank=True)
    data = JSONText(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=("not_before",), name="engine_delivery_due", condition=Q(is_held=False)),
            models.Index(fields=("instance",), name="engine_delivery_instance"),
        )


class BufferedMessage(models.Model):
    """A message that nobody waited for when it came and that is kept until it expires."""

    id = models.BigAutoField(primary_key=True)
    expires_at = models.DateTimeField()
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, null=True)
    message_id = models.CharField(max_length=255, null=True)
    target = models.CharField(max_length=511, null=True)  # `process#node` at the end of its message flow
    sender = models.BigIntegerField(null=True)  # the instance that sent it, null for the world outside
    variables = JSONText(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("name", "key"), name="engine_buffered_name"),
            models.Index(fields=("expires_at",), name="engine_buffered_expiry"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("name", "key", "message_id"),
                name="engine_buffered_once",
                condition=Q(message_id__isnull=False),
            ),
        )


class Exchange(models.Model):
    """That a message of one instance has reached or started another: once for a pair, however many follow."""

    id = models.BigAutoField(primary_key=True)
    sender = models.BigIntegerField()
    receiver = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("receiver", "sender"), name="engine_exchange_receiver"),)
        constraints = (models.UniqueConstraint(fields=("sender", "receiver"), name="engine_exchange_once"),)

    def __str__(self) -> str:
        return f"{self.sender} → {self.receiver}"


class Webhook(models.Model):
    """An address outside that wants to hear of events. Its secret is derived, and stands nowhere."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255)
    url = models.CharField(max_length=2000)
    kinds = models.JSONField(default=list)  # "instance.ended", or "task.*"; none: all of them
    process = models.ForeignKey(Process, models.CASCADE, null=True, related_name="+")  # null: of every process
    is_active = models.BooleanField(default=True)
    reason = models.CharField(max_length=255, blank=True)  # why it was switched off
    generation = models.IntegerField(default=1)  # of its secret
    rotated_at = models.DateTimeField(null=True)  # the secret before signs too, for a while
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return self.name or self.url


class Outbox(models.Model):
    """An event for one webhook, written in the transaction of what it tells. What is sent are the bytes of
    `payload`, the same at every attempt."""

    id = models.BigAutoField(primary_key=True)
    instance = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    available_at = models.DateTimeField(null=True)  # null: sent, or given up
    sent_at = models.DateTimeField(null=True)
    webhook = models.IntegerField()
    attempts = models.SmallIntegerField(default=0)
    event = models.CharField(max_length=64)  # its id, the same for every webhook
    kind = models.CharField(max_length=255)
    error = models.TextField(blank=True)
    payload = models.TextField()

    class Meta:
        verbose_name_plural = "outbox"
        indexes = (
            models.Index(
                fields=("webhook", "instance", "id"),
                name="engine_outbox_order",
                condition=Q(available_at__isnull=False),
            ),
            models.Index(fields=("webhook", "-id"), name="engine_outbox_webhook"),
        )


class InboundEvent(models.Model):
    """An event or request that was received once: its id is written in the transaction of its effect."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    source = models.CharField(max_length=255)
    event = models.CharField(max_length=255)
    instance = models.BigIntegerField(null=True)  # what it started or reached

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "event"), name="engine_event_once"),)


class Counter(models.Model):
    """A number that all processes share: the last instance id where the database has no sequences (SQLite), the moment
    up to which operators have been told of incidents."""

    name = models.CharField(max_length=32, primary_key=True)
    value = models.BigIntegerField()


class Breaker(models.Model):
    """A type of job that rests because it failed again and again."""

    type = models.CharField(max_length=255, primary_key=True)
    opened_at = models.DateTimeField()
    open_until = models.DateTimeField()
    openings = models.IntegerField()  # how often without a success between

    def __str__(self) -> str:
        return self.type
