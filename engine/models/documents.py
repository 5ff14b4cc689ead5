"""Files that people hand in: with a form, beside a task; their bytes are in the file store, here is what they are."""

from django.db import models


class Document(models.Model):
    """One file. `instance` is empty until a form that names it, or a task, has taken it."""

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=127)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256: equal bytes are kept once
    uploaded_by = models.CharField(max_length=150)
    uploaded_at = models.DateTimeField()
    instance = models.BigIntegerField(null=True)
    item = models.BigIntegerField(null=True)  # of an attachment: the work item beside which it was put

    class Meta:
        indexes = (
            models.Index(fields=("instance", "uploaded_at"), name="engine_document_instance"),
            models.Index(fields=("digest",), name="engine_document_digest"),
        )

    def __str__(self) -> str:
        return self.name
