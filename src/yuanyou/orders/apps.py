from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.orders"
    label = "orders"
