//! The curve of levels: level `n` is reached with `50 · n · (n − 1)` points, so that each level takes 100
//! points more than the one before: 0, 100, 300, 600, 1000, 1500, …

/// The points with which a level is reached. Levels begin at 1.
pub fn points_for(level: i64) -> i64 {
    let level = level.max(1);
    level.saturating_mul(level - 1).saturating_mul(50)
}

/// The level that so many points have reached.
pub fn level_of(points: i64) -> i64 {
    // The positive solution of 50 n² − 50 n = points. The product can't overflow in 128 bits.
    let root = (2_500 + 200 * i128::from(points.max(0))).isqrt();
    i64::try_from((50 + root) / 100).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_curve_is_the_documented_one() {
        let points: Vec<i64> = (1..=6).map(points_for).collect();
        assert_eq!(points, [0, 100, 300, 600, 1000, 1500]);
        for (points, level) in [
            (i64::MIN, 1),
            (-1, 1),
            (0, 1),
            (99, 1),
            (100, 2),
            (299, 2),
            (300, 3),
        ] {
            assert_eq!(level_of(points), level, "{points}");
        }
    }

    proptest! {
        #[test]
        fn a_level_is_reached_exactly_with_its_points(level in 1_i64..400_000_000) {
            prop_assert_eq!(level_of(points_for(level)), level);
            prop_assert_eq!(level_of(points_for(level + 1) - 1), level);
        }

        #[test]
        fn points_lie_between_their_level_and_the_next(points in 0_i64..i64::MAX / 4) {
            let level = level_of(points);
            prop_assert!(points_for(level) <= points);
            prop_assert!(points_for(level + 1) > points);
        }
    }
}
