from django.apps import AppConfig


class Config(AppConfig):
    name = "yuanyou.catalog"
    label = "catalog"
