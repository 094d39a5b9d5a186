"""Many processes write the trail at once, in the production settings on a file: one chain."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SET_UP = """
import django; django.setup()
from django.apps import apps
from django.db import connection
with connection.schema_editor() as editor:
    for model in apps.get_models():
        editor.create_model(model)
"""
WRITE = """
import django; django.setup()
from planner.practice import trail
for n in range(25):
    trail.record("viewed", what_id=n)
"""
READ = """
import django; django.setup()
from planner.practice import trail
print(trail.newest()[0], trail.verify())
"""


@pytest.fixture
def start(tmp_path):
    environment = {
        **os.environ, "CLINIC_DATA": str(tmp_path / "var"), "CLINIC_HTTPS": "0", "CLINIC_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
    }  # fmt: skip

    def run(code):
        command = [sys.executable, "-c", code]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return run


def told(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


def test_parallel_writers_make_one_chain(start):
    told(start(SET_UP))
    for writer in [start(WRITE) for _ in range(4)]:
        told(writer)
    assert told(start(READ)) == "100 None"
