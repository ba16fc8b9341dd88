from django.db import migrations

from yuanyou.kernel.sql import load


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(load("yuanyou.ledger.sql", "schema"), migrations.RunSQL.noop)]
