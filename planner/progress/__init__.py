"""Where a case stands: measures and ratings, events on its time line, milestones and repair stages, charts."""
