"""`python -m tests.infrastructure.furnish`: migrations and the demo in one process, whose start is most of the work."""

import os


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.infrastructure.site_settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo")


if __name__ == "__main__":
    main()
