from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.lines"
    label = "lines"
