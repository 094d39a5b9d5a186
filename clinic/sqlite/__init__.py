"""Django's SQLite backend on the sqlcipher3 wheel's engine: sound under several connections (3.51.3 or newer)."""
