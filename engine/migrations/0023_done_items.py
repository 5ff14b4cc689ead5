from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0022_exchanges'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='workitem',
            name='engine_item_assignee',
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('assignee__isnull', False), ('status', 0)), fields=['assignee', 'id'], name='engine_item_mine'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('assignee__isnull', False), ('status', 1)), fields=['assignee', '-ended_at', 'id'], name='engine_item_done'),
        ),
    ]
