"""The shapes of request bodies: what is not named here is refused or ignored, never stored."""

from __future__ import annotations

from rest_framework import serializers


class FileBody(serializers.Serializer):
    name = serializers.CharField(max_length=255)
    content = serializers.CharField(trim_whitespace=False, allow_blank=True)


class DraftBody(serializers.Serializer):
    xml = serializers.CharField(trim_whitespace=False, allow_blank=True)
    revision = serializers.IntegerField(min_value=0)
    name = serializers.CharField(required=False, allow_blank=True, max_length=255)
    files = FileBody(many=True, required=False)


class CheckBody(serializers.Serializer):
    xml = serializers.CharField(trim_whitespace=False, allow_blank=True)
    files = FileBody(many=True, required=False, default=list)


class DeploymentWords(serializers.Serializer):
    name = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")
    note = serializers.CharField(required=False, allow_blank=True, max_length=10_000, default="")


class DeploymentBody(DeploymentWords):
    files = FileBody(many=True)


class StartBody(serializers.Serializer):
    process = serializers.CharField(max_length=255)
    variables = serializers.DictField(required=False, default=dict)
    business_key = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")
    version = serializers.IntegerField(required=False, min_value=1, allow_null=True, default=None)


class CompleteBody(serializers.Serializer):
    variables = serializers.DictField(required=False, default=dict)
    outcome = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=255, default="")


class AssignBody(serializers.Serializer):
    user = serializers.CharField(max_length=150)


class VariablesBody(serializers.Serializer):
    variables = serializers.DictField()


class ReasonBody(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")


class RetryBody(serializers.Serializer):
    variables = serializers.DictField(required=False, default=dict)


class MessageBody(serializers.Serializer):
    name = serializers.CharField(max_length=255)
    correlation_key = serializers.CharField(required=False, allow_null=True, max_length=255, default=None)
    variables = serializers.DictField(required=False, default=dict)
    time_to_live = serializers.FloatField(required=False, min_value=0, max_value=31_536_000, default=0.0)
    message_id = serializers.CharField(required=False, allow_null=True, max_length=255, default=None)


class SignalBody(serializers.Serializer):
    name = serializers.CharField(max_length=255)
    variables = serializers.DictField(required=False, default=dict)


class FeelBody(serializers.Serializer):
    expression = serializers.CharField(trim_whitespace=False, max_length=100_000)
    variables = serializers.DictField(required=False, default=dict)
    language = serializers.ChoiceField(choices=["feel", "juel"], required=False, default="feel")
    unary = serializers.BooleanField(required=False, default=False)
    input = serializers.JSONField(required=False, allow_null=True, default=None)


class StartFormBody(serializers.Serializer):
    variables = serializers.DictField(required=False, default=dict)
    business_key = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")
    outcome = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=255, default="")


class EvaluateBody(serializers.Serializer):
    variables = serializers.DictField(required=False, default=dict)
    version = serializers.IntegerField(required=False, min_value=1, allow_null=True, default=None)
