"""Maintenance: a series of booster sessions with due windows, what became of each, and the way back into repair."""
