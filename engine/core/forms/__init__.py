"""Forms of user tasks and start events: their fields, and whether submitted values fit them; nothing is drawn here."""

from engine.core.forms.check import check_form, describe_form

__all__ = ["check_form", "describe_form"]
