"""What a person was given on paper: which sheet in which edition, printed by whom and when; and sheets adapted for one
person, which stay with that person."""
