"""What leaves and enters in other formats: the calendar feed and calendar files."""
