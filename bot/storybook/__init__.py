"""Stories are read: the site and its books, exports, and reading in Slack."""
