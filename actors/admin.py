from django.contrib import admin

from .models import Actor, Flag, Mention, Theme
from .services import refresh


class FlagInline(admin.TabularInline):
    model = Flag
    extra = 0


class MentionInline(admin.TabularInline):
    model = Mention
    extra = 0


@admin.register(Actor)
class ActorAdmin(admin.ModelAdmin):
    list_display = ["name", "family", "legal_form", "commune", "is_ess", "state"]
    list_filter = ["state", "is_ess", "family"]
    search_fields = ["name", "acronym", "siret"]
    raw_id_fields = ["territory", "collectivity", "networks"]
    inlines = [FlagInline, MentionInline]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        refresh([form.instance])


admin.site.register(Theme)
