from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0004_chores'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='relevé le')),
                ('number', models.BigIntegerField(verbose_name='numéro de changement')),
            ],
            options={
                'verbose_name': 'repère des changements',
                'verbose_name_plural': 'repères des changements',
                'ordering': ['at'],
            },
        ),
        migrations.AddIndex(
            model_name='tombstone',
            index=models.Index(fields=['kind', 'change'], name='tombstone_by_kind'),
        ),
    ]
