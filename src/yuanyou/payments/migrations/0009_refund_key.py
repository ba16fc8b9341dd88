from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0008_case_currency'),
    ]

    operations = [
        migrations.AddField(
            model_name='refund',
            name='key',
            field=models.UUIDField(null=True, unique=True),
        ),
    ]
