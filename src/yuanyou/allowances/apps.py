from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.allowances"
    label = "allowances"
