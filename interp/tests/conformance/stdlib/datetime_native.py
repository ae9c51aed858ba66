# needs: pickle
# Dates, times, durations and zones of the native module: values, text, arithmetic, errors.
import _datetime, pickle
from _datetime import date, datetime, time, timedelta, timezone, tzinfo, UTC


def error(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return "no error"


# Arithmetic carries across fields and stays in range.
assert date(2024, 2, 28) + timedelta(2) == date(2024, 3, 1)
assert datetime(1999, 12, 31, 23, 59, 59, 999999) + timedelta(microseconds=1) == datetime(2000, 1, 1)
assert error(lambda: date.max + timedelta(1)) == "OverflowError: date value out of range"
assert error(lambda: timedelta(999999999) * 2) == "OverflowError: days=1999999998; must have magnitude <= 999999999"
assert timedelta(microseconds=0.5) == timedelta(0) and timedelta(microseconds=1.5) == timedelta(microseconds=2)
assert timedelta(hours=7) * 0.1 == timedelta(minutes=42)
assert divmod(timedelta(days=3), timedelta(hours=7)) == (10, timedelta(hours=2))
assert timedelta(3) / timedelta(2) == 1.5 and timedelta(1) // 7 == timedelta(seconds=12342, microseconds=857142)
assert error(lambda: timedelta(1) % timedelta(0)) == "ZeroDivisionError: division by zero"

# Errors name the field and its limits.
assert error(date, 0, 1, 1) == "ValueError: year must be in 1..9999, not 0"
assert error(date, 1, 2, 30) == "ValueError: day 30 must be in range 1..28 for month 2 in year 1"
assert error(date, 1) == "TypeError: function missing required argument 'month' (pos 2)"
assert error(time, 24) == "ValueError: hour must be in 0..23, not 24"
assert error(datetime, 1, 1, 1, tzinfo=4) == "TypeError: tzinfo argument must be None or of a tzinfo subclass, not type 'int'"
assert error(datetime.fromisoformat, "2020-13-01") == "ValueError: month must be in 1..12, not 13"
assert error(lambda: datetime(1, 1, 1) < datetime(1, 1, 1, tzinfo=UTC)) == "TypeError: can't compare offset-naive and offset-aware datetimes"

# Text in both directions.
for text in ["2020-W53-5", "20201231", "2020-12-31"]:
    assert date.fromisoformat(text).year in (2020, 2021), text
assert datetime.fromisoformat("2020-12-01T24:00") == datetime(2020, 12, 2)
assert datetime.fromisoformat("2011-11-04T00:05:23.283+04:30").isoformat() == "2011-11-04T00:05:23.283000+04:30"
assert time.fromisoformat("T04:23:01,5").isoformat("milliseconds") == "04:23:01.500"
assert date(1, 1, 1).strftime("%Y %F %C %G %y") == "0001 0001-01-01 00 0001 01"
assert datetime(2020, 1, 2, tzinfo=timezone(-timedelta(minutes=90), "x%")).strftime("%z %:z %Z %f") == "-0130 -01:30 x% 000000"
assert date.strptime("3/4/05", "%d/%m/%y") == date(2005, 4, 3) and time.strptime("11:30", "%H:%M") == time(11, 30)
assert repr(timedelta(-1, 2, 3)) == "datetime.timedelta(days=-1, seconds=2, microseconds=3)" and str(timedelta(-1, 2)) == "-1 day, 0:00:02"
assert repr(datetime(1, 1, 1, fold=1, tzinfo=UTC)) == "datetime.datetime(1, 1, 1, 0, 0, fold=1, tzinfo=datetime.timezone.utc)"
assert repr(date(2020, 12, 31).isocalendar()) == "datetime.IsoCalendarDate(year=2020, week=53, weekday=4)"


# A zone of the program's own is asked, and its answers are checked.
class Zone(tzinfo):
    def __init__(self, answer): self.answer = answer
    def utcoffset(self, dt): return self.answer
    def dst(self, dt): return timedelta(0)
    def tzname(self, dt): return "Z"


aware = datetime(2020, 1, 1, 12, tzinfo=Zone(timedelta(hours=2)))
assert aware.astimezone(UTC).hour == 10 and aware == datetime(2020, 1, 1, 10, tzinfo=UTC)
assert hash(aware) == hash(datetime(2020, 1, 1, 10, tzinfo=UTC))
assert error(datetime(2020, 1, 1, tzinfo=Zone(3)).utcoffset) == "TypeError: tzinfo.utcoffset() must return None or timedelta, not 'int'"
assert "strictly between" in error(datetime(2020, 1, 1, tzinfo=Zone(timedelta(1))).utcoffset)


# Subclasses survive arithmetic and pickling.
class Sub(datetime):
    pass


assert type(Sub(2020, 1, 1) + timedelta(1)) is Sub and type(Sub(2020, 1, 1).replace(year=5)) is Sub
for value in [date(2020, 1, 2), time(1, 2, 3, 4, fold=1), aware.replace(tzinfo=UTC), timedelta(1, 2, 3), UTC, timezone(timedelta(1, -60), "n")]:
    for protocol in range(6):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value and type(again) is type(value), (value, protocol)

print("ok")
