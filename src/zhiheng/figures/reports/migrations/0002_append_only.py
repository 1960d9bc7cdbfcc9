from django.db import migrations

from zhiheng.core.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("journal", "0003_append_only")]
    operations = [
        AppendOnly(f"reports_{table}")
        for table in ("version", "binding", "signoff", "override", "publication")
    ]
