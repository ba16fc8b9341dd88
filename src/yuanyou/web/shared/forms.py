"""How Django renders our forms: every field with its label, help and errors tied together."""

from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """`{{ form }}` and `{{ field.as_field_group }}` look like the rest of the page."""

    form_template_name = "shared/_form.html"
    field_template_name = "shared/_field.html"
