//! The elements of HTML that reading a page depends on.

/// An element, or a node that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// The page as a whole.
    Root,
    /// A text, not an element.
    Text,
    /// An element that nothing depends on.
    Other,
    A,
    Address,
    B,
    Bdo,
    Block,
    Body,
    Br,
    Dd,
    Dl,
    Dt,
    Footer,
    Head,
    Heading,
    Hr,
    Html,
    Img,
    Inline,
    Input,
    Li,
    Link,
    Meta,
    Ol,
    Option,
    P,
    Pre,
    Script,
    Select,
    Style,
    Svg,
    Table,
    Td,
    Template,
    Textarea,
    Th,
    Title,
    Tr,
    Ul,
    Void,
}

/// How an element stands in the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Within a line.
    Inline,
    /// On lines of its own.
    Block,
    /// Beside its neighbours.
    Cell,
    /// Not seen, nor what is inside.
    Hidden,
}

impl Tag {
    /// The element of that name, whatever its case.
    pub(crate) fn named(name: &str) -> Self {
        let mut buffer = [0_u8; 12];
        let Some(lower) = buffer.get_mut(..name.len()) else { return Self::Other };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        match &*lower {
            b"a" => Self::A,
            b"address" => Self::Address,
            b"b" | b"strong" => Self::B,
            b"bdo" => Self::Bdo,
            b"body" => Self::Body,
            b"br" => Self::Br,
            b"dd" => Self::Dd,
            b"dl" => Self::Dl,
            b"dt" => Self::Dt,
            b"footer" => Self::Footer,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"head" => Self::Head,
            b"hr" => Self::Hr,
            b"html" => Self::Html,
            b"img" => Self::Img,
            b"input" => Self::Input,
            b"li" => Self::Li,
            b"link" => Self::Link,
            b"meta" => Self::Meta,
            b"ol" => Self::Ol,
            b"option" => Self::Option,
            b"p" => Self::P,
            b"pre" => Self::Pre,
            b"script" => Self::Script,
            b"select" => Self::Select,
            b"style" => Self::Style,
            b"svg" | b"math" => Self::Svg,
            b"table" => Self::Table,
            b"td" => Self::Td,
            b"template" => Self::Template,
            b"textarea" => Self::Textarea,
            b"th" => Self::Th,
            b"title" => Self::Title,
            b"tr" => Self::Tr,
            b"ul" => Self::Ul,
            b"area" | b"base" | b"col" | b"embed" | b"param" | b"source" | b"track" | b"wbr" => Self::Void,
            b"article" | b"aside" | b"blockquote" | b"caption" | b"center" | b"dir" | b"div" | b"details"
            | b"dialog" | b"fieldset" | b"figcaption" | b"figure" | b"form" | b"header" | b"hgroup"
            | b"legend" | b"main" | b"menu" | b"nav" | b"section" | b"summary" | b"tbody" | b"tfoot"
            | b"thead" | b"optgroup" => Self::Block,
            b"abbr" | b"acronym" | b"bdi" | b"big" | b"cite" | b"code" | b"del" | b"dfn" | b"em"
            | b"font" | b"i" | b"ins" | b"kbd" | b"label" | b"mark" | b"nobr" | b"q" | b"s" | b"samp"
            | b"small" | b"span" | b"strike" | b"sub" | b"sup" | b"time" | b"tt" | b"u" | b"var" => {
                Self::Inline
            }
            _ => Self::Other,
        }
    }

    /// Whether it never has content.
    pub(crate) fn is_void(self) -> bool {
        matches!(self, Self::Br | Self::Hr | Self::Img | Self::Input | Self::Link | Self::Meta | Self::Void)
    }

    /// How it stands in the text around it.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Head | Self::Script | Self::Style | Self::Svg | Self::Template | Self::Title => {
                Kind::Hidden
            }
            Self::Td | Self::Th => Kind::Cell,
            Self::Address
            | Self::Block
            | Self::Body
            | Self::Br
            | Self::Dd
            | Self::Dl
            | Self::Dt
            | Self::Footer
            | Self::Heading
            | Self::Hr
            | Self::Html
            | Self::Li
            | Self::Ol
            | Self::Option
            | Self::P
            | Self::Pre
            | Self::Select
            | Self::Table
            | Self::Textarea
            | Self::Tr
            | Self::Ul => Kind::Block,
            Self::Root
            | Self::Text
            | Self::Other
            | Self::A
            | Self::B
            | Self::Bdo
            | Self::Img
            | Self::Inline
            | Self::Input
            | Self::Link
            | Self::Meta
            | Self::Void => Kind::Inline,
        }
    }
}
