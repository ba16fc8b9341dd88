from django.db import migrations


class Migration(migrations.Migration):
    """Lines from before the network had an outbox are looked at once, so that it hears of them."""

    dependencies = [("lines", "0003_held_until")]

    operations = [
        migrations.RunSQL(
            "UPDATE lines_line SET next_at = now() WHERE iccid IS NOT NULL"
            " AND state IN ('active', 'grace', 'suspended') AND next_at > now()",
            migrations.RunSQL.noop,
        )
    ]
