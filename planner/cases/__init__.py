"""Cases (individual, couple, family), the people in them and their roles, safety flags, gates and who may see what."""
