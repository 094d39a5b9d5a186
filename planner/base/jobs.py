"""Long work in a process of its own, with progress, cancel, and a result that waits.

Why a process and not a thread: it outlives the request and the web worker that began it (workers are recycled), its
memory goes back when it ends, its computing does not make every page of its worker wait, and it can be ended at any
point. A thread beside the work gives a sign of life every few seconds and looks whether the person has cancelled; a
process that was killed gives none, and its job is seen as failed within a minute, never as running for ever.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.base.models import Job, JobState

logger = logging.getLogger(__name__)
SIGN_EVERY = 5  # seconds
KEPT = timedelta(days=7)
_ROOT = Path(__file__).resolve().parent.parent.parent

#: Tells how far the work is, 0 to 100. Raises Cancelled where the person no longer wants it.
Tell = Callable[[int], None]
#: The work: what was asked -> the bytes of the result.
Work = Callable[[Job, Tell], bytes]


class Cancelled(Exception):
    """The person cancelled; the work stops where it is."""


class Unable(Exception):
    """The work cannot be done; the message is a sentence for the person."""


@transaction.atomic
def ask(*, kind: str, by_id: int, asked: Mapping[str, Any]) -> tuple[Job, bool]:
    """The person's job of this kind and whether it is new: one that is still going on is not begun a second time."""
    mine = Job.objects.select_for_update().filter(by=by_id, kind=kind)
    for job in mine.filter(state__in=[JobState.WAITING, JobState.RUNNING]):
        if job.is_open:
            return job, False
    mine.filter(made_at__lt=timezone.now() - KEPT).delete()
    mine.filter(state__in=[JobState.WAITING, JobState.RUNNING]).update(state=JobState.FAILED, ended_at=timezone.now())
    job = Job.objects.create(kind=kind, by=by_id, asked=dict(asked))
    transaction.on_commit(lambda: _start(job.pk))
    return job, True


def newest(*, kind: str, by: Any) -> Job | None:
    """The person's newest job of this kind, without its result."""
    return Job.objects.visible_to(by).filter(kind=kind).defer("result").order_by("-pk").first()


@transaction.atomic
def cancel(job: Job) -> bool:
    """Stops a job: at once where it has not begun, within seconds where it is going on. False where it has ended."""
    now = timezone.now()
    if Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(state=JobState.CANCELLED, ended_at=now):
        return True
    return bool(Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_asked=True))


def _start(pk: int) -> None:
    """Begins the process. It leads a session of its own, so that neither an interrupt at the server's terminal nor the
    end of this worker ends it."""
    if not settings.START_JOBS:
        return
    try:
        subprocess.Popen(  # noqa: S603  (our own command, by the interpreter that runs us)
            [sys.executable, "-m", "django", "work", str(pk)],
            cwd=_ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        logger.exception("a job's process did not start")
        _end(pk, JobState.FAILED, said=_("This machine could not begin the work. Try again later."))


def work(pk: int, kinds: Mapping[str, Work], *, alone: bool = False) -> None:
    """Does one waiting job; a second process that comes for it goes away. `alone`: this process lives for the job, and
    may be ended where the person cancels in the middle of a long step."""
    if not Job.objects.filter(pk=pk, state=JobState.WAITING).update(state=JobState.RUNNING, sign_at=timezone.now()):
        return
    job = Job.objects.get(pk=pk)
    over = threading.Event()
    if alone:
        threading.Thread(target=_give_signs, args=(pk, over), daemon=True).start()
    try:
        result = kinds[job.kind](job, lambda progress: _tell(pk, progress))
    except Cancelled:
        _end(pk, JobState.CANCELLED)
    except Unable as unable:
        _end(pk, JobState.FAILED, said=str(unable)[:300])
    except Exception:
        logger.exception("a job failed")
        _end(pk, JobState.FAILED, said=_("Something went wrong on our side. Nothing was lost. Try again."))
    else:
        _end(pk, JobState.DONE, progress=100, result=result)
    finally:
        over.set()


def _tell(pk: int, progress: int) -> None:
    running = Job.objects.filter(pk=pk, state=JobState.RUNNING)
    if not running.filter(cancel_asked=False).update(progress=max(0, min(99, progress)), sign_at=timezone.now()):
        raise Cancelled


def _end(pk: int, state: str, **also: Any) -> None:
    Job.objects.filter(pk=pk, state__in=[JobState.WAITING, JobState.RUNNING]).update(
        state=state, ended_at=timezone.now(), **also
    )


def _give_signs(pk: int, over: threading.Event) -> None:
    """Beside the work, on a connection of its own."""
    while not over.wait(SIGN_EVERY):
        close_old_connections()
        alive = Job.objects.filter(pk=pk, state=JobState.RUNNING, cancel_asked=False).update(sign_at=timezone.now())
        if not alive and not over.is_set():
            _end(pk, JobState.CANCELLED)
            os._exit(0)  # in the middle of a step that cannot be asked to stop
