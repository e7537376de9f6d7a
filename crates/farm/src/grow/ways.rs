//! Every way in which a page writes an address. The encodings are made here by themselves, not by the code that undoes
//! them.

/// The parts of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) local: String,
    /// The domain without its last label.
    pub(crate) name: String,
    /// The last label.
    pub(crate) top: &'static str,
}

impl Address {
    pub(crate) fn whole(&self) -> String {
        format!("{}@{}.{}", self.local, self.name, self.top)
    }

    fn domain(&self) -> String {
        format!("{}.{}", self.name, self.top)
    }
}

/// One way of writing.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) write: fn(&Address) -> String,
}

const fn way(name: &'static str, write: fn(&Address) -> String) -> Way {
    Way { name, write }
}

/// All ways; each is dealt to as many sites as any other.
pub(crate) const WAYS: &[Way] = &[
    way("link", |a| format!("<a href='mailto:{}'>Write to us</a>", a.whole())),
    way("link with subject", |a| format!("<a href='mailto:{}?subject=Hello%20there'>Write</a>", a.whole())),
    way("link, percent", |a| format!("<a href='mailto:{}'>Write to us</a>", percent(&a.whole()))),
    way("link, copies", |a| format!("<a href='mailto:?cc={}&amp;subject=x'>Write</a>", a.whole())),
    way("link, base64", |a| format!("<a href='mailto:{}'>Write to us</a>", base64(&a.whole()))),
    way("link, shifted", |a| {
        let shifted = shifted(&format!("mailto:{}", a.whole()));
        format!("<a href=\"javascript:linkTo_UnCryptMailto('{shifted}')\">Write to us</a>")
    }),
    way("text", |a| format!("<p>Write to {} any time.</p>", a.whole())),
    way("text in noscript", |a| format!("<noscript><p>Write to {}</p></noscript>", a.whole())),
    way("text of an image", |a| format!("<img src='/m.png' alt='{}'>", a.whole())),
    way("references, decimal", |a| format!("<p>{}</p>", references(&a.whole(), false))),
    way("references, hexadecimal", |a| format!("<p>{}</p>", references(&a.whole(), true))),
    way("references in a link", |a| {
        format!("<a href='{}'>Write</a>", references(&format!("mailto:{}", a.whole()), false))
    }),
    way("Cloudflare, attribute", |a| {
        format!("<span class='__cf_email__' data-cfemail='{}'>[email&#160;protected]</span>", cloudflare(a))
    }),
    way("Cloudflare, link", |a| {
        format!("<a href='/cdn-cgi/l/email-protection#{}'>Write to us</a>", cloudflare(a))
    }),
    way("[at] [dot]", |a| format!("<p>{} [at] {} [dot] {}</p>", a.local, a.name, a.top)),
    way("(at)(dot)", |a| format!("<p>{}(at){}(dot){}</p>", a.local, a.name, a.top)),
    way("(a)", |a| format!("<p>{}(a){}</p>", a.local, a.domain())),
    way("(a) with blanks", |a| format!("<p>Sähköposti: {} (a) {}</p>", a.local, a.domain())),
    way("[ät] [piste]", |a| format!("<p>{} [ät] {} [piste] {}</p>", a.local, a.name, a.top)),
    way("at-merkki piste", |a| format!("<p>{} at-merkki {} piste {}</p>", a.local, a.name, a.top)),
    way("(arroba)(punto)", |a| format!("<p>{}(arroba){}(punto){}</p>", a.local, a.name, a.top)),
    way("[arobase]", |a| format!("<p>{} [arobase] {}</p>", a.local, a.domain())),
    way("{at}", |a| format!("<p>{} {{at}} {}</p>", a.local, a.domain())),
    way("AT DOT", |a| format!("<p>Mail: {} AT {} DOT {}</p>", a.local, a.name, a.top)),
    way("at dot", |a| format!("<p>Mail: {} at {} dot {}</p>", a.local, a.name, a.top)),
    way("put the at sign here", |a| format!("<p>{} (put the at sign here) {}</p>", a.local, a.domain())),
    way("[at sign]", |a| format!("<p>{} [at sign] {}</p>", a.local, a.domain())),
    way("blanks", |a| format!("<p>E-mail: {} @ {} . {}</p>", a.local, a.name, a.top)),
    way("NOSPAM", |a| format!("<p>{}@NOSPAM.{}</p>", a.local, a.domain())),
    way("full width", |a| format!("<p>{}</p>", full_width(&a.whole()))),
    way("full-width sign", |a| format!("<p>{}\u{ff20}{}</p>", a.local, a.domain())),
    way("invisible characters", |a| format!("<p>{}&#8203;@&#8203;{}</p>", a.local, a.domain())),
    way("rot13, text", |a| format!("<p data-note='rot13'>{}</p>", rot13(&a.whole()))),
    way("rot13, attribute", |a| format!("<a data-email='{}'>Write to us</a>", rot13(&a.whole()))),
    way("base64, attribute", |a| format!("<a data-enc='{}'>Write to us</a>", base64(&a.whole()))),
    way("base64 link, attribute", |a| {
        format!("<a data-enc='{}'>Write to us</a>", base64(&format!("mailto:{}", a.whole())))
    }),
    way("hexadecimal, attribute", |a| format!("<a data-x='{}'>Write to us</a>", hexadecimal(&a.whole()))),
    way("percent, attribute", |a| format!("<a data-x='{}'>Write to us</a>", percent(&a.whole()))),
    way("codes, attribute", |a| format!("<a data-x='{}'>Write to us</a>", codes(&a.whole()))),
    way("plain, attribute", |a| format!("<a href='#' data-email='{}'>Write to us</a>", a.whole())),
    way("two attributes", |a| {
        format!("<a data-user='{}' data-domain='{}'>Write to us</a>", a.local, a.domain())
    }),
    way("three attributes", |a| {
        format!("<a data-name='{}' data-domain='{}' data-tld='{}'>Write</a>", a.local, a.name, a.top)
    }),
    way("turned around by style", |a| {
        format!("<span style='unicode-bidi:bidi-override;direction:rtl'>{}</span>", reversed(&a.whole()))
    }),
    way("turned around by class", |a| {
        format!(
            "<style>.turn{{direction:rtl;unicode-bidi:bidi-override}}</style><span class='turn'>{}</span>",
            reversed(&a.whole())
        )
    }),
    way("turned around by element", |a| format!("<bdo dir='rtl'>{}</bdo>", reversed(&a.whole()))),
    way("turned around by character", |a| format!("<p>&#x202e;{}&#x202c;</p>", reversed(&a.whole()))),
    way("turned around, attribute", |a| format!("<a data-email='{}'>Write</a>", reversed(&a.whole()))),
    way("hidden decoy", |a| {
        format!("<p>{}<span style='display: none'>null</span>@{}</p>", a.local, a.domain())
    }),
    way("decoy hidden by class", |a| {
        format!("<style>.no{{display:none}}</style><p>{}@<b class='no'>no.</b>{}</p>", a.local, a.domain())
    }),
    way("decoy without colour", |a| {
        format!("<p>{}<span style='opacity:0'>null</span>@{}</p>", a.local, a.domain())
    }),
    way("decoy without size", |a| {
        format!("<p>{}<span style='font-size:0em'>null</span>@{}</p>", a.local, a.domain())
    }),
    way("decoy beside the page", |a| {
        format!(
            "<style>.off{{position:absolute;left:-9999px}}</style><p>{}@<b class='off'>no.</b>{}</p>",
            a.local,
            a.domain()
        )
    }),
    way("comments", |a| format!("<p>{}<!-- x -->@<!-- @ y -->{}</p>", a.local, a.domain())),
    way("elements between", |a| format!("<p><span>{}</span><b>@</b><i>{}</i></p>", a.local, a.domain())),
    way("style sheet", |a| {
        format!(
            "<style>.e:before{{content:attr(data-a)}} .e::after{{content:'\\0040 {}'}}</style><b class='e' data-a='{}'></b>",
            a.domain(),
            a.local
        )
    }),
    way("script, joined", |a| {
        format!(
            "<script>document.write('<a href=\"mai'+'lto:{}'+'@'+'{}\">write</a>')</script>",
            a.local,
            a.domain()
        )
    }),
    way("script, variables", |a| {
        format!("<script>var u = '{}', d = \"{}\"; show(u + '@' + d);</script>", a.local, a.domain())
    }),
    way("script, list", |a| {
        format!("<script>el.href = 'mailto:' + ['{}', '{}'].join('@');</script>", a.local, a.domain())
    }),
    way("script, codes", |a| {
        format!("<script>el.innerHTML = String.fromCharCode({});</script>", codes(&a.whole()))
    }),
    way("script, base64", |a| format!("<script>show(atob('{}'))</script>", base64(&a.whole()))),
    way("script, percent", |a| {
        format!("<script>document.write(unescape('{}'))</script>", percent(&a.whole()))
    }),
    way("script, turned around", |a| {
        format!("<script>show('{}'.split('').reverse().join(''))</script>", reversed(&a.whole()))
    }),
    way("script, call", |a| format!("<script>showMail('{}', '{}', '{}')</script>", a.local, a.name, a.top)),
    way("click", |a| format!("<a onclick=\"sendMail('{}','{}')\">Write</a>", a.local, a.domain())),
    way("JSON-LD", |a| {
        format!(
            "<script type='application/ld+json'>{{\"@context\":\"https://schema.org\",\"@graph\":[{{\"@type\":\"LocalBusiness\",\
             \"contactPoint\":{{\"@type\":\"ContactPoint\",\"email\":\"mailto:{}\"}}}}]}}</script>",
            a.whole()
        )
    }),
    way("microdata", |a| {
        format!(
            "<div itemscope itemtype='https://schema.org/LocalBusiness'><meta itemprop='email' content='{}'></div>",
            a.whole()
        )
    }),
    way("RDFa", |a| {
        format!(
            "<div vocab='https://schema.org/' typeof='LocalBusiness'><meta property='email' content='{}'></div>",
            a.whole()
        )
    }),
    way("card", |a| {
        format!("<div class='h-card'><a class='u-email' href='mailto:{}'>Write</a></div>", a.whole())
    }),
    way("Open Graph", |a| format!("<meta property='business:contact_data:email' content='{}'>", a.whole())),
];

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn codes(text: &str) -> String {
    text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",")
}

fn references(text: &str, hexadecimal: bool) -> String {
    let one = |byte: u8| if hexadecimal { format!("&#x{byte:x};") } else { format!("&#{byte};") };
    text.bytes().map(one).collect()
}

/// Cloudflare's form: a key, then each byte XORed with it.
fn cloudflare(address: &Address) -> String {
    let key = 0x6e_u8;
    let hidden = address.whole().into_bytes().into_iter().map(|byte| format!("{:02x}", byte ^ key));
    std::iter::once(format!("{key:02x}")).chain(hidden).collect()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn rot13(text: &str) -> String {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    let turn = |c: char| ALPHABET.find(c).and_then(|at| ALPHABET.chars().nth((at + 13) % 26)).unwrap_or(c);
    text.chars().map(turn).collect()
}

fn shifted(text: &str) -> String {
    text.bytes().map(|byte| char::from(byte + 1)).collect()
}

fn full_width(text: &str) -> String {
    text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)).collect()
}

/// RFC 4648 section 4, with padding.
fn base64(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, index| bits << 8 | u32::from(*chunk.get(index).unwrap_or(&0)));
        for index in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * index) & 63) as usize];
            encoded.push(if index > chunk.len() { '=' } else { char::from(sign) });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_that_others_publish() {
        assert_eq!(base64("foobar"), "Zm9vYmFy");
        assert_eq!(base64("fooba"), "Zm9vYmE=");
        assert_eq!(base64("foob"), "Zm9vYg==");
        assert_eq!(rot13("uryyb"), "hello");
        assert_eq!(percent("a@b"), "%61%40%62");
        assert_eq!(shifted("mailto:"), "nbjmup;");
        assert_eq!(full_width("a@"), "\u{ff41}\u{ff20}");
        let address = Address { local: "j".to_owned(), name: "x".to_owned(), top: "com" };
        assert!(cloudflare(&address).starts_with("6e04"));
    }

    #[test]
    fn no_way_has_the_name_of_another() {
        for (index, way) in WAYS.iter().enumerate() {
            assert!(WAYS[index + 1..].iter().all(|other| other.name != way.name), "{}", way.name);
        }
    }
}
