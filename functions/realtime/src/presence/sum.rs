//! The sum of a user's devices.

use whisper_schema::prelude::{DeviceStatus, PresenceDevice, PresenceStatus, Timestamp};

/// The sum of a user's devices at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Whether they are there.
    pub status: PresenceStatus,
    /// Until when that holds at most, unless a device is kept up; the time itself where they aren't there.
    pub until: Timestamp,
    /// The kind of the device that was last kept up, if it said.
    pub device: Option<String>,
}

impl Sum {
    /// The sum of these devices. Devices that don't count any more and invisible ones add nothing. A user is busy where any device
    /// says so; else online where any is, and away where all are.
    pub fn of<'a>(devices: impl IntoIterator<Item = &'a PresenceDevice>, now: Timestamp) -> Self {
        let counted = devices
            .into_iter()
            .filter(|device| device.counts_until > now && device.status != DeviceStatus::Invisible);
        let nobody = Sum {
            status: PresenceStatus::Offline,
            until: now,
            device: None,
        };
        counted.fold(nobody, |sum, device| {
            let is_later = device.counts_until > sum.until;
            Sum {
                status: more(sum.status, device.status),
                until: sum.until.max(device.counts_until),
                device: match is_later {
                    true => device.device.clone(),
                    false => sum.device,
                },
            }
        })
    }
}

/// The status of devices that add up to one and of another device.
fn more(sum: PresenceStatus, other: DeviceStatus) -> PresenceStatus {
    match (sum, other) {
        (sum, DeviceStatus::Invisible) => sum,
        (PresenceStatus::Busy, _) | (_, DeviceStatus::Busy) => PresenceStatus::Busy,
        (PresenceStatus::Online, _) | (_, DeviceStatus::Online) => PresenceStatus::Online,
        (PresenceStatus::Away | PresenceStatus::Offline, DeviceStatus::Away) => {
            PresenceStatus::Away
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn device(status: DeviceStatus, left: i64) -> PresenceDevice {
        PresenceDevice {
            status,
            device: Some(format!("{status}")),
            counts_until: Timestamp::from_millis(NOW + left),
            ..PresenceDevice::default()
        }
    }

    #[test]
    fn devices_add_up() {
        use DeviceStatus::{Away, Busy, Invisible, Online};
        use PresenceStatus as Is;
        type Case = (&'static [(DeviceStatus, i64)], PresenceStatus, i64);
        let cases: [Case; 11] = [
            (&[], Is::Offline, 0),
            (&[(Online, 1)], Is::Online, 1),
            (&[(Online, 0)], Is::Offline, 0),
            (&[(Away, 5), (Away, 9)], Is::Away, 9),
            (&[(Away, 9), (Online, 5)], Is::Online, 9),
            (&[(Online, 5), (Busy, 3), (Away, 9)], Is::Busy, 9),
            (&[(Busy, -1), (Online, 5)], Is::Online, 5),
            (&[(Invisible, 9)], Is::Offline, 0),
            (&[(Invisible, 9), (Away, 2)], Is::Away, 2),
            (&[(Invisible, 9), (Busy, 2)], Is::Busy, 2),
            (&[(Online, -5), (Away, -1)], Is::Offline, 0),
        ];
        for (devices, status, left) in cases {
            let rows: Vec<_> = devices
                .iter()
                .map(|(is, left)| device(*is, *left))
                .collect();
            for rows in [rows.clone(), rows.into_iter().rev().collect()] {
                let sum = Sum::of(&rows, Timestamp::from_millis(NOW));
                assert_eq!(sum.status, status, "{devices:?}");
                assert_eq!(sum.until.as_millis(), NOW + left, "{devices:?}");
            }
        }
    }

    #[test]
    fn the_device_that_was_kept_up_last_gives_its_kind() {
        let rows = [
            device(DeviceStatus::Online, 5),
            device(DeviceStatus::Away, 9),
            device(DeviceStatus::Invisible, 20),
        ];
        let sum = Sum::of(&rows, Timestamp::from_millis(NOW));
        assert_eq!(sum.device.as_deref(), Some("away"));
    }
}
