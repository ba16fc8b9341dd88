"""An eSIM platform with a plaJSON interface, and the phone that uses its profiles."""
