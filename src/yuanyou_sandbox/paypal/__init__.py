"""PayPal: tokens, orders, captures, refunds, the vault, disputes, reporting, signed webhooks, approval."""
