from django.db import migrations

from zhiheng.core.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial"), ("journal", "0003_append_only")]
    operations = [AppendOnly("figures_snapshot"), AppendOnly("figures_snapshotrow")]
