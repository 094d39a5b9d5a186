"""The house: one Django app, its rooms by meaning, its floors by dependency. A room imports only rooms on lower floors.

    0  base        shared ground without a clinical word
    1  practice    the practice, its people and roles, sign-in, trail, settings
    1  sheets      what is printed and what comes back: blocks, press, packets, fonts
    2  library     interventions, editions, worksheets, session templates; content packs
    2  cases       cases, people, roles, safety flags and gates
    5  homework    what a person was given on paper
    6  sessions    the plan of an hour, running it, printing from it
    9  desk        pages that lay several rooms side by side; owns nothing

Floors 3, 4, 7 and 8 (progress, plans, boosters, exchange) are kept free in the import contract in pyproject.toml.
Inside a room, low to high: pure helpers, models, papers, forms and actions (neighbours), views.
"""
