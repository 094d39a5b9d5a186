"""`manage.py run`: from nothing to a page in the browser."""

from __future__ import annotations

import argparse
import errno
import os
import socket
from pathlib import Path

from clinic.launch import system
from clinic.launch.environment import ROOT
from clinic.launch.speech import Trouble, say


def parse(args: list[str]) -> argparse.Namespace:
    """What was asked for: demo, port, browser."""
    parser = argparse.ArgumentParser(prog="manage.py run", description="Starts the planner on this machine.")
    parser.add_argument("--demo", action="store_true", help="a fictional practice in a database of its own")
    parser.add_argument("--port", type=_port, default=8000, metavar="N", help="port on this machine (default: 8000)")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    return parser.parse_args(args)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a number from 1 to 65535, for instance 8001")
    return int(text)


def addresses(port: int) -> list[str]:
    """This machine's own addresses, which nobody outside can reach. "localhost" means both of them to a browser, so
    both are held: otherwise another user of the machine could answer on the second."""
    return [f"127.0.0.1:{port}", *([f"[::1]:{port}"] if _has_ipv6() else [])]


def _has_ipv6() -> bool:
    return socket.has_ipv6 and _refusal(socket.AF_INET6, "::1", 0) is None


def _refusal(family: socket.AddressFamily, host: str, port: int) -> int | None:
    """Why the address cannot be had (an errno), None when it can."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno
    return None


def require_free(port: int) -> None:
    """Raises Trouble when the port cannot be had, before anything is installed or written."""
    refusals = [_refusal(socket.AF_INET, "127.0.0.1", port)]
    if _has_ipv6():
        refusals.append(_refusal(socket.AF_INET6, "::1", port))
    refused = next((code for code in refusals if code), None)
    if refused == errno.EACCES:
        raise Trouble(f"Port {port} is for the system alone. Take one above 1023: python3 manage.py run --port 8001")
    if refused:
        other = port + 1 if port < 65535 else 8000
        raise Trouble(
            f"Port {port} is taken: the planner may be running already, or another program uses it. "
            f"Take another: python3 manage.py run --port {other}"
        )


def run(choices: argparse.Namespace) -> int:
    """Brings everything up to date and serves until Ctrl-C."""
    os.environ.setdefault("CLINIC_HTTPS", "0")  # plain HTTP never leaves this machine
    folder = data_folder(demo=choices.demo)
    os.environ["CLINIC_DATA"] = str(folder)
    system.provide_pango()
    from clinic.launch import ready, server

    base = f"http://localhost:{choices.port}"
    first = ready.make_ready(demo=choices.demo, base=base)
    say(f"\nThe planner is at  {base}/\nData is kept in    {folder}\nCtrl-C ends it.\n")
    server.serve(addresses(choices.port), open_at=None if choices.no_browser else first)
    say("\nStopped. Everything that was saved is kept.")
    return 0


def data_folder(*, demo: bool) -> Path:
    """The folder of this practice's data, or the demo's own beside it; made for its owner alone."""
    folder = Path(os.environ.get("CLINIC_DATA") or ROOT / "var").resolve()
    made = [folder, *([folder / "demo"] if demo else [])]
    for each in made:
        try:
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Trouble(f"The data folder {each} cannot be made: {error.strerror}.") from error
    return made[-1]
