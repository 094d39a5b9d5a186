"""Pages as a browser shows them."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client

#: The place of a part that comes once the page stands (partials/to_come.html).
TO_COME = re.compile(r'<div class="to-come" hx-get="([^"]*)" hx-trigger="load, again".*?</div>', re.DOTALL)


def opened(client: Client, address: str) -> str:
    """The text of the page once the parts that it loads by itself have come. Everything has to answer 200."""
    return TO_COME.sub(lambda found: _got(client, unescape(found[1]), part=True), _got(client, address))


def _got(client: Client, address: str, *, part: bool = False) -> str:
    response = client.get(address, headers={"HX-Request": "true"} if part else None)
    assert response.status_code == 200
    return response.content.decode()
