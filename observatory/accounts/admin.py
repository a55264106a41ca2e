from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from . import audit, guards
from .enums import Event
from .models import Grant, User


def one_door(site: admin.AdminSite) -> None:
    """Django's administration has no sign-in of its own: it would let in without the second factor."""
    has_permission = site.has_permission

    def with_second_factor(request):
        return has_permission(request) and not guards.lacks_second_factor(request.user)

    def login(request, extra_context=None):
        following = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
            following = reverse("admin:index")
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{resolve_url('account_login')}?{urlencode({'next': following})}")
        if not has_permission(request):
            raise PermissionDenied("L’administration est réservée à celle de la plateforme.")
        if guards.lacks_second_factor(request.user):
            request.session[guards.AFTER_FACTOR] = following
            messages.warning(request, guards.FACTOR_SENTENCE)
            return redirect("mfa_activate_totp")
        return HttpResponseRedirect(following)

    site.has_permission, site.login = with_second_factor, login


one_door(admin.site)


class GrantInline(admin.TabularInline):
    model = Grant
    extra = 0
    raw_id_fields = ["territory"]


@admin.action(description="Retirer le second facteur (téléphone perdu)")
def remove_second_factor(modeladmin, request, queryset):
    """For somebody who has lost telephone and recovery codes, once their identity is made sure of."""
    for user in queryset.filter(pk__in=Authenticator.objects.values("user")):
        Authenticator.objects.filter(user=user).delete()
        audit.note(request, Event.FACTOR_REMOVED, about=user)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "label", "is_active", "is_staff", "is_demonstration"]
    search_fields = ["email", "label"]
    exclude = ["password", "user_permissions", "groups"]
    readonly_fields = ["last_login", "joined_at", "closed_at"]
    inlines = [GrantInline]
    actions = [remove_second_factor]
