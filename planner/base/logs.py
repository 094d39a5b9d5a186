"""One JSON line an event, without content: nobody can forge a second line, nothing a person typed is written."""

import json
import logging
import re
from datetime import UTC, datetime

#: Addresses that carry a secret: what stands there is never written.
_SECRET = re.compile(r"/(calendar|join|set-up)/[^\s/?\"']+")


class OneLine(logging.Formatter):
    """Time, level, logger and message in one JSON line. An exception is named by type and place only."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": _SECRET.sub(r"/\1/...", record.getMessage())[:500],
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frame = record.exc_info[2]
            while frame and frame.tb_next:
                frame = frame.tb_next
            if frame:
                line["where"] = f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}"
        return json.dumps(line, ensure_ascii=True)
