//! Cells of Arrow arrays as JSON.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use serde_json::{Map, Value};

/// The cell as JSON; `Null` for what is empty, and for types that hold nothing that is read here.
pub(super) fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Struct(_) => object(array, row),
        DataType::List(_) => list(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row)),
        DataType::Dictionary(..) => dictionary(array, row),
        _ => number(array, row),
    }
}

fn number(array: &ArrayRef, row: usize) -> Value {
    match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        _ => Value::Null,
    }
}

fn object(array: &ArrayRef, row: usize) -> Value {
    let parts = array.as_struct();
    let pairs = parts.column_names().into_iter().zip(parts.columns());
    let object: Map<String, Value> =
        pairs.map(|(name, column)| (name.to_owned(), value(column, row))).collect();
    Value::Object(object)
}

fn list(items: &ArrayRef) -> Value {
    (0..items.len()).map(|row| value(items, row)).collect()
}

fn dictionary(array: &ArrayRef, row: usize) -> Value {
    let dictionary = array.as_any_dictionary();
    let keys = dictionary.normalized_keys();
    keys.get(row).map_or(Value::Null, |&key| value(dictionary.values(), key))
}

/// Latitude and longitude of a cell that is a point in well-known binary, of either byte order.
pub(super) fn wkb_point(array: &ArrayRef, row: usize) -> Option<(f64, f64)> {
    if array.is_null(row) {
        return None;
    }
    let bytes = match array.data_type() {
        DataType::Binary => array.as_binary::<i32>().value(row),
        DataType::LargeBinary => array.as_binary::<i64>().value(row),
        DataType::BinaryView => array.as_binary_view().value(row),
        _ => return None,
    };
    point(bytes)
}

fn point(bytes: &[u8]) -> Option<(f64, f64)> {
    let (order, rest) = bytes.split_first()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (x, rest) = rest.split_first_chunk::<8>()?;
    let (y, _) = rest.split_first_chunk::<8>()?;
    let (kind, x, y) = match order {
        1 => (u32::from_le_bytes(*kind), f64::from_le_bytes(*x), f64::from_le_bytes(*y)),
        0 => (u32::from_be_bytes(*kind), f64::from_be_bytes(*x), f64::from_be_bytes(*y)),
        _ => return None,
    };
    // The low byte is 1 for a point, whatever flags and dimensions stand above it.
    (kind & 0xff == 1 || kind % 1000 == 1).then_some((y, x))
}

/// A value as a table would have it: the parts of a list between semicolons.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            all.iter().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(";")
        }
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Object(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_in_either_byte_order() {
        let little =
            [&[1_u8][..], &1_u32.to_le_bytes(), &24.9_f64.to_le_bytes(), &60.1_f64.to_le_bytes()].concat();
        let big =
            [&[0_u8][..], &1_u32.to_be_bytes(), &24.9_f64.to_be_bytes(), &60.1_f64.to_be_bytes()].concat();
        assert_eq!(point(&little), Some((60.1, 24.9)));
        assert_eq!(point(&big), Some((60.1, 24.9)));
        assert_eq!(point(&little[..20]), None);
        assert_eq!(point(&[1, 3, 0, 0, 0]), None);
        assert_eq!(point(&[]), None);
    }
}
