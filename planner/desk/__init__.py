"""Pages that lay several rooms side by side: today, case chart, caseload, search. Owns no models, actions or forms."""
