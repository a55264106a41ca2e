"""Addresses for search engines; each app registers its sections on start."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

sitemaps: dict[str, type[Sitemap]] = {}


def register(section: str, sitemap: type[Sitemap]) -> None:
    sitemaps[section] = sitemap


class PagesSitemap(Sitemap):
    """The portal's own pages."""

    def items(self):
        return [
            "pages:home",
            "pages:about",
            "pages:data",
            "pages:accessibility",
            "pages:legal",
            "actors:list",
            "ptce:list",
        ]

    def location(self, item):
        return reverse(item)


register("pages", PagesSitemap)
