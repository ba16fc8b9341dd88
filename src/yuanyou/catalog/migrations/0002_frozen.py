from django.db import migrations

from yuanyou.kernel.sql import load


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(load("yuanyou.catalog.sql", "frozen"), migrations.RunSQL.noop)]
