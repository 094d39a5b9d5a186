#!/usr/bin/env python3
"""The one door at the keyboard: `python3 manage.py run --demo`, `python3 manage.py test`, Django's own commands.

Kept readable by old interpreters, so that they can say what is wrong. Everything else is in clinic/launch.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (an older interpreter is exactly who reads this)
    sys.exit("This needs Python 3.11 or newer; {} is Python {}.{}.".format(sys.executable, *sys.version_info[:2]))

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from clinic.launch import main

    sys.exit(main(sys.argv))
