from django.contrib import admin

from observatory.accounts import audit
from observatory.accounts.enums import Event

from .models import ApiKey


@admin.action(description="Révoquer")
def revoke(modeladmin, request, queryset):
    for key in queryset.filter(revoked=False):
        key.revoke()
        audit.note(request, Event.KEY_REVOKED, text=key.prefix, about=key.user)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """To see who holds a key and to revoke one that leaks; people make their own."""

    list_display = ["name", "prefix", "user", "created", "last_used_at", "revoked"]
    list_filter = ["revoked"]
    search_fields = ["name", "prefix", "user__email"]
    list_select_related = ["user"]
    fields = readonly_fields = ["name", "prefix", "user", "created", "last_used_at", "revoked_at"]
    actions = [revoke]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
