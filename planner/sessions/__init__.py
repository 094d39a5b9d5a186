"""Sessions: the plan of an hour (its agenda and the sheets to hand out), running it, and what was done."""
