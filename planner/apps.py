"""The one Django app of the house."""

from django.apps import AppConfig


class PlannerConfig(AppConfig):
    """One app, one migration history; the rooms are sub-packages."""

    name = "planner"
    verbose_name = "Planner"

    def ready(self) -> None:
        from planner import checks  # noqa: F401  (registers the system checks)
        from planner.agreements import prefill  # noqa: F401  (registers what is known from living documents)
        from planner.homework import known  # noqa: F401  (registers what is known from homework)
