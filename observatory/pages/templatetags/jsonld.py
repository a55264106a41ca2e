"""The element that carries what a page says in the words of schema.org."""

from django import template
from django.utils.html import format_html

from observatory.pages.jsonld import script

register = template.Library()


@register.simple_tag(takes_context=True)
def json_ld(context, data: dict) -> str:
    """``data`` as a script element that nothing executes."""
    request = context["request"]
    base = f"{request.scheme}://{request.get_host()}"
    return format_html(
        '<script type="application/ld+json" nonce="{}">{}</script>', context["csp_nonce"], script(data, base)
    )
