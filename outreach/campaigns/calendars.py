"""Public holidays and working days of a country, as far as they are known.

A year of which nothing is known has no holidays; some Islamic dates are estimates.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays

_SATURDAY = 5


@lru_cache(maxsize=65536)
def is_working_day(day: date, country: str) -> bool:
    """Neither a public holiday nor in the country's own weekend, which may be Friday.

    ``country`` is an ISO 3166-1 alpha-2 code; one that is not known has no holidays.
    """
    calendar = _calendar(country, day.year)
    return calendar.is_working_day(day) if calendar else day.weekday() < _SATURDAY


@lru_cache(maxsize=65536)
def add_working_days(day: date, number: int, country: str) -> date:
    while number:
        day += timedelta(days=1)
        number -= is_working_day(day, country)
    return day


@lru_cache(maxsize=4096)
def _calendar(country: str, year: int) -> holidays.HolidayBase | None:
    try:
        # One year and no more: a calendar that grows as it is asked is not safe among threads.
        return holidays.country_holidays(country.upper(), years=year, expand=False)
    except NotImplementedError:
        return None
