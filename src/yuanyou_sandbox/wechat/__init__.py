"""WeChat Pay (mainland, APIv3), simulated."""
