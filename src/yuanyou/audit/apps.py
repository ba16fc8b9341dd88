from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.audit"
    label = "audit"
