"""The settings of installations that tests sign in to all the time: hashing that is slow on purpose is left out."""

from config.settings import *  # noqa: F403  everything else as it is

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
