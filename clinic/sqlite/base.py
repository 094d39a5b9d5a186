"""The wrapper that hands Django's own SQLite backend another engine. Only what names the engine is written again."""

import datetime
import decimal
from itertools import tee

from django.db.backends.sqlite3 import base as django_sqlite
from django.utils.asyncio import async_unsafe
from sqlcipher3 import dbapi2 as Database

for _name, _read in (
    ("bool", b"1".__eq__),
    ("date", django_sqlite.decoder(django_sqlite.parse_date)),
    ("time", django_sqlite.decoder(django_sqlite.parse_time)),
    ("datetime", django_sqlite.decoder(django_sqlite.parse_datetime)),
    ("timestamp", django_sqlite.decoder(django_sqlite.parse_datetime)),
):
    Database.register_converter(_name, _read)
for _type, _write in (
    (decimal.Decimal, str),
    (datetime.date, django_sqlite.adapt_date),
    (datetime.datetime, django_sqlite.adapt_datetime),
):
    Database.register_adapter(_type, _write)


class Cursor(Database.Cursor):
    """Django's "%s" placeholders for an engine that wants "?"."""

    convert_query = django_sqlite.SQLiteCursorWrapper.convert_query

    def execute(self, query, params=None):
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, django_sqlite.Mapping) else None
        return super().execute(self.convert_query(query, param_names=names), params)

    def executemany(self, query, param_list):
        peek, param_list = tee(iter(param_list))
        first = next(peek, None)
        names = list(first) if first and isinstance(first, django_sqlite.Mapping) else None
        return super().executemany(self.convert_query(query, param_names=names), param_list)


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """SQLite through the sqlcipher3 wheel; without a passphrase the file is plain SQLite."""

    Database = Database

    @async_unsafe
    def get_new_connection(self, conn_params):
        connection = Database.connect(**conn_params)
        django_sqlite.register_functions(connection)
        connection.execute("PRAGMA legacy_alter_table = OFF")
        for command in filter(None, (part.strip() for part in self.init_commands)):
            connection.execute(command)
        return connection

    def create_cursor(self, name=None):
        return self.connection.cursor(factory=Cursor)
