from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_required
def me(request):
    """What the person signed in may do, and where."""
    grants = request.user.grants.select_related("territory")
    return render(request, "accounts/me.html", {"grants": grants, "breadcrumbs": [("Mon compte", None)]})
