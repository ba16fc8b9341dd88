from django.db import migrations, models

NAME = "customer_language_known"


class Migration(migrations.Migration):

    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="customer", name=NAME),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ("zh-hans", "zh-hant", "zh-hant-hk", "en"))), name=NAME
            ),
        ),
    ]
