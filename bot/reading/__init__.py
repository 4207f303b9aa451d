"""Stories are read in Slack: `/story read` and `search`, the App Home, and the page on which a story opens."""
