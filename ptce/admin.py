from django.contrib import admin

from .models import Pole


@admin.register(Pole)
class PoleAdmin(admin.ModelAdmin):
    list_display = ["name", "region", "is_active", "state"]
    search_fields = ["name"]
    raw_id_fields = ["actor", "region", "region_then"]

    def save_model(self, request, obj, form, change):
        obj.index_search()
        super().save_model(request, obj, form, change)
