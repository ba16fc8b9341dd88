"""Stripe as a shop sees it: API, hosted Checkout page, webhooks. Facts from docs.stripe.com and the SDK."""
