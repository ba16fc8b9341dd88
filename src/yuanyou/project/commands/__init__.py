"""One module per command of `yuanyou`, thin: it reads options, and loads what does the work when called."""
