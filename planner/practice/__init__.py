"""The practice, its people and roles, sign-in, the trail, and the settings that paper and pages follow."""
