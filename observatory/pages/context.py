from django.conf import settings


def installation(request):
    return {"observatory": settings.OBSERVATORY}
