from django.db import migrations

from zhiheng.core.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_initial")]
    operations = [AppendOnly("journal_line")]
