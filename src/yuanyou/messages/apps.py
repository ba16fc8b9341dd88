from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.messages"
    label = "messaging"
