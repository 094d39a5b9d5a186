"""Pages that lay several rooms side by side: today, case chart, caseload, search, the thread and the auditor's page of
a case. Owns no models, actions or forms."""
