"""Deployments and people, as the tests of the runtime have them."""

from tests.runtime.conftest import deployed, make_user

__all__ = ["deployed", "make_user"]
