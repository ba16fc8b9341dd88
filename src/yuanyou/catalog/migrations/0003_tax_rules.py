from django.db import migrations, models

from yuanyou.kernel.sql import load


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_frozen")]
    operations = [
        migrations.RunSQL(load("yuanyou.catalog.sql", "frozen"), migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="tax", name="tax_once"),
        migrations.AddField(model_name="tax", name="in_base", field=models.BooleanField(default=False)),
        migrations.AddField(
            model_name="tax",
            name="seller_keeps_percent",
            field=models.DecimalField(decimal_places=4, default=0, max_digits=7),
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.CheckConstraint(condition=models.Q(days__gte=1), name="plan_lasts_a_day"),
        ),
        migrations.AddConstraint(
            model_name="tax",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "code", "product_class", "valid_from"), name="tax_rule_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tax",
            constraint=models.CheckConstraint(
                condition=(models.Q(percent__isnull=True) | models.Q(percent__gte=0))
                & (models.Q(flat_minor__isnull=True) | models.Q(flat_minor__gte=0)),
                name="tax_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="tax",
            constraint=models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="tax_days_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="tax",
            constraint=models.CheckConstraint(
                condition=models.Q(seller_keeps_percent__gte=0, seller_keeps_percent__lte=100),
                name="tax_kept_in_part",
            ),
        ),
    ]
