"""What a person was given on paper: which sheet in which edition, printed by whom and when."""
