"""What has happened, kept as rows that are added and never changed: acts of people, and an instance's path."""
