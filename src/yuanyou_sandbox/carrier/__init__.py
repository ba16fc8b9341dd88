"""A carrier with a plain JSON interface: subscriptions by ICCID, and the orders that change them."""
