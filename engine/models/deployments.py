"""What arrived together: a deployment, its files, and the decisions and forms among them."""

from django.db import models


class Deployment(models.Model):
    """Files that were deployed as one: BPMN, DMN and forms that belong together."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255, blank=True)
    note = models.TextField(blank=True)
    actor = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name or f"Deployment {self.id}"


class DeployedFile(models.Model):
    """A file as it came, byte for byte."""

    id = models.AutoField(primary_key=True)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    checksum = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("deployment", "name"), name="engine_file_name"),)

    def __str__(self) -> str:
        return self.name


class DecisionVersion(models.Model):
    """A decision under its DMN id."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=255)
    number = models.PositiveIntegerField()
    tag = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="decisions")
    file = models.ForeignKey(DeployedFile, models.PROTECT, related_name="+")
    warnings = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "number"), name="engine_decision_number"),)

    def __str__(self) -> str:
        return f"{self.key} {self.number}"


class FormVersion(models.Model):
    """A form-js schema under its id."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=255)
    number = models.PositiveIntegerField()
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="forms")
    schema = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "number"), name="engine_form_number"),)

    def __str__(self) -> str:
        return f"{self.key} {self.number}"
