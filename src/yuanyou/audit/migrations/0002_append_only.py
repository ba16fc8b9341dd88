from django.db import migrations

from yuanyou.kernel.sql import load


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            load("yuanyou.audit.sql", "append_only"),
            "DROP FUNCTION audit_append_only CASCADE; DROP FUNCTION audit_head_moves_on CASCADE",
        )
    ]
