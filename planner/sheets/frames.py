"""How the web process and the press's own process talk: frames of two lengths (JSON, bytes), the JSON, the bytes."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

LARGEST = 128_000_000  # bytes
_HEADER = struct.Struct(">II")


def send(connection: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """One frame."""
    text = json.dumps(head).encode()
    connection.sendall(_HEADER.pack(len(text), len(body)) + text + body)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """One frame. Raises EOFError when the other end is gone or says something impossible."""
    size, more = _HEADER.unpack(_exactly(connection, _HEADER.size))
    if size + more > LARGEST:
        raise EOFError
    return json.loads(_exactly(connection, size)), _exactly(connection, more)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = connection.recv(min(count - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
