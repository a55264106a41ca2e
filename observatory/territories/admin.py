from django.contrib import admin

from .models import Collectivity, Territory


@admin.register(Territory)
class TerritoryAdmin(admin.ModelAdmin):
    """For looking: the geography comes from its official edition."""

    list_display = ["code", "name", "population", "is_current"]
    list_filter = ["level", "is_current"]
    search_fields = ["code", "name"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Collectivity)
class CollectivityAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "kind", "is_current"]
    list_filter = ["kind", "is_current"]
    search_fields = ["code", "name"]
    raw_id_fields = ["territory", "territories"]
