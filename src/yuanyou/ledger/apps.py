from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.ledger"
    label = "ledger"
