"""Alipay (mainland OpenAPI, version 2 gateway), simulated."""
