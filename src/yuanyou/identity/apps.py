from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.identity"
    label = "identity"
