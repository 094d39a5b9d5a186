"""The treatment plan: problems, goals in two voices, objectives, interventions; versions, reviews, signatures."""
