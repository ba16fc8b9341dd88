from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.network"
    label = "network"
