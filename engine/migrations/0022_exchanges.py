from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0021_named_items'),
    ]

    operations = [
        migrations.AddField(
            model_name='bufferedmessage',
            name='sender',
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Exchange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sender', models.BigIntegerField()),
                ('receiver', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['receiver', 'sender'], name='engine_exchange_receiver')],
                'constraints': [models.UniqueConstraint(fields=('sender', 'receiver'), name='engine_exchange_once')],
            },
        ),
    ]
