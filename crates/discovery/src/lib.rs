//! Place sources, category taxonomy, offline geocoder, duplicate detection.
