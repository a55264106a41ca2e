"""What templates ask about people."""

from django import template

from observatory.accounts import perms

register = template.Library()

#: what a user agent holds → the name that people know, the most telling first
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@register.filter
def may_open_desk(user) -> bool:
    """Whether to show the door of the desk to ``user``."""
    return perms.may_open_desk(user)


@register.filter
def device(user_agent: str) -> str:
    """``Firefox sur Windows``: what a person recognises of a user agent; « appareil inconnu » otherwise."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return " sur ".join(filter(None, [browser, system])) or "appareil inconnu"
