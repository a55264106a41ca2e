"""Deadlines of calls as an iCalendar feed (RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from icalendar import Alarm, Calendar, Event

from .models import Call

REMINDER = timedelta(days=7)


def deadlines(calls: Iterable[Call], *, base: str) -> bytes:
    """One all-day event for the closing of each call, with a reminder a week before; ``base`` makes addresses absolute."""
    calendar = Calendar()
    calendar.add("prodid", "-//Observatoire de l'ESS//Échéances//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{settings.OBSERVATORY['name']} : échéances des appels")
    for call in calls:
        event = Event()
        event.add("uid", f"{call.public_id}@{base.split('://', 1)[-1]}")
        event.add("dtstamp", call.updated_at)
        event.add("dtstart", call.closes)
        event.add("dtend", call.closes + timedelta(days=1))
        event.add("summary", f"Clôture : {call.name}")
        event.add("description", "\n".join(filter(None, [call.scheme.summary, call.text])))
        event.add("url", base + call.get_absolute_url())
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{call.name} : clôture dans une semaine")
        alarm.add("trigger", -REMINDER)
        event.add_component(alarm)
        calendar.add_component(event)
    return calendar.to_ical()
