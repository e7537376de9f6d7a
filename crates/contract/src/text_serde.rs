/// Serialises a type through its `Display` and reads it back through its `FromStr`, and gives it a string schema: the form of
/// values that stand in a URL, with a pattern that all of them have, or a format. `$stand_in` is what
/// [`FromJson`](crate::json::FromJson) answers for what is no such text.
macro_rules! text_serde {
    (@ $type:ty, $example:literal, $stand_in:expr, |$schema:ident| $form:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl crate::json::FromJson for $type {
            fn from_json(json: &serde_json::Value, reading: &mut crate::json::Reading) -> Self {
                reading.text(json, $stand_in, str::parse)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let $schema = utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([serde_json::Value::from($example)]);
                $form.into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $type {}
    };
    ($type:ty, $example:literal, $stand_in:expr) => {
        crate::text_serde::text_serde!(@ $type, $example, $stand_in, |schema| schema);
    };
    ($type:ty, $example:literal, $stand_in:expr, pattern $pattern:literal) => {
        crate::text_serde::text_serde!(@ $type, $example, $stand_in, |schema| schema.pattern(Some($pattern)));
    };
    ($type:ty, $example:literal, $stand_in:expr, format $format:literal) => {
        crate::text_serde::text_serde!(@ $type, $example, $stand_in, |schema| schema.format(Some(
            utoipa::openapi::schema::SchemaFormat::Custom($format.to_owned())
        )));
    };
}
pub(crate) use text_serde;
