from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.payments"
    label = "payments"
