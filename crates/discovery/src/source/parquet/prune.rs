//! Which row groups can hold something of an area.

use contract::BoundingBox;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

/// The row groups whose statistics do not rule the area out: all, if there is none or the file has no statistics.
pub(super) fn row_groups(metadata: &ParquetMetaData, area: Option<BoundingBox>) -> Vec<usize> {
    let may_hold = |group: &usize| area.is_none_or(|area| touches(metadata.row_group(*group), area));
    (0..metadata.num_row_groups()).filter(may_hold).collect()
}

fn touches(group: &RowGroupMetaData, area: BoundingBox) -> bool {
    let range = |column: &str| {
        let chunk = group.columns().iter().find(|chunk| chunk.column_path().string() == column)?;
        bounds(chunk.statistics()?)
    };
    let overlaps = |least: &str, most: &str, from: f64, to: f64| match (range(least), range(most)) {
        (Some((low, _)), Some((_, high))) => low <= to && high >= from,
        _ => true,
    };
    let tall = overlaps("bbox.ymin", "bbox.ymax", area.south, area.north);
    let wide = if area.west <= area.east {
        overlaps("bbox.xmin", "bbox.xmax", area.west, area.east)
    } else {
        overlaps("bbox.xmin", "bbox.xmax", area.west, 180.0)
            || overlaps("bbox.xmin", "bbox.xmax", -180.0, area.east)
    };
    tall && wide
}

fn bounds(statistics: &Statistics) -> Option<(f64, f64)> {
    match statistics {
        Statistics::Double(values) => Some((*values.min_opt()?, *values.max_opt()?)),
        Statistics::Float(values) => Some((f64::from(*values.min_opt()?), f64::from(*values.max_opt()?))),
        _ => None,
    }
}
