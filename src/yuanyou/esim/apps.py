from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.esim"
    label = "esim"
