from django.contrib import admin

from .models import Grant, User


class GrantInline(admin.TabularInline):
    model = Grant
    extra = 0
    raw_id_fields = ["territory"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "label", "is_active", "is_staff", "is_demonstration"]
    exclude = ["password", "user_permissions", "groups"]
    readonly_fields = ["last_login", "joined_at"]
    inlines = [GrantInline]
