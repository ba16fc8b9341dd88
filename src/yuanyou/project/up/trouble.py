"""What stops a start: one clear sentence for the person at the keyboard, exit status 2."""


class Trouble(Exception):
    """The message is the whole sentence: what is wrong and what to do."""
