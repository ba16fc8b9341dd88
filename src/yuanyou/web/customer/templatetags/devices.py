"""`{{ session.user_agent|device_name }}`: what a person calls that device."""

from django import template

from yuanyou.web.shared.devices import device_name

register = template.Library()
register.filter("device_name", device_name)
