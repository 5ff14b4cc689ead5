"""Why something was not done, in words for the person who asked; each names the answer that a program gets."""

from __future__ import annotations


class ServiceError(Exception):
    """Nothing has been changed. `code` is stable, `status` the HTTP answer."""

    status = 400

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


class Invalid(ServiceError):
    """The request cannot be meant like this."""


class TooLarge(Invalid):
    """More than is kept."""

    status = 413


class Forbidden(ServiceError):
    """The actor may see the object but not do this with it."""

    status = 403


class NotFound(ServiceError):
    """It does not exist, or the actor may not know that it does."""

    status = 404


class Conflict(ServiceError):
    """Somebody else was first."""

    status = 409


class Busy(ServiceError):
    """More is going on than there is room for; the same request may be sent again later."""

    status = 503


class Moved(Exception):
    """An instance of the unit has moved on since it was read."""
