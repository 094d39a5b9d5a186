"""Django's own templates, whose words are let go once a page is written.

A context and the words in it hold on to each other, so that everything a page was made of (its rows, its forms) would
stay until the collector of garbage comes round, in the midst of somebody's next page.
"""

from __future__ import annotations

from typing import Any

from django.template import TemplateDoesNotExist
from django.template.backends import django
from django.template.context import make_context
from django.utils.safestring import SafeString


class HouseTemplates(django.DjangoTemplates):
    """The project's template backend."""

    def from_string(self, template_code: str) -> HouseTemplate:
        return HouseTemplate(self.engine.from_string(template_code), self)

    def get_template(self, template_name: str) -> HouseTemplate:
        try:
            return HouseTemplate(self.engine.get_template(template_name), self)
        except TemplateDoesNotExist as error:
            django.reraise(error, self)


class HouseTemplate(django.Template):
    def render(self, context: dict[str, Any] | None = None, request: Any = None) -> SafeString:
        words = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            return self.template.render(words)
        except TemplateDoesNotExist as error:
            django.reraise(error, self.backend)
        finally:
            words.dicts = []
