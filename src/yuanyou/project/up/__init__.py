"""`yuanyou up`: one command that starts, watches and stops the whole system on one machine."""
