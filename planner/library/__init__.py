"""Interventions, their editions and sheets, ready session templates; content packs and how they are read."""
