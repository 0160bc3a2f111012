"""What somebody wrote down and cannot be: a contract, a profile, a setting. The text names the place and what to mend."""


class ConfigurationError(ValueError):
    """Ends a command with its text alone: whoever wrote the line needs the place, not the way the program took to it."""
