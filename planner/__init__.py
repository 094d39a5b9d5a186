"""The house: one Django app, its rooms by meaning, its floors by dependency. A room imports only rooms on lower floors.

    0  base        shared ground without a clinical word
    1  practice    the practice, its people and roles, sign-in, trail, settings
    1  sheets      what is printed and what comes back: blocks, press, packets, fonts
    2  library     interventions, editions, worksheets, session templates; content packs
    2  cases       cases, people, roles, safety flags and gates
    3  progress    measures and ratings, events on the time line, milestones and repair stages, charts
    4  plans       the treatment plan: problem, goal, objective, planned intervention; review; signature
    5  homework    what a person was given on paper or to do, what came back, how it was reviewed
    5  agreements  living documents of a case: worksheets in versions, signed, reviewed, replaced
    6  sessions    an hour: its plan, running it, printing from it; the progress note; the process note apart
    7  boosters    maintenance: series, booster, due window, re-entry into repair
    8  exchange    the calendar feed and calendar files
    9  desk        pages that lay several rooms side by side; owns nothing

The order is held by the import contract in pyproject.toml.
Inside a room, low to high: pure helpers, models, papers, forms and actions (neighbours), views.
"""
