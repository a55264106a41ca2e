"""The administration reads actors; they are written at the desk, which keeps their history."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from .editing import KIND
from .models import Actor, Flag, Mention, Theme


class ReadOnly:
    """Shown to those who may view it; written by nobody here."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class FlagInline(ReadOnly, admin.TabularInline):
    model = Flag


class MentionInline(ReadOnly, admin.TabularInline):
    model = Mention


@admin.register(Actor)
class ActorAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "family", "legal_form", "commune", "is_ess", "state", "at_the_desk"]
    list_filter = ["state", "is_ess", "family"]
    list_select_related = ["commune"]
    search_fields = ["name", "acronym", "siret"]
    inlines = [FlagInline, MentionInline]

    def get_fields(self, request, obj=None):
        return ["at_the_desk", *(name for name in Actor.readable() if name != "id"), "themes", "networks"]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    @admin.display(description="au bureau")
    def at_the_desk(self, actor):
        address = reverse("editing:edit", args=[KIND.slug, actor.public_id])
        return format_html('<a href="{}">Modifier au bureau</a>', address)


admin.site.register(Theme)
