"""The e-mail company: takes every letter by SMTP and delivers it to a page instead of a person."""
