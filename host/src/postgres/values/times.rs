//! Dates and times: UTC without a zone, as tuples from the year down to the nanosecond.

use anyhow::{Context, Result};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

/// Year, month, day.
pub type Date = (i32, u8, u8);
/// Hour, minute, second, nanosecond.
pub type Time = (u8, u8, u8, u32);
/// Both.
pub type Moment = (i32, u8, u8, u8, u8, u8, u32);

/// A date for the server.
pub fn date(&(year, month, day): &Date) -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .with_context(|| format!("invalid date y={year}, m={month}, d={day}"))
}

/// A time for the server.
pub fn time(&(hour, minute, second, nano): &Time) -> Result<NaiveTime> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nano)
        .with_context(|| format!("invalid time {hour}:{minute}:{second}:{nano}"))
}

/// A moment for the server.
pub fn moment(&(year, month, day, hour, minute, second, nano): &Moment) -> Result<NaiveDateTime> {
    let date = date(&(year, month, day))?;
    Ok(NaiveDateTime::new(
        date,
        time(&(hour, minute, second, nano))?,
    ))
}

/// A moment from its seconds since 1970.
pub fn timestamp(seconds: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
        .with_context(|| format!("invalid epoch timestamp {seconds}"))
}

/// A date as a component reads it.
pub fn read_date(date: NaiveDate) -> Result<Date> {
    Ok((
        date.year(),
        date.month().try_into()?,
        date.day().try_into()?,
    ))
}

/// A time as a component reads it.
pub fn read_time(time: NaiveTime) -> Result<Time> {
    Ok((
        time.hour().try_into()?,
        time.minute().try_into()?,
        time.second().try_into()?,
        time.nanosecond(),
    ))
}

/// A moment as a component reads it.
pub fn read_moment(moment: NaiveDateTime) -> Result<Moment> {
    let (year, month, day) = read_date(moment.date())?;
    let (hour, minute, second, nano) = read_time(moment.time())?;
    Ok((year, month, day, hour, minute, second, nano))
}
